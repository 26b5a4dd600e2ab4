/**
 * A client in React Native's runtime. Arguments: the server's address, and the module that has
 * `connect`. Says as JSON what came of it.
 */

import './native_world.js';

const [, , address, module] = process.argv;
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
