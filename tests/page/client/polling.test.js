import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected, deferred, settled, texts } from '../kit.js';

const connection = (states) => states.at(-1).connection;
const pauses = (requests) =>
  requests.slice(1).map(({ atMs }, place) => atMs - requests[place].atMs);

test('with a live channel and no news expected, the status is polled once a minute', async () => {
  const { clock, server, states } = await connected();

  await clock.pass(3600_000);

  assert.equal(connection(states), 'live');
  assert.equal(server.requests.length, 60);
  assert.equal(server.asked('/api/status').length, 60);
});

test('a message that the channel loses is found even if nobody waits for it', async () => {
  const { clock, server, heard } = await connected();

  server.say('lost without a gap');
  await clock.pass(60_000);

  assert.deepEqual(texts(heard), ['lost without a gap']);
});

test('without channel and streams the status is polled every 3 to 5 s', async () => {
  const { clock, server, pusher, states } = await connected({ streams: false });

  pusher.goDown();
  await clock.pass(60_000);

  assert.equal(connection(states), 'polling');
  const looks = server.asked('/api/status');
  assert.ok(looks.length >= 12, `${looks.length} looks in a minute`);
  for (const pause of pauses(looks)) assert.ok(pause >= 3000 && pause <= 5000, `${pause} ms`);
});

test('without channel and streams, during a run, the status is polled every 1 to 2 s', async () => {
  const { clock, server, pusher } = await connected({ streams: false });
  server.status = { ...server.status, state: 'running', runId: 'r9' };

  pusher.goDown();
  await clock.pass(30_000);

  const looks = server.asked('/api/status').slice(1);
  for (const pause of pauses(looks)) assert.ok(pause >= 1000 && pause <= 2000, `${pause} ms`);
});

test('in a hidden tab the status is polled every 30 s, and at once when the tab is shown', async () => {
  const { clock, server, pusher, tab } = await connected({ streams: false });
  tab.change({ isHidden: true });
  pusher.goDown();
  await clock.pass(120_000);
  assert.equal(server.asked('/api/status').length, 4);

  tab.change({ isHidden: false });
  await settled();

  assert.equal(server.asked('/api/status').length, 5);
});

test('without channel and streams a new message is found and fetched', async () => {
  const { clock, server, pusher, heard } = await connected({ streams: false });
  pusher.goDown();

  server.say('told by nobody');
  await clock.pass(5000);

  assert.deepEqual(texts(heard), ['told by nobody']);
});

test('the log is not read again while the status says that nothing is new', async () => {
  const { clock, server, pusher } = await connected({ streams: false });

  pusher.goDown();
  await clock.pass(60_000);

  assert.equal(server.asked('/api/messages').length, 0);
});

test('a 304 means that the status is unchanged', async () => {
  const { clock, server, pusher, states } = await connected({ streams: false });
  server.status = { state: 'running', runId: 'r9', activity: 'reads', progress: 0.5, loop: 3 };

  pusher.goDown();
  await clock.pass(20_000);

  const conditions = server.asked('/api/status').map(({ headers }) => headers.get('If-None-Match'));
  assert.ok(conditions.slice(2).every((etag) => etag === conditions[2] && etag !== null));
  assert.deepEqual(states.at(-1).run, server.status);
});

test('a failing server is polled less and less, and the state is offline', async () => {
  const { clock, server, pusher, states } = await connected({ streams: false });
  server.fail('/api/status', ...Array(20).fill('down'));
  server.fail('/api/messages', ...Array(20).fill('down'));

  pusher.goDown();
  await clock.pass(120_000);

  assert.equal(connection(states), 'offline');
  assert.equal(states.at(-1).problem.status, 0);
  const looks = [...server.asked('/api/status'), ...server.asked('/api/messages')];
  assert.ok(looks.length < 12, `${looks.length} requests`);
});

test('the connection is back when the server is', async () => {
  const { clock, server, pusher, states } = await connected({ streams: false });
  server.fail('/api/status', 'down', 503);

  pusher.goDown();
  await clock.pass(30_000);

  assert.ok(states.some((state) => state.connection === 'offline'));
  assert.equal(connection(states), 'polling');
  assert.equal(states.at(-1).problem, null);
});

test('a failing status does not hide messages', async () => {
  const { clock, server, pusher, heard } = await connected({ streams: false });
  server.fail('/api/status', ...Array(50).fill(500));
  server.say('there all the same');

  pusher.goDown();
  await clock.pass(30_000);

  assert.deepEqual(texts(heard), ['there all the same']);
});

