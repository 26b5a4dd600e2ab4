/** A connection that is called off: while it begins, and later. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from '../../../public/brain.js';
import { anotherPage, Browser, channelServer, connected, settled, Tab, texts, VirtualClock } from '../kit.js';
import { Server } from '../server.js';

const NEVER = new Promise(() => {});

/** What a client stands on, and how much of it is in use. */
function outside() {
  const clock = new VirtualClock();
  const server = new Server(clock);
  const tab = new Tab();
  const channels = channelServer();
  const { fetch, WebSocket } = server;
  const { Pusher } = channels;
  const options = { baseUrl: 'http://brain.test', clock, fetch, WebSocket, Pusher, surroundings: tab };
  const open = () => {
    const pushers = channels.clients.filter(({ isClosed }) => !isClosed).length;
    return [clock.waiting, tab.listeners, server.streams.size, server.sockets.size, pushers];
  };
  return { options: { ...options, ...new Browser() }, server, clock, open };
}

const NOTHING = [0, 0, 0, 0, 0];
const isAbort = (cause) => (error) => {
  assert.equal(error.name, 'AbortError');
  assert.ok(error instanceof Error && error.message);
  if (cause) assert.equal(error.cause.message ?? error.cause, cause);
  return true;
};

for (const [name, ...reason] of [
  ['without a reason'],
  ['with undefined', undefined],
  ['with a text', 'unmounted'],
  ['with an error', new Error('unmounted')],
  ['with null', null],
]) {
  test(`called off ${name}, a hanging connect rejects at once, and nothing stays open`, async () => {
    const { options, server, open } = outside();
    server.fail('/api/session', 'silent');
    const ending = new AbortController();

    const connecting = connect({ ...options, signal: ending.signal });
    await settled();
    ending.abort(...reason);

    await assert.rejects(connecting, isAbort(reason[0] && 'unmounted'));
    await settled();
    assert.deepEqual(open(), NOTHING);
    assert.ok(server.requests.every(({ signal }) => signal.aborted));
  });
}

test('a fetch that does not end when it is aborted holds nothing up', async () => {
  const { options, open } = outside();
  const ending = new AbortController();

  const connecting = connect({ ...options, fetch: () => NEVER, signal: ending.signal });
  ending.abort();

  await assert.rejects(connecting, isAbort());
  assert.deepEqual(open(), NOTHING);
});

test('a token function that never answers holds nothing up', async () => {
  const { options, server, open } = outside();
  const ending = new AbortController();

  const connecting = connect({ ...options, token: () => NEVER, signal: ending.signal });
  await settled();
  ending.abort();

  await assert.rejects(connecting, isAbort());
  await settled();
  assert.deepEqual(server.requests, []);
  assert.deepEqual(open(), NOTHING);
});

test('a response that comes after the call-off begins nothing', async () => {
  const { options, server, open } = outside();
  const ending = new AbortController();
  let respond;
  const held = new Promise((resolve) => (respond = resolve));
  const fetch = async (address, init) => {
    await held;
    return server.fetch(address, { ...init, signal: new AbortController().signal });
  };

  const connecting = connect({ ...options, fetch, signal: ending.signal });
  ending.abort();
  await assert.rejects(connecting, isAbort());
  respond();
  await settled();

  assert.deepEqual(server.asked('/api/status'), []);
  assert.deepEqual(open(), NOTHING);
});

test('with a signal that is aborted already nothing is sent', async () => {
  for (const more of [{}, { mind: 'mind-1' }, { token: 'a.b.c' }]) {
    const { options, server, open } = outside();

    await assert.rejects(connect({ ...options, ...more, signal: AbortSignal.abort() }), isAbort());
    await settled();

    assert.deepEqual(server.requests, []);
    assert.deepEqual(open(), NOTHING);
  }
});

