/** The client in runtimes that are no browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { gateway, HERE, node, ROOT, said } from './running.js';

const CLIENT = `${ROOT}public/brain.js`;
const AN_ERROR = [true, 'AbortError', 'string'];

test('in React Native’s runtime it asks, and whatever is called off rejects with an error', async (context) => {
  const told = JSON.parse(await node(`${HERE}native.js`, await gateway(context), CLIENT));

  assert.deepEqual(told, {
    unhandled: [],
    answer: 'Answer to hello',
    texts: ['user: hello', 'brain: Looking.', 'brain: Answer to hello'],
    again: 'done', // the text whose request hung
    attempts: 2,
    calledOff: AN_ERROR,
    late: [true, 'BrainError', 'string'],
    left: AN_ERROR,
    closed: [true, 'ConnectionClosed', 'string'],
    after: [true, 'ConnectionClosed', 'string'],
  });
});

for (const missing of [
  ['crypto'],
  ['crypto.randomUUID'],
  ['navigator'],
  ['navigator.locks', 'BroadcastChannel'],
  ['structuredClone'],
  ['Intl'],
  ['Intl.DateTimeFormat'],
  ['Intl.DateTimeFormat.prototype.resolvedOptions'],
  ['performance'],
  ['performance.now'],
  ['Response'],
  ['Response.prototype.body'],
  ['Response.json'],
  ['TextDecoder'],
  ['WebSocket', 'EventSource', 'MessageChannel', 'BroadcastChannel'],
  ['AbortSignal.prototype.reason'],
  ['AbortSignal.prototype.throwIfAborted', 'AbortSignal.any', 'AbortSignal.timeout', 'AbortSignal.abort'],
]) {
  test(`without ${missing.join(', ')} it is answered, and leaves nothing open`, async (context) => {
    const answer = await node(`${HERE}without.js`, await gateway(context), CLIENT, ...missing);

    assert.equal(answer, 'Answer to hello | Answer to hello\n');
  });
}

test('its import has no effect on a server, whatever is missing there', async () => {
  const script = `
    const language = /Error$|Array$|^(Array|Boolean|Function|JSON|Map|Math|Number|Object|Promise|Proxy|RegExp|Set|String|Symbol|WeakMap|WeakSet|Infinity|NaN|WebAssembly|globalThis|undefined|console)$/;
    const { process } = globalThis;
    const names = Object.getOwnPropertyNames(globalThis).filter((name) => !language.test(name));
    for (const name of names) void globalThis[name]; // Node loads some of them late
    for (const name of names) delete globalThis[name];
    const before = Object.getOwnPropertyNames(globalThis).join();
    const client = await import(${JSON.stringify(CLIENT)});
    const after = Object.getOwnPropertyNames(globalThis).join();
    process.stdout.write([Object.keys(client).sort().join(), before === after].join(' '));
  `;

  const answer = await said(process.execPath, ['--no-warnings', '--input-type=module', '-e', script]);

  assert.equal(answer, 'BrainError,ConnectionClosed,askBrainTool,connect true');
});

test('a fetch whose responses have no body to read is used as it is', async (context) => {
  const address = await gateway(context);
  const script = `
    import { connect } from ${JSON.stringify(CLIENT)};
    const asked = [];
    const whole = async (url, init) => {
      asked.push(new URL(url).pathname);
      const response = await fetch(url, init);
      return { status: response.status, ok: response.ok, headers: response.headers, text: () => response.text() };
    };
    const brain = await connect({ baseUrl: ${JSON.stringify(address)}, fetch: whole });
    const { message, state } = await brain.askBrain('hello');
    const other = await brain.askBrain('hello again');
    brain.close();
    const streams = asked.filter((path) => path === '/api/stream').length;
    console.log(JSON.stringify([message?.text ?? state, other.message.text, streams < 3]));
  `;

  const answer = JSON.parse(await said(process.execPath, ['--input-type=module', '-e', script]));

  assert.equal(answer[1], 'Answer to hello again');
  assert.ok(['Answer to hello', 'duplicate'].includes(answer[0]), answer[0]);
  assert.ok(answer[2], 'it does not ask for streams again and again');
});
