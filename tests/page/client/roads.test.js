import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wantedRoads } from '../../../public/client/roads.js';
import { connected, settled, texts } from '../kit.js';

const CALM = { isFrozen: false, isStreaming: false, awayForMs: 0, hiddenForMs: -Infinity };
const BEST = ['channel', 'stream'];
const wanted = (facts, ladder = BEST) => wantedRoads(ladder, { ...CALM, ...facts });
const now = ({ states }) => [states.at(-1).connection, states.at(-1).road];
const starts = (server) => server.asked('/api/stream').map(({ atMs }) => atMs);
const EVENTS = { 'Content-Type': 'text/event-stream' };
const ends =
  (text = 'retry: 1000\n\n') =>
  () =>
    new Response(text, { headers: EVENTS });

test('the channel is tried first, and the stream while the channel has been away for long', () => {
  assert.deepEqual(wanted({}), ['channel']);
  assert.deepEqual(wanted({ channel: 'connecting', awayForMs: 2999 }), ['channel']);
  assert.deepEqual(wanted({ channel: 'away', awayForMs: 3000 }), ['channel', 'stream']);
  assert.deepEqual(wanted({ channel: 'live', awayForMs: 9000 }), ['channel']);
  assert.deepEqual(wanted({}, ['stream']), ['stream']);
});

test('an open stream is kept until the channel is live', () => {
  assert.deepEqual(wanted({ channel: 'connecting', isStreaming: true }), ['channel', 'stream']);
  assert.deepEqual(wanted({ channel: 'live', isStreaming: true }), ['channel']);
});

test('a chosen road is the only one', () => {
  for (const forced of ['channel', 'stream', 'socket', 'polling']) {
    assert.deepEqual(wanted({ channel: 'away', awayForMs: 9000 }, [forced]), [forced]);
  }
});

test('a frozen page holds nothing open, a hidden one no stream for long', () => {
  assert.deepEqual(wanted({ isFrozen: true }, ['socket']), []);
  assert.deepEqual(wanted({ hiddenForMs: 59_999 }, ['stream']), ['stream']);
  assert.deepEqual(wanted({ hiddenForMs: 60_000 }, ['stream']), []);
  assert.deepEqual(wanted({ hiddenForMs: 60_000, channel: 'away', awayForMs: 9000 }), ['channel']);
});

test('while the channel works no stream is opened', async () => {
  const page = await connected();

  await page.clock.pass(60_000);

  assert.deepEqual(now(page), ['live', 'channel']);
  assert.equal(page.server.asked('/api/stream').length, 0);
});

test('while the channel is away the stream delivers', async () => {
  const page = await connected();
  page.pusher.goDown();
  assert.deepEqual(now(page), ['polling', 'polling']);

  await page.clock.pass(5000);
  assert.deepEqual(now(page), ['live', 'stream']);
  page.server.requests.length = 0;
  page.server.say('by the stream');
  await settled();

  assert.deepEqual(texts(page.heard), ['by the stream']);
  assert.deepEqual(page.server.requests, []);
});

test('when the channel is back the stream is closed, and what both missed is fetched', async () => {
  const page = await connected();
  page.pusher.goDown();
  await page.clock.pass(5000);

  page.pusher.comeUp();
  page.server.say('fell between');
  await settled();

  assert.deepEqual(now(page), ['live', 'channel']);
  assert.equal(page.server.streams.size, 0);
  assert.deepEqual(texts(page.heard), ['fell between']);
});

test('no stream is opened for a channel that is back within two seconds', async () => {
  const page = await connected();

  page.pusher.goDown();
  await page.clock.pass(2000);
  page.pusher.comeUp();
  await page.clock.pass(10_000);

  assert.deepEqual(starts(page.server), []);
});

test('a stream starts after the last delivered entry', async () => {
  const prepare = (server) => ['a', 'b', 'c'].forEach((text) => server.say(text));
  const page = await connected({ prepare, Pusher: null, history: 2 });
  await page.clock.pass(1000);
  page.server.cut();
  page.server.say('d');

  await page.clock.pass(2000);

  assert.equal(page.server.asked('/api/stream').at(-1).query.get('sinceSeq'), '3');
  assert.deepEqual(texts(page.heard), ['b', 'c', 'd']);
});

test('a stream that the server ends is opened again, and the state stays live', async () => {
  const page = await connected({ Pusher: null });

  await page.clock.pass(240_000);
  const before = page.states.length;
  page.server.say('said between two streams');
  await page.clock.pass(1000);

  assert.equal(page.server.asked('/api/stream').length, 1);
  assert.equal(page.states.length, before);
  assert.deepEqual(texts(page.heard), ['said between two streams']);
});

test('the pause between two streams is the one that the server sends', async () => {
  const prepare = (server) => {
    const slowly = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('retry: 9000\n\nevent: run\ndata: {}\n\n'));
        server.clock.after(6000, () => controller.close());
      },
    });
    server.fail('/api/stream', () => new Response(slowly, { headers: EVENTS }));
  };
  const page = await connected({ prepare, Pusher: null });

  await page.clock.pass(6000 + 4400);
  assert.equal(page.server.asked('/api/stream').length, 0);
  await page.clock.pass(9000 - 4400);
  assert.equal(page.server.asked('/api/stream').length, 1);
});

