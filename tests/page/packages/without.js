/**
 * A client in a runtime that lacks something. Arguments: the server's address, the module that has
 * `connect`, and names of what is missing (`AbortSignal.prototype.reason`). Says what it was answered.
 */

import { request } from 'node:http';

const [, , address, module, ...names] = process.argv;

// Node loads some of them late, and needs others then.
for (const name of ['fetch', 'Response', 'performance', ...names]) void globalThis[name.split('.')[0]];
for (const name of names) {
  const path = name.split('.');
  const last = path.pop();
  const owner = path.reduce((object, part) => object?.[part], globalThis);
  if (owner) delete owner[last];
}

/** Node's own fetch uses much of what is missing here. */
function fetch(url, { method, headers, body, signal }) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => resolve(received(response)));
    sent.on('error', reject);
    signal.addEventListener('abort', () => sent.destroy());
    sent.end(body);
  });
}

function received(response) {
  const status = response.statusCode;
  const parts = response[Symbol.asyncIterator]();
  const text = async () => {
    let whole = '';
    for await (const part of response) whole += part;
    return whole;
  };
  const headers = { get: (name) => response.headers[name.toLowerCase()] ?? null };
  return { status, ok: status < 400, headers, text, body: { getReader: () => ({ read: () => parts.next() }) } };
}

const { connect } = await import(module);
const brain = await connect({ baseUrl: address, fetch });
const seen = new Promise((resolve) => brain.onMessage(({ text }) => text.startsWith('Answer') && resolve(text)));
brain.onSpeak((_, done) => done('played'));
const { message } = await brain.askBrain('hello');
console.log(message.text, '|', await seen);
brain.close();
// Here it ends: nothing is left open.
