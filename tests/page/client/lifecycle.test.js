import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected, settled, texts } from '../kit.js';

const now = ({ states }) => [states.at(-1).connection, states.at(-1).road];
const latest = ({ channels }) => channels.clients.at(-1);

test('a page hidden for a minute closes its stream, polls slowly, and opens it again', async () => {
  const page = await connected({ Pusher: null });
  page.tab.change({ isHidden: true });
  await page.clock.pass(59_000);
  assert.deepEqual(now(page), ['live', 'stream']);

  await page.clock.pass(2000);
  assert.deepEqual(now(page), ['polling', 'polling']);
  page.server.requests.length = 0;
  await page.clock.pass(120_000);
  assert.equal(page.server.asked('/api/status').length, 4);

  page.server.say('unseen');
  page.tab.change({ isHidden: false });
  await settled();
  assert.deepEqual(now(page), ['live', 'stream']);
  assert.deepEqual(texts(page.heard), ['unseen']);
});

test('a page hidden for a minute keeps its channel', async () => {
  const page = await connected();

  page.tab.change({ isHidden: true });
  await page.clock.pass(600_000);

  assert.deepEqual(now(page), ['live', 'channel']);
  assert.equal(page.server.asked('/api/status').length, 2);
});

test('a frozen page closes everything and reconnects when it is resumed', async () => {
  const page = await connected({ road: 'socket', isLive: false });
  page.tab.change({ isHidden: true, isFrozen: true });
  assert.equal(page.server.sockets.size, 0);
  page.server.say('meanwhile');
  await page.clock.sleep(3600_000);

  page.tab.change({ isHidden: false, isFrozen: false });
  await settled();

  assert.deepEqual(now(page), ['live', 'socket']);
  assert.deepEqual(texts(page.heard), ['meanwhile']);
  assert.equal(page.states.at(-1).missed, 1);
});

test('a page in the back/forward cache holds no connection open', async () => {
  for (const road of ['channel', 'stream', 'socket']) {
    const page = await connected({ road, isLive: road === 'channel' });

    page.tab.change({ isFrozen: true });
    await settled();

    assert.equal(page.server.streams.size + page.server.sockets.size, 0, road);
    assert.ok(
      page.channels.clients.every(({ isClosed }) => isClosed),
      road,
    );
    assert.equal(page.browser.locks.held.size, 0, road);
  }
});

for (const road of ['channel', 'stream', 'socket']) {
  test(`after a suspension the ${road} is opened again, and the log is read`, async () => {
    const page = await connected({ road, isLive: road === 'channel' });
    const old = { pusher: latest(page), open: [...page.server.streams, ...page.server.sockets] };
    page.server.say('unseen');
    page.server.requests.length = 0;

    await page.clock.sleep(3600_000);
    if (road === 'channel') latest(page).comeUp();
    await settled();

    assert.deepEqual(texts(page.heard), ['unseen']);
    assert.ok(page.server.asked('/api/messages').length > 0);
    assert.deepEqual(now(page), ['live', road]);
    if (road === 'channel') assert.notEqual(latest(page), old.pusher);
    for (const one of old.open)
      assert.ok(![...page.server.streams, ...page.server.sockets].includes(one));
  });
}

test('late timers of a hidden page are no reason to reconnect', async () => {
  const page = await connected();
  page.tab.change({ isHidden: true });

  for (let minute = 0; minute < 5; minute += 1) await page.clock.sleep(60_000);

  assert.equal(page.channels.clients.length, 1);
});

test('back online the page reconnects and polls at once', async () => {
  const page = await connected();
  page.tab.change({ isOnline: false });
  assert.deepEqual(now(page), ['offline', null]);
  page.server.say('unseen');
  page.server.requests.length = 0;

  page.tab.change({ isOnline: true });
  await settled();

  assert.deepEqual(texts(page.heard), ['unseen']);
  assert.equal(page.channels.clients.length, 2);
});

test('the page is offline as soon as requests fail, even if the channel seems alive', async () => {
  const page = await connected();
  page.server.fail('/api/voiceToBrain', ...Array(4).fill('down'));
  page.server.fail('/api/status', 'down');

  const asking = page.brain.askBrain('one');
  await settled();
  assert.deepEqual(now(page), ['offline', null]);
  await page.clock.pass(60_000);
  await asking;

  assert.deepEqual(now(page), ['live', 'channel']);
});

test('the state has the number of other pages while the channel knows it', async () => {
  const page = await connected();
  assert.equal(page.states.at(-1).others, null);

  page.pusher.count(3);
  assert.equal(page.states.at(-1).others, 2);

  page.pusher.goDown();
  assert.equal(page.states.at(-1).others, null);
});

test('the state says whether the server knows of a listener', async () => {
  const prepare = (server) => (server.status = { ...server.status, listening: true });

  const page = await connected({ prepare });

  assert.equal(page.states.at(-1).listening, true);
});

test('the state is connecting while a road is tried for the first time', async () => {
  const page = await connected({ isLive: false });

  assert.deepEqual(now(page), ['connecting', null]);
});
