import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected, settled, texts } from '../kit.js';

const QUESTION = { for: 'user', tool: 'sendEmail', arguments: { to: 'anna' }, expiresAt: null };
const wishes = (server) => server.asked('/api/control').map(({ sent }) => sent);

/** A brain that asks before it acts. */
async function asked(choices) {
  const page = await connected({ publishes: true, ...choices });
  page.server.play = (run) => run.ask('May I send it?', QUESTION);
  const { message } = await page.brain.askBrain('write to Anna');
  return { ...page, question: message };
}

test('stop ends the current run, and its last message is in the log', async () => {
  const page = await connected({ publishes: true });
  page.server.play = (run) => run.wait(60_000);
  const asking = page.brain.askBrain('long one');
  await settled();

  const stopped = await page.brain.stop();

  assert.deepEqual(
    [stopped.state, stopped.runId, stopped.message.text],
    ['stopped', 'r1', 'Stopped.'],
  );
  assert.equal((await asking).message.text, 'Stopped.');
  assert.deepEqual(texts(page.heard), ['long one', 'Stopped.']);
  assert.equal(page.states.at(-1).run.state, 'stopped');
  assert.deepEqual(wishes(page.server), [{ type: 'stop', runId: 'r1' }]);
});

test('stopping a run that has just ended changes nothing', async () => {
  const page = await connected();
  await page.brain.askBrain('one');

  const stopped = await page.brain.stop();

  assert.equal(stopped.state, 'idle');
  assert.equal(page.states.at(-1).run.state, 'idle');
});

test('a run that was stopped elsewhere is not announced as an answer that comes later', async () => {
  const page = await connected();
  const reply = { message: null, runId: 'r1', seq: 1, state: 'done' };
  page.server.fail('/api/voiceToBrain', () => Response.json(reply));

  const { forVoiceAgent } = await page.brain.askBrain('long one');

  assert.match(forVoiceAgent, /stopped/);
  assert.equal(page.states.at(-1).run.state, 'stopped');
});

test('a question from the brain ends its run', async () => {
  const page = await asked();

  assert.equal(page.question.kind, 'question');
  assert.equal(page.states.at(-1).run.state, 'idle');
});

test('an approval gets an answer like a text', async () => {
  const page = await asked();

  const answer = await page.brain.decide(page.question.id, { verdict: 'approve' });

  assert.deepEqual([answer.state, answer.message.text], ['done', 'approve: done']);
  assert.equal(answer.forVoiceAgent, 'approve: done');
  assert.deepEqual(texts(page.heard), [
    'write to Anna',
    'May I send it?',
    'approve',
    'approve: done',
  ]);
  assert.deepEqual(page.heard[2].decision, { questionId: page.question.id, verdict: 'approve' });
});

test('edited arguments and answers are sent', async () => {
  const page = await asked();
  const { id } = page.question;

  await page.brain.decide(id, { verdict: 'edit', arguments: { to: 'bert' } });
  const { device, ...wish } = wishes(page.server)[0];
  assert.deepEqual(wish, { type: 'edit', questionId: id, arguments: { to: 'bert' } });
  assert.equal(device.speaks, false);

  const other = await asked();
  await other.brain.decide(other.question.id, { verdict: 'answer', text: 'on Monday' });
  assert.equal(wishes(other.server)[0].text, 'on Monday');
});

test('the answer to a decision may come later, over the channel', async () => {
  const page = await asked();
  page.server.decided = async (run) => {
    await run.wait(30_000);
    run.end('sent');
  };

  const deciding = page.brain.decide(page.question.id, { verdict: 'approve' });
  await page.clock.pass(60_000);
  const answer = await deciding;

  assert.match(answer.message?.text ?? answer.forVoiceAgent, /comes later/);
  assert.equal(page.heard.at(-1).text, 'sent');
});

test('a second, different decision is refused', async () => {
  const page = await asked();
  await page.brain.decide(page.question.id, { verdict: 'approve' });

  const late = page.brain.decide(page.question.id, { verdict: 'reject' });

  await assert.rejects(late, { name: 'BrainError', status: 409 });
});

test('a decision that cannot be sent is retried, and the state shows it', async () => {
  const page = await asked();
  page.server.fail('/api/control', 'down', 503);

  const deciding = page.brain.decide(page.question.id, { verdict: 'approve' });
  await settled();
  assert.equal(page.states.at(-1).retrying[0].messageId, page.question.id);
  await page.clock.pass(5000);

  assert.equal((await deciding).state, 'done');
  assert.equal(wishes(page.server).length, 3);
});

test('a command also reports a session that cannot be renewed', async () => {
  const page = await asked();
  page.server.validTokens.clear();
  page.server.accessKey = 'set meanwhile';

  await assert.rejects(page.brain.stop(), { status: 401 });
  await settled();

  assert.equal(page.states.at(-1).connection, 'offline');
});

test('what was heard is reported once', async () => {
  const page = await connected();

  assert.deepEqual(await page.brain.heard(7, 'cutOff', 42), { seq: 7, how: 'cutOff' });

  assert.deepEqual(page.server.heard, [{ seq: 7, how: 'cutOff', chars: 42 }]);
});
