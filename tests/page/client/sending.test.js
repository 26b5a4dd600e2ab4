import assert from 'node:assert/strict';
import { test } from 'node:test';

import { askBrainTool, BrainError, ConnectionClosed } from '../../../public/brain.js';
import { connected, seqs, settled, texts } from '../kit.js';

const messageIds = (server) => server.asked('/api/voiceToBrain').map(({ sent }) => sent.messageId);

test('an answer in the response is returned and listed after the text, with one request', async () => {
  const { brain, server, heard } = await connected();

  const answer = await brain.askBrain('what is new?');

  assert.equal(answer.message.text, 'Answer to what is new?');
  assert.equal(answer.forVoiceAgent, 'Answer to what is new?');
  assert.deepEqual([answer.state, answer.seq, answer.runId], ['done', 1, 'r1']);
  assert.deepEqual(seqs(heard), [1, 2]);
  assert.deepEqual(texts(heard), ['what is new?', 'Answer to what is new?']);
  assert.equal(server.requests.length, 1);
});

test('an answer that also arrives on the channel is listed once', async () => {
  const { brain, server, pusher, heard } = await connected();

  await brain.askBrain('one');
  for (const message of server.log.slice(1)) pusher.emit('message', message);

  assert.deepEqual(seqs(heard), [1, 2]);
});

test('breadcrumbs before the response are listed between text and answer', async () => {
  const { brain, server, pusher, heard } = await connected();
  server.answer = () => {
    pusher.emit('message', server.say('looking', { kind: 'breadcrumb' }));
    return { text: 'found' };
  };

  await brain.askBrain('search');
  await settled();

  assert.deepEqual(texts(heard), ['search', 'looking', 'found']);
});

test('without an answer the voice agent gets a note that it comes later', async () => {
  const { brain, server, states } = await connected();
  server.answer = () => null;

  const answer = await brain.askBrain('hard one');

  assert.equal(answer.message, null);
  assert.match(answer.forVoiceAgent, /comes later/);
  assert.equal(states.at(-1).run.state, 'running');
});

test('the options of the caller are sent', async () => {
  const { brain, server } = await connected({ zone: null });
  const recentContext = [{ role: 'user', text: 'hello' }];
  const messageId = 'mine-0001';

  await brain.askBrain('one', { recentContext, patience: 3, callId: 'c1', messageId });

  const [{ sent, headers }] = server.asked('/api/voiceToBrain');
  const { device, ...rest } = sent;
  const given = { text: 'one', recentContext, patience: 3, callId: 'c1', messageId };
  assert.deepEqual(rest, { ...given, clientTools: [] });
  assert.deepEqual({ ...device, id: typeof device.id }, { id: 'string', speaks: false });
  assert.equal(headers.get('Authorization'), 'Bearer token-1');
});

test('each text has its own messageId, which the server accepts', async () => {
  const { brain, server } = await connected({ random: Math.random });

  await brain.askBrain('one');
  await brain.askBrain('two');

  const [one, two] = messageIds(server);
  assert.match(one, /^[A-Za-z0-9_-]{8,64}$/);
  assert.notEqual(one, two);
});

test('a failed POST is retried with the same messageId, and the state shows it', async () => {
  const { brain, clock, server, heard, states } = await connected();
  server.fail('/api/voiceToBrain', 'down', 502);

  const asking = brain.askBrain('one');
  await settled();
  assert.equal(states.at(-1).retrying[0].attempt, 1);
  await clock.pass(10_000);
  await asking;

  const ids = messageIds(server);
  assert.equal(ids.length, 3);
  assert.equal(new Set(ids).size, 1);
  assert.deepEqual(states.at(-1).retrying, []);
  assert.deepEqual(texts(heard), ['one', 'Answer to one']);
});

test('a lost response leads to one run and one list entry', async () => {
  const { brain, clock, server, heard } = await connected();
  const init = { signal: new AbortController().signal };
  server.fail('/api/voiceToBrain', async () => {
    const [{ sent, headers }] = server.asked('/api/voiceToBrain');
    await server.fetch('/api/voiceToBrain', { ...init, headers, body: JSON.stringify(sent) });
    throw new TypeError('connection reset');
  });

  const asking = brain.askBrain('one');
  await clock.pass(10_000);

  assert.equal((await asking).state, 'duplicate');
  assert.deepEqual(texts(heard), ['one', 'Answer to one']);
});

