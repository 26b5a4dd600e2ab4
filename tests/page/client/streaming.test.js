import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Pieces } from '../../../public/client/pieces.js';
import { connected, settled, texts } from '../kit.js';

const ACCEPT = 'text/event-stream';
const accepts = (server) =>
  server.asked('/api/voiceToBrain').map(({ headers }) => headers.get('Accept'));

/** A run that thinks, says a step and answers, slowly. */
async function slowly(run) {
  await run.wait(1000);
  run.piece('thought', 'hm');
  run.breadcrumb('Looking.');
  run.nextLoop();
  for (const word of ['It ', 'is ', 'here.']) {
    await run.wait(1000);
    run.piece('content', word);
  }
  run.end('It is here.');
}

test('a text is posted as a stream, which brings entries and pieces', async () => {
  const page = await connected();
  const pieces = [];
  page.brain.onPiece((piece) => pieces.push(piece));
  page.server.play = slowly;

  const asking = page.brain.askBrain('where?');
  await page.clock.pass(1000);
  assert.deepEqual(texts(page.heard), ['where?', 'Looking.']);
  await page.clock.pass(1000);
  assert.deepEqual(pieces.at(-1), {
    runId: 'r1',
    loop: 2,
    piece: 1,
    kind: 'content',
    text: 'It ',
    say: 0,
  });
  await page.clock.pass(2000);

  assert.deepEqual((await asking).message.text, 'It is here.');
  assert.deepEqual(texts(page.heard), ['where?', 'Looking.', 'It is here.']);
  assert.deepEqual(accepts(page.server), [ACCEPT]);
});

test('the joined pieces are the text of the message', async () => {
  const page = await connected();
  const pieces = new Pieces();
  page.brain.onPiece((piece) => pieces.receive(piece));
  page.server.play = async (run) => {
    run.piece('content', 'wro');
    run.again();
    for (const part of ['añ', '🙂', ' right']) run.piece('content', part);
    await run.wait(1000);
    run.end('añ🙂 right');
  };

  const asking = page.brain.askBrain('one');
  await page.clock.pass(500);
  const [{ text }] = pieces.of('r1');
  await page.clock.pass(500);

  assert.equal(text, (await asking).message.text);
});

test('after a broken stream the same text is posted without one, and accepted once', async () => {
  const page = await connected();
  page.server.play = slowly;
  const asking = page.brain.askBrain('where?');
  await page.clock.pass(2500);

  page.server.cut();
  await page.clock.pass(10_000);

  const answer = await asking;
  assert.deepEqual(accepts(page.server), [ACCEPT, null]);
  assert.equal(
    new Set(page.server.asked('/api/voiceToBrain').map(({ sent }) => sent.messageId)).size,
    1,
  );
  assert.match(answer.forVoiceAgent, /comes later/);
  assert.deepEqual(texts(page.heard), ['where?', 'Looking.', 'It is here.']);
});

test('a stream that breaks after minutes is no failure: the text was accepted', async () => {
  const page = await connected({ publishes: true });
  page.server.play = async (run) => {
    await run.wait(180_000);
    run.end('at last');
  };
  const asking = page.brain.askBrain('one');
  await page.clock.pass(120_000);

  page.server.cut();
  await page.clock.pass(20_000);

  assert.equal((await asking).state, 'duplicate');
  await page.clock.pass(60_000);
  assert.deepEqual(texts(page.heard), ['one', 'at last']);
});

test('a stream without its last event counts as broken', async () => {
  const page = await connected();
  page.server.play = slowly;
  const asking = page.brain.askBrain('where?');
  await page.clock.pass(2500);

  for (const stream of page.server.streams) stream.end();
  await page.clock.pass(10_000);

  assert.equal((await asking).state, 'duplicate');
});

test('a stream that is held back is closed after ten seconds, and not tried again for a while', async () => {
  const page = await connected();
  page.server.isBuffering = true;
  page.server.play = async (run) => {
    await run.wait(30_000);
    run.end('at last');
  };

  const asking = page.brain.askBrain('one');
  await page.clock.pass(12_000);
  assert.equal((await asking).state, 'duplicate');
  await page.clock.pass(60_000);
  void page.brain.askBrain('two');
  await settled();

  assert.deepEqual(accepts(page.server), [ACCEPT, null, null]);
  assert.deepEqual(texts(page.heard).slice(0, 2), ['one', 'at last']);
});

test('a buffered stream that arrives in time is an answer', async () => {
  const page = await connected();
  page.server.isBuffering = true;

  assert.equal((await page.brain.askBrain('one')).message.text, 'Answer to one');
  assert.deepEqual(accepts(page.server), [ACCEPT]);
});

test('a polling client posts without a stream', async () => {
  const page = await connected({ road: 'polling', isLive: false });

  await page.brain.askBrain('one');

  assert.deepEqual(accepts(page.server), [null]);
});

test('an error in a stream is treated like an error response', async () => {
  const page = await connected();
  const problem = { title: 'Unprocessable', status: 422, detail: 'no', errors: [] };
  const text = `event: error\ndata: ${JSON.stringify(problem)}\n\n`;
  const headers = { 'Content-Type': ACCEPT };
  page.server.fail('/api/voiceToBrain', () => new Response(text, { headers }));

  await assert.rejects(page.brain.askBrain('one'), {
    name: 'BrainError',
    status: 422,
    detail: 'no',
  });
});

test('a temporary error is retried without a stream', async () => {
  const page = await connected();
  const text = 'event: error\ndata: {"status":503,"title":"Away"}\n\n';
  const headers = { 'Content-Type': ACCEPT };
  page.server.fail('/api/voiceToBrain', () => new Response(text, { headers }));

  const asking = page.brain.askBrain('one');
  await page.clock.pass(2000);

  assert.equal((await asking).state, 'done');
  assert.deepEqual(accepts(page.server), [ACCEPT, null]);
});

test('a caller that stops waiting ends the stream, and the answer still arrives', async () => {
  const page = await connected({ publishes: true });
  page.server.play = slowly;
  const giving = new AbortController();
  const asking = assert.rejects(page.brain.askBrain('where?', { signal: giving.signal }), /enough/);
  await page.clock.pass(1500);

  giving.abort(new Error('enough'));
  await asking;
  assert.equal(page.server.streams.size, 0);
  await page.clock.pass(5000);

  assert.deepEqual(texts(page.heard), ['where?', 'Looking.', 'It is here.']);
});

test('an answer that is handed over comes later', async () => {
  const page = await connected();
  page.server.answer = () => null;

  const { state, message, forVoiceAgent } = await page.brain.askBrain('hard one');

  assert.deepEqual([state, message], ['running', null]);
  assert.match(forVoiceAgent, /comes later/);
});