for (const [name, fault] of [
  ['refused', 503],
  ['held back', 'silent'],
  [
    'answered by somebody else',
    () => new Response('<h1>Sign in</h1>', { headers: { 'Content-Type': 'text/html' } }),
  ],
  ['not reached', 'down'],
]) {
  test(`if the stream is ${name} the client polls, and retries less and less`, async () => {
    const prepare = (server) => server.fail('/api/stream', ...Array(50).fill(fault));
    const page = await connected({ prepare, Pusher: null, random: () => 0.999 });
    await page.clock.pass(6000);
    assert.deepEqual(now(page), ['polling', 'polling']);

    page.server.say('found by looking');
    await page.clock.pass(5000);
    assert.deepEqual(texts(page.heard), ['found by looking']);

    await page.clock.pass(600_000);
    assert.ok(starts(page.server).length < 20, `${starts(page.server).length} attempts`);
  });
}

test('a stream that works again is used again', async () => {
  const prepare = (server) => server.fail('/api/stream', 503, 503);
  const page = await connected({ prepare, Pusher: null });

  await page.clock.pass(10_000);

  assert.deepEqual(now(page), ['live', 'stream']);
});

test('the client polls after several short streams, until one lasts', async () => {
  const prepare = (server) => server.fail('/api/stream', ...Array(5).fill(ends()));
  const page = await connected({ prepare, Pusher: null });

  await page.clock.pass(100_000);

  const roads = page.states.map(({ road }) => road).filter(Boolean);
  assert.deepEqual(
    roads.filter((road, place) => road !== roads[place - 1]),
    ['stream', 'polling', 'stream'],
  );
});

test('a silent stream is closed after twenty seconds', async () => {
  const page = await connected({ Pusher: null });
  for (const stream of page.server.streams) stream.write = () => {};

  await page.clock.pass(25_000);

  assert.ok(page.states.some(({ road }) => road === 'polling'));
  assert.equal(page.server.asked('/api/stream').length, 1);
  assert.deepEqual(now(page), ['live', 'stream']);
});

test('a reset in the stream starts the log from its beginning', async () => {
  const page = await connected({ Pusher: null });
  for (const text of ['old 1', 'old 2']) page.server.say(text);
  await settled();
  page.server.cut();
  page.server.log.length = 0;
  page.server.say('new', { id: 'other' });
  page.server.fail('/api/messages', ...Array(9).fill(500));

  await page.clock.pass(5000);

  assert.deepEqual(texts(page.heard), ['old 1', 'old 2', 'new']);
});

test('a 401 of the stream leads to one new session', async () => {
  const page = await connected({ Pusher: null });
  page.server.token = 'token-2';
  page.server.validTokens.clear();
  page.server.validTokens.add('token-1x');
  page.server.cut();

  await page.clock.pass(5000);

  assert.equal(page.server.asked('/api/session').length, 1);
  assert.deepEqual(now(page), ['live', 'stream']);
});

test('a road can be chosen and changed during an answer', async () => {
  const page = await connected();
  for (const road of ['stream', 'socket', 'channel']) {
    page.brain.useRoad(road);
    await page.clock.pass(1000);
    if (road === 'channel') page.channels.clients.at(-1).comeUp();
    await page.clock.pass(0);
    assert.deepEqual(now(page), ['live', road]);
  }
  page.brain.useRoad('polling');
  await page.clock.pass(60_000);

  assert.deepEqual(now(page), ['polling', 'polling']);
  assert.equal(page.server.streams.size + page.server.sockets.size, 0);
});

test('changing from the stream to automatic leaves no gap', async () => {
  const page = await connected({ road: 'stream', isLive: false });
  assert.equal(page.channels.clients.length, 0);

  page.brain.useRoad(null);
  await settled();
  assert.deepEqual(now(page), ['live', 'stream']);
  page.channels.clients[0].comeUp();
  await settled();

  assert.deepEqual(now(page), ['live', 'channel']);
  assert.equal(page.server.streams.size, 0);
});

test('a closed road delivers nothing', async () => {
  const page = await connected();

  page.brain.useRoad('polling');
  page.pusher.comeUp();
  await settled();

  assert.deepEqual(now(page), ['polling', 'polling']);
});

test('a road that is not available means polling', async () => {
  const page = await connected({ road: 'socket', WebSocket: null });

  await page.clock.pass(5000);

  assert.deepEqual(now(page), ['polling', 'polling']);
});

test('with polling chosen no connection is opened', async () => {
  const page = await connected({ road: 'polling', isLive: false });

  await page.clock.pass(60_000);

  assert.equal(page.channels.clients.length, 0);
  assert.deepEqual(starts(page.server), []);
  assert.deepEqual(now(page), ['polling', 'polling']);
});

test('clients that lose the server together come back at different times', async () => {
  const attempts = async (random) => {
    const prepare = (server) => server.fail('/api/stream', ...Array(3).fill('down'));
    const page = await connected({ prepare, Pusher: null, random });
    await page.clock.pass(30_000);
    return starts(page.server);
  };

  const [early, late] = [await attempts(() => 0.1), await attempts(() => 0.9)];

  assert.ok(
    early.every((ms, place) => ms < late[place]),
    `${early} ${late}`,
  );
});
