/**
 * Makes this process a runtime like React Native's. Its first argument is the server's address.
 *
 * Its fetch is React Native's own (whatwg-fetch, over XMLHttpRequest), its AbortController that of
 * the npm package which React Native uses. `window` is the global object, `navigator` has a
 * `product` only, and there is no document, storage, crypto or broadcast channel.
 */

import { AbortController, AbortSignal } from 'abort-controller';
import { JSDOM } from 'jsdom';

const [, , address] = process.argv;
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