test('Retry-After is honoured', async () => {
  const { brain, clock, server } = await connected();
  server.fail('/api/voiceToBrain', { status: 503, headers: { 'Retry-After': '7' } });

  const asking = brain.askBrain('one');
  await clock.pass(20_000);
  await asking;

  const [first, second] = server.asked('/api/voiceToBrain');
  assert.ok(second.atMs - first.atMs >= 7000);
});

test('a request that times out is retried', async () => {
  const { brain, clock, server } = await connected();
  server.fail('/api/voiceToBrain', 'silent');

  const asking = brain.askBrain('one');
  await clock.pass(30_000);

  assert.equal((await asking).message.text, 'Answer to one');
});

test('after a minute of failures askBrain rejects', async () => {
  const { brain, clock, server } = await connected();
  server.fail('/api/voiceToBrain', ...Array(100).fill('down'));

  const asking = assert.rejects(brain.askBrain('one'), { name: 'BrainError', status: 0 });
  await clock.pass(70_000);
  await asking;

  assert.ok(messageIds(server).length < 12, `${messageIds(server).length} attempts`);
});

test('a refused text is not retried, and the error says why', async () => {
  const { brain, server, heard } = await connected();
  const errors = [{ field: 'text', message: 'too long' }];
  const body = { title: 'Unprocessable', status: 422, detail: 'text is too long', errors };
  server.fail('/api/voiceToBrain', { status: 422, body });

  const error = await brain.askBrain('one').catch((reason) => reason);

  assert.ok(error instanceof BrainError);
  assert.deepEqual([error.status, error.title], [422, 'Unprocessable']);
  assert.deepEqual([error.detail, error.errors], ['text is too long', errors]);
  assert.equal(messageIds(server).length, 1);
  assert.deepEqual(heard, []);
});

test('a refusal without JSON is still a refusal', async () => {
  const { brain, server } = await connected();
  server.fail('/api/voiceToBrain', () => new Response('<h1>Forbidden</h1>', { status: 403 }));

  await assert.rejects(brain.askBrain('one'), { name: 'BrainError', status: 403 });
});

test('a messageId that was used before returns the stored text', async () => {
  const { brain, server, heard } = await connected();
  server.answer = () => null;
  const elsewhere = { text: 'stored', messageId: 'used-before' };
  const headers = { Authorization: 'Bearer token-1' };
  const { signal } = new AbortController();
  await server.fetch('/api/voiceToBrain', { headers, signal, body: JSON.stringify(elsewhere) });

  const { state } = await brain.askBrain('another', { messageId: 'used-before' });
  await settled();

  assert.equal(state, 'duplicate');
  assert.deepEqual(texts(heard), ['stored']);
});

for (const status of [408, 425, 429, 500, 503]) {
  test(`a ${status} is retried`, async () => {
    const { brain, clock, server } = await connected();
    server.fail('/api/voiceToBrain', status);

    const asking = brain.askBrain('one');
    await clock.pass(5000);

    assert.equal((await asking).state, 'done');
  });
}

test('a response of something else in the server’s place counts as unreachable', async () => {
  const { brain, clock, server } = await connected();
  server.fail('/api/voiceToBrain', () => new Response('<h1>Sign in to the Wi-Fi</h1>'));

  const asking = brain.askBrain('one');
  await clock.pass(5000);

  assert.equal((await asking).state, 'done');
});

test('a caller can stop waiting', async () => {
  const { brain, server, clock } = await connected();
  const timersBefore = clock.waiting;
  server.fail('/api/voiceToBrain', 'silent', 'down');
  const giving = new AbortController();

  const asking = assert.rejects(brain.askBrain('one', { signal: giving.signal }), /enough/);
  await settled();
  giving.abort(new Error('enough'));
  await asking;

  const again = new AbortController();
  const pausing = assert.rejects(brain.askBrain('two', { signal: again.signal }), /enough/);
  await settled();
  again.abort(new Error('enough'));
  await pausing;
  assert.equal(clock.waiting, timersBefore);
});

test('close rejects a text in progress', async () => {
  const { brain, server } = await connected();
  server.fail('/api/voiceToBrain', 'silent');

  const asking = assert.rejects(brain.askBrain('one'), ConnectionClosed);
  await settled();
  brain.close();

  await asking;
  await assert.rejects(brain.askBrain('two'), ConnectionClosed);
});

test('the tool of voice agents takes a text', () => {
  assert.equal(askBrainTool.name, 'askBrain');
  assert.deepEqual(askBrainTool.parameters.required, ['text']);
});