test('a pause that the server asks for is kept', async () => {
  const { clock, server, pusher } = await connected({ streams: false });
  server.fail('/api/status', { status: 429, headers: { 'Retry-After': '20' } });

  pusher.goDown();
  await clock.pass(50_000);

  const [refused, next] = server.asked('/api/status');
  assert.ok(next.atMs - refused.atMs >= 20_000);
});

test('while an answer is awaited the client polls even with a live channel', async () => {
  const { brain, clock, server, heard } = await connected();
  server.answer = () => null;
  await brain.askBrain('hard one');
  assert.equal(server.asked('/api/messages').length, 0);

  server.say('lost by the channel', { doneAfterThis: true });
  await clock.pass(5000);

  assert.deepEqual(texts(heard), ['hard one', 'lost by the channel']);
});

test('polling for an answer slows down without news, and ends with the answer', async () => {
  const { brain, clock, server, pusher } = await connected();
  server.answer = () => null;
  server.status = { ...server.status, state: 'running', runId: 'r1' };
  await brain.askBrain('hard one');
  await clock.pass(300_000);
  const looks = server.asked('/api/status');
  assert.deepEqual(pauses(looks).slice(0, 5), [5000, 10_000, 20_000, 30_000, 30_000]);

  pusher.emit('message', server.say('at last', { doneAfterThis: true }));
  server.requests.length = 0;
  await clock.pass(300_000);

  assert.equal(server.requests.length, 5, 'one a minute');
});

test('after a breadcrumb on the channel the status is polled for the progress', async () => {
  const { server, pusher, states } = await connected();
  pusher.emit('run', { runId: 'r1', state: 'running' });
  server.status = { state: 'running', runId: 'r1', activity: 'reads', progress: 0.5, loop: 2 };

  pusher.emit('message', server.say('half of it', { kind: 'breadcrumb', runId: 'r1' }));
  await settled();

  assert.equal(states.at(-1).run.progress, 0.5);
});

test('a steady stream of news does not postpone the next poll', async () => {
  const { clock, server, pusher, states } = await connected();
  pusher.emit('run', { runId: 'r1', state: 'running' });
  server.status = { state: 'running', runId: 'r1', activity: 'reads', progress: 0.5, loop: 2 };

  for (let second = 0; second < 6; second += 1) {
    await clock.pass(1000);
    pusher.emit('message', server.say(`${second}`));
  }

  assert.equal(states.at(-1).run.progress, 0.5);
});

test('a status from before a text does not end the wait for its answer', async () => {
  const { brain, server, pusher, states } = await connected();
  const { promise: asked, resolve: giveStale } = deferred();
  const stale = { ...server.status, lastSeq: 0 };
  server.fail('/api/status', () => asked.then(() => Response.json(stale)));
  server.answer = () => null;

  pusher.comeUp();
  await settled();
  await brain.askBrain('hard one');
  giveStale();
  await settled();

  assert.equal(states.at(-1).run.state, 'running');
});

test('the run follows the channel and the status', async () => {
  const { clock, server, pusher, states } = await connected();

  pusher.emit('run', { runId: 'r7', state: 'running' });
  assert.equal(states.at(-1).run.state, 'running');
  server.status = { state: 'running', runId: 'r7', activity: 'step 3', progress: 0.25, loop: 3 };
  await clock.pass(5000);
  assert.deepEqual(states.at(-1).run, server.status);

  pusher.emit('message', server.say('done', { runId: 'r7', doneAfterThis: true }));
  assert.equal(states.at(-1).run.state, 'idle');
  pusher.emit('run', { runId: 'r7', state: 'running' });
  assert.equal(states.at(-1).run.state, 'idle', 'late news of a run that is over');
});

test('without a network the state is offline', async () => {
  const { tab, states } = await connected();

  tab.change({ isOnline: false });

  assert.equal(connection(states), 'offline');
});

test('after close nothing is requested, delivered or awaited', async () => {
  const { brain, clock, server, pusher, tab, heard, states } = await connected();
  server.answer = () => null;
  await brain.askBrain('one');
  const [heardBefore, statesBefore] = [heard.length, states.length];
  server.requests.length = 0;

  brain.close();
  pusher.emit('pusher:subscription_error', {});
  pusher.emit('message', server.say('too late'));
  tab.change({ isHidden: false });
  await clock.pass(600_000);

  assert.equal(pusher.isClosed, true);
  assert.equal(clock.waiting, 0);
  assert.equal(tab.listeners, 0);
  assert.deepEqual([server.requests.length, heard.length], [0, heardBefore]);
  assert.equal(states.length, statesBefore);
});
