/**
 * A runtime like React Native's, and a client in it. Arguments: the server's address, and the module
 * that has `connect`. Says as JSON what came of it.
 *
 * Its fetch is React Native's own (whatwg-fetch, over XMLHttpRequest), its AbortController that of
 * the npm package which React Native uses. `window` is the global object, `navigator` has a
 * `product` only, and there is no document, storage, crypto or broadcast channel.
 */

import { AbortController, AbortSignal } from 'abort-controller';
import { JSDOM } from 'jsdom';

const [, , address, module] = process.argv;
const { window: browser } = new JSDOM('', { url: address });

const MISSING = [
  'AbortController', 'AbortSignal', 'BroadcastChannel', 'Event', 'EventTarget', 'MessageChannel', 'Request',
  'Response', 'Headers', 'crypto', 'document', 'fetch', 'localStorage', 'location', 'navigator', 'performance',
  'sessionStorage', 'structuredClone', 'TextDecoder', 'DOMException',
];
for (const name of MISSING) void globalThis[name]; // Node loads some of them late, and needs others then
for (const name of MISSING) delete globalThis[name];
const { XMLHttpRequest, WebSocket } = browser;
const navigator = { product: 'ReactNative' };
Object.assign(globalThis, { window: globalThis, self: globalThis, XMLHttpRequest, WebSocket });
Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
Object.assign(globalThis, { AbortController, AbortSignal });
const { fetch, Headers, Request, Response } = await import('whatwg-fetch');
Object.assign(globalThis, { fetch, Headers, Request, Response });

const told = { unhandled: [] };
process.on('unhandledRejection', (reason) => told.unhandled.push(`${reason}`));

/** As time passes, only faster. */
const hasty = {
  now: () => Date.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms / 100);
    return () => clearTimeout(timer);
  },
};
const described = (error) => [error instanceof Error, error?.name, typeof error?.message];
const failure = (promise) => promise.then(() => 'resolved', described);

/** The first request to a path never ends, whatever its signal says. */
function hanging(path, isHeld = () => true) {
  let attempts = 0;
  const own = (url, init) => {
    if (!url.includes(path) || !isHeld((attempts += 1))) return fetch(url, init);
    return new Promise(() => {});
  };
  return { fetch: own, attempts: () => attempts };
}

const { connect } = await import(module);

const brain = await connect({ baseUrl: address });
const texts = [];
const isWhole = new Promise((resolve) => {
  brain.onMessage(({ role, text }) => {
    texts.push(`${role}: ${text}`);
    if (text === 'Answer to hello') resolve();
  });
});
const answer = await brain.askBrain('hello');
await isWhole;
told.answer = answer.message?.text ?? null;
told.texts = texts;
brain.close();

const held = hanging('/api/voiceToBrain', (attempt) => attempt === 1);
const patient = await connect({ baseUrl: address, fetch: held.fetch, clock: hasty });
told.again = (await patient.askBrain('hello again')).state;
told.attempts = held.attempts();
patient.close();

const giving = new AbortController();
const stuck = hanging('/api/session');
const connecting = failure(connect({ baseUrl: address, fetch: stuck.fetch, signal: giving.signal }));
giving.abort();
told.calledOff = await connecting;
told.late = await failure(connect({ baseUrl: address, fetch: stuck.fetch, clock: hasty }));

const silent = hanging('/api/voiceToBrain');
const last = await connect({ baseUrl: address, fetch: silent.fetch });
const leaving = new AbortController();
const asking = failure(last.askBrain('one', { signal: leaving.signal }));
const closing = failure(last.askBrain('two'));
setTimeout(() => leaving.abort(), 50);
told.left = await asking;
last.close();
told.closed = await closing;
told.after = await failure(last.askBrain('three'));

setTimeout(() => {
  console.log(JSON.stringify(told));
  process.exit(0);
}, 200);
