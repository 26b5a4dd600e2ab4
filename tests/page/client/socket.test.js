import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected, settled, texts } from '../kit.js';

const now = ({ states }) => [states.at(-1).connection, states.at(-1).road];
const open = (choices) => connected({ road: 'socket', isLive: false, ...choices });
const socketOf = ({ server }) => [...server.sockets][0];
const types = (socket) => socket.frames.map(({ type }) => type);

test('the token is sent as a subprotocol, not in the URL, and the log is resumed', async () => {
  const prepare = (server) => server.say('before');
  const page = await open({ prepare });

  const { url, protocols, frames } = socketOf(page);
  assert.match(url, /^ws:\/\/brain\.test\/api\/live\?device=[a-z0-9]{26}_[a-z0-9]{26}$/);
  assert.deepEqual(protocols, ['brain', 'token.token-1']);
  assert.deepEqual(frames, [{ type: 'resume', sinceSeq: 1 }]);
  assert.deepEqual(now(page), ['live', 'socket']);
});

test('a text and its answer go over the socket', async () => {
  const page = await open();
  page.server.requests.length = 0;

  const answer = await page.brain.askBrain('one', { callId: 'c1' });

  assert.deepEqual([answer.message.text, answer.state, answer.seq], ['Answer to one', 'done', 1]);
  assert.deepEqual(texts(page.heard), ['one', 'Answer to one']);
  assert.deepEqual(page.server.asked('/api/voiceToBrain'), []);
});

test('pieces arrive on the socket as on a stream', async () => {
  const page = await open();
  const pieces = [];
  page.brain.onPiece((piece) => pieces.push(piece));
  page.server.play = (run) => {
    run.piece('thought', 'hm');
    run.piece('content', 'Yes.');
    run.end('Yes.');
  };

  await page.brain.askBrain('one');

  assert.deepEqual(pieces, [
    { runId: 'r1', loop: 1, piece: 1, kind: 'thought', text: 'hm', say: 0 },
    { runId: 'r1', loop: 1, piece: 2, kind: 'content', text: 'Yes.', say: 0 },
  ]);
});

test('after a broken socket the same text is posted, and accepted once', async () => {
  const page = await open();
  page.server.play = async (run) => {
    await run.wait(3000);
    run.end('found');
  };
  const asking = page.brain.askBrain('one');
  await page.clock.pass(1000);

  page.server.cut();
  await page.clock.pass(20_000);

  assert.equal((await asking).state, 'duplicate');
  assert.deepEqual(texts(page.heard), ['one', 'found']);
  const [{ sent }] = page.server.asked('/api/voiceToBrain');
  assert.equal(sent.text, 'one');
});

test('a text that is too long for a frame is posted', async () => {
  const page = await open();
  const recentContext = [{ role: 'user', text: 'é'.repeat(40_000) }];

  const asking = page.brain.askBrain('one', { recentContext });
  await page.clock.pass(2000);

  assert.equal((await asking).state, 'done');
  assert.equal(page.server.asked('/api/voiceToBrain').length, 1);
  assert.deepEqual(now(page), ['live', 'socket']);
});

test('a text is posted while the socket reconnects', async () => {
  const page = await open();
  await page.clock.pass(240_000);

  const asking = page.brain.askBrain('one');
  await page.clock.pass(600);

  assert.equal((await asking).state, 'done');
  assert.equal(page.server.asked('/api/voiceToBrain').length, 1);
});

test('a socket that the server ends is opened again and continues', async () => {
  const page = await open();
  await page.clock.pass(240_000);
  page.server.say('meanwhile');

  await page.clock.pass(1500);

  assert.deepEqual(now(page), ['live', 'socket']);
  assert.deepEqual(texts(page.heard), ['meanwhile']);
  assert.deepEqual(
    page.states.map(({ road }) => road),
    [null, 'socket'],
  );
});

test('a refused token is renewed', async () => {
  const page = await open();
  page.server.token = 'token-2';
  page.server.validTokens.clear();
  page.server.validTokens.add('token-1-for-renewal');
  page.server.cut();

  await page.clock.pass(10_000);

  assert.deepEqual(now(page), ['live', 'socket']);
  assert.deepEqual(socketOf(page).protocols, ['brain', 'token.token-2']);
});

test('after a silence the client pings, and closes a socket that does not answer', async () => {
  const page = await open();
  await page.clock.pass(16_000);
  assert.deepEqual(types(socketOf(page)), ['resume', 'ping']);
  assert.deepEqual(now(page), ['live', 'socket']);

  const dead = socketOf(page);
  dead.isDeaf = true;
  await page.clock.pass(22_000);

  assert.ok(page.states.some(({ road }) => road === 'polling'));
  assert.notEqual(socketOf(page), dead);
  assert.deepEqual(now(page), ['live', 'socket']);
});

test('the server’s ping is answered', async () => {
  const page = await open();

  socketOf(page).onmessage({ data: '{"type":"ping"}' });

  assert.deepEqual(types(socketOf(page)), ['resume', 'pong']);
});

test('the client polls while a socket never becomes ready', async () => {
  const prepare = (server) => server.validTokens.clear();
  class Deaf {
    send() {}
    close() {}
  }
  const page = await open({ WebSocket: Deaf });

  await page.clock.pass(6000);

  assert.deepEqual(now(page), ['polling', 'polling']);
  assert.ok(prepare);
});

test('a command goes over the socket, and its refusal is an error like that of a request', async () => {
  const page = await open();

  const { seq, how } = await page.brain.heard(3, 'cutOff', 12);
  assert.deepEqual([seq, how], [3, 'cutOff']);
  assert.deepEqual(page.server.heard, [{ seq: 3, how: 'cutOff', chars: 12 }]);
  await assert.rejects(page.brain.decide('nobody-knows', { verdict: 'approve' }), { status: 404 });
  assert.deepEqual(page.server.asked('/api/control'), []);
});

test('a decision and its answer go over the socket', async () => {
  const page = await open();
  page.server.play = (run) => run.ask('May I?', { for: 'user', tool: 'sendEmail', arguments: {} });
  const { message } = await page.brain.askBrain('write to Anna');

  const answer = await page.brain.decide(message.id, { verdict: 'approve' });

  assert.deepEqual([answer.state, answer.message.text], ['done', 'approve: done']);
  assert.deepEqual(texts(page.heard), ['write to Anna', 'May I?', 'approve', 'approve: done']);
  assert.deepEqual(page.server.asked('/api/control'), []);
});

test('several texts at once get their own answers', async () => {
  const page = await open();
  page.server.play = async (run, text) => {
    await run.wait(text === 'slow' ? 2000 : 500);
    run.end(`${text} answer`);
  };

  const asking = ['slow', 'quick'].map((text) => page.brain.askBrain(text));
  await page.clock.pass(3000);

  const answers = await Promise.all(asking);
  assert.deepEqual(
    answers.map(({ message }) => message.text),
    ['slow answer', 'quick answer'],
  );
});

test('close closes the socket and rejects what waits for it', async () => {
  const page = await open();
  page.server.play = () => {};
  const asking = assert.rejects(page.brain.askBrain('one'), { name: 'ConnectionClosed' });
  await settled();

  page.brain.close();

  await asking;
  assert.equal(page.server.sockets.size, 0);
  assert.equal(page.clock.waiting, 0);
});