test('a mind’s connection can be called off too', async () => {
  const { options, server, open } = outside();
  server.fail('/api/status', 'silent');
  const ending = new AbortController();

  const connecting = connect({ ...options, mind: 'mind-1', signal: ending.signal });
  await settled();
  ending.abort();

  await assert.rejects(connecting, isAbort());
  assert.deepEqual(open(), NOTHING);
});

test('a connect that is refused leaves nothing open, and does not follow its signal any more', async () => {
  const { options, server, open } = outside();
  server.accessKey = 'secret';
  const { signal, followers } = counted();

  await assert.rejects(connect({ ...options, signal }), { name: 'BrainError', status: 401 });

  assert.deepEqual(open(), NOTHING);
  assert.equal(followers(), 0);
});

for (const road of [undefined, 'stream', 'socket', 'polling']) {
  test(`called off later it is closed (${road ?? 'channel'})`, async () => {
    const { options, server, clock, open } = outside();
    const ending = new AbortController();
    const brain = await connect({ ...options, road, signal: ending.signal });
    brain.onSpeak(() => {});
    await clock.pass(5000);
    server.admit = () => {}; // takes it, and does not answer
    const asking = brain.askBrain('one');
    const closed = assert.rejects(asking, { name: 'ConnectionClosed' });
    await settled();

    ending.abort('unmounted');
    await closed;
    await settled();

    assert.deepEqual(open(), NOTHING);
  });
}

test('a closed connection does not follow its signal any more', async () => {
  const { options, open } = outside();
  const { signal, followers } = counted();
  const brain = await connect({ ...options, signal });
  assert.equal(followers(), 1);

  brain.close();
  brain.close();
  await settled();

  assert.equal(followers(), 0);
  assert.deepEqual(open(), NOTHING);
});

test('a caller that stops waiting without a reason is told so by an error', async () => {
  for (const reason of [undefined, 'enough', 7]) {
    const { brain, server } = await connected();
    server.fail('/api/voiceToBrain', 'silent');
    const giving = new AbortController();
    const asking = brain.askBrain('one', { signal: giving.signal });
    await settled();

    giving.abort(reason);

    await assert.rejects(asking, isAbort());
  }
});

/** A signal that knows how many follow it. */
function counted() {
  const { signal } = new AbortController();
  const following = new Set();
  signal.addEventListener = (_, act) => following.add(act);
  signal.removeEventListener = (_, act) => following.delete(act);
  return { signal, followers: () => following.size };
}

// ---- two connections in one page

const refused = { request: () => Promise.reject(new DOMException('Denied', 'SecurityError')) };
for (const [name, without] of [
  ['with locks', {}],
  ['without locks', { locks: null }],
  ['without locks and broadcast', { locks: null, BroadcastChannel: null }],
  ['with locks that are refused', { locks: refused }],
  ['with a broadcast that is refused', { locks: null, BroadcastChannel: class { constructor() { throw new DOMException('Denied', 'SecurityError'); } } }],
]) {
  test(`two connections of a page get every entry, and one of them speaks (${name})`, async () => {
    const browser = { ...new Browser(), ...without };
    const first = await connected({ publishes: true, browser });
    const second = await anotherPage(first, { publishes: true });
    const spoken = [];
    for (const [page, one] of [[first, 'first'], [second, 'second']]) {
      page.brain.onSpeak(({ seq }, done) => {
        spoken.push(`${one} ${seq}`);
        page.clock.after(500, () => done('played'));
      });
    }

    first.server.say('a notice');
    await first.clock.pass(20_000);
    await Promise.all([second.brain.askBrain('asked by the second'), first.clock.pass(20_000)]);

    for (const { heard } of [first, second]) {
      assert.deepEqual(texts(heard), ['a notice', 'asked by the second', 'Answer to asked by the second']);
    }
    assert.deepEqual(spoken.map((one) => one.split(' ')[1]), ['1', '3'], 'each once');
    assert.equal(spoken[1], 'second 3', 'by the one that asked');
    for (const { brain } of [first, second]) brain.close();
  });
}
