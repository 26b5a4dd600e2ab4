import assert from 'node:assert/strict';
import { test } from 'node:test';

import { anotherPage, connected, deferred, reloaded, settled, texts } from '../kit.js';

const MORE = { for: 'client', tool: 'whereAmI', arguments: { precise: true }, expiresAt: null };

/** A brain that asks the front end, then answers with the result. */
async function asks(choices = {}) {
  const { question = MORE, ...more } = choices;
  const page = await connected({ publishes: true, ...more });
  page.server.play = (run) => run.ask('(asks the page)', question);
  page.server.decided = (run, { text }) => run.end(`You are in ${text}`);
  return page;
}

const answers = (server) => server.asked('/api/control').map(({ sent }) => sent.text);

test('a tool of the page answers the brain, and askBrain gets the final answer', async () => {
  const page = await asks();
  const given = [];
  page.brain.onTool('whereAmI', async (request, message) => {
    given.push(request, message.kind);
    return 'Wien';
  });

  const answer = await page.brain.askBrain('where am I?');

  assert.deepEqual(given, [{ precise: true }, 'question']);
  assert.equal(answer.message.text, 'You are in Wien');
  assert.equal(answer.forVoiceAgent, 'You are in Wien');
  assert.deepEqual(answers(page.server), ['Wien']);
  assert.equal(texts(page.heard).at(-1), 'You are in Wien');
});

test('a result is sent as text or JSON, and a failure as a failure', async () => {
  const page = await asks();
  page.brain.onTool('whereAmI', () => ({ lat: 48.2 }));
  assert.equal((await page.brain.askBrain('one')).message.text, 'You are in {"lat":48.2}');

  page.brain.onTool('whereAmI', () => {
    throw new Error('no permission');
  });
  assert.equal((await page.brain.askBrain('two')).message.text, 'You are in Failed: no permission');
});

test('a result is never empty, and never longer than the server accepts', async () => {
  const page = await asks();
  page.brain.onTool('whereAmI', () => '');
  await page.brain.askBrain('one');
  page.brain.onTool('whereAmI', () => 'x'.repeat(30_000));
  await page.brain.askBrain('two');

  assert.deepEqual(
    answers(page.server).map(({ length }) => length),
    [2, 20_000],
  );
});

test('the tools of the page are sent with each text', async () => {
  const page = await asks();
  const form = { description: 'Tells where the user is.' };
  page.brain.onTool('whereAmI', () => 'Wien', form);
  const remove = page.brain.onTool('ring', () => 'done', { ...form, parameters: {} });
  page.brain.onTool('untold', () => 'done');

  await page.brain.askBrain('one');
  remove();
  await page.brain.askBrain('two');

  const calls = page.server.asked('/api/voiceToBrain').map(({ sent }) => sent.clientTools);
  const whereAmI = { name: 'whereAmI', ...form };
  assert.deepEqual(calls, [[whereAmI, { name: 'ring', ...form, parameters: {} }], [whereAmI]]);
});

test('questions are answered one after the other until the run ends', async () => {
  const page = await asks();
  let asked = 0;
  page.server.decided = (run) => {
    asked += 1;
    return asked < 3 ? run.ask('(asks again)', MORE) : run.end('enough');
  };
  page.brain.onTool('whereAmI', () => 'here');

  assert.equal((await page.brain.askBrain('one')).message.text, 'enough');
  assert.equal(asked, 3);
});

test('without a handler the question is the answer', async () => {
  const page = await asks();
  page.brain.onTool('other', () => 'never');

  const { message } = await page.brain.askBrain('where am I?');

  assert.equal(message.kind, 'question');
  assert.deepEqual(answers(page.server), []);
});

test('a handler that is added later takes the open question', async () => {
  const page = await asks();
  await page.brain.askBrain('where am I?');

  page.brain.onTool('whereAmI', () => 'Graz');
  await settled();

  assert.deepEqual(answers(page.server), ['Graz']);
});

test('a question for the user is left to the user', async () => {
  const page = await asks({ question: { ...MORE, for: 'user' } });
  page.brain.onTool('whereAmI', () => 'never');

  await page.brain.askBrain('where am I?');
  await settled();

  assert.deepEqual(answers(page.server), []);
});

test('of two tabs the one that asked answers, once', async () => {
  const page = await asks();
  const other = await anotherPage(page);
  const calls = [];
  page.brain.onTool('whereAmI', () => calls.push('first'));
  other.brain.onTool('whereAmI', () => calls.push('other'));

  await other.brain.askBrain('where am I?');
  await page.clock.pass(10_000);

  assert.deepEqual(calls, ['other']);
});

test('if the tab that asked has no such tool another one answers, once', async () => {
  const page = await asks();
  const others = [await anotherPage(page), await anotherPage(page)];
  const calls = [];
  for (const [place, { brain }] of others.entries())
    brain.onTool('whereAmI', () => calls.push(place));

  await page.brain.askBrain('where am I?');
  await page.clock.pass(10_000);

  assert.equal(calls.length, 1);
});

for (const [name, more] of [
  ['with locks', {}],
  ['without locks', { locks: null }],
]) {
  test(`a question that no open tab caused is answered by one of them, ${name}`, async () => {
    const page = await asks(more);
    const pages = [page, await anotherPage(page, more), await anotherPage(page, more)];
    let calls = 0;
    for (const { brain } of pages) brain.onTool('whereAmI', () => (calls += 1));
    const { id } = page.server.say('(asks)', { question: MORE, kind: 'question' });
    page.server.questions.set(id, { id });
    page.server.publish = () => {}; // that one has answered reaches the others late

    await page.clock.pass(10_000);

    assert.equal(calls, 1);
  });
}

test('a question that was answered before a reload is not answered again', async () => {
  const page = await asks();
  const { promise, resolve: answer } = deferred();
  page.brain.onTool('whereAmI', () => promise);
  const asking = page.brain.askBrain('where am I?').catch(() => {});
  await settled();

  const again = await reloaded(page, { history: 10 });
  let calls = 0;
  again.brain.onTool('whereAmI', () => (calls += 1));
  answer('late');
  await page.clock.pass(10_000);
  await asking;

  assert.equal(calls, 0);
});

test('a question from before the page is ignored', async () => {
  const page = await asks();
  await page.brain.askBrain('where am I?');

  const again = await reloaded(page, { history: 10 });
  again.brain.onTool('whereAmI', () => 'never');
  await page.clock.pass(10_000);

  assert.deepEqual(texts(again.heard), ['where am I?', '(asks the page)']);
  assert.deepEqual(answers(page.server), []);
});

test('a question in the reply is answered even if the log cannot be read', async () => {
  const page = await asks({ road: 'polling', isLive: false });
  page.brain.onTool('whereAmI', () => 'Wien');
  page.server.fail('/api/messages', ...Array(9).fill(500));

  assert.equal((await page.brain.askBrain('where am I?')).message.text, 'You are in Wien');
});

test('an expired question is ignored', async () => {
  const page = await asks({ question: { ...MORE, expiresAt: '2026-01-01T00:00:00Z' } });
  page.brain.onTool('whereAmI', () => 'never');

  const { message } = await page.brain.askBrain('where am I?');

  assert.equal(message.kind, 'question');
  assert.deepEqual(answers(page.server), []);
});

test('a refused answer rejects askBrain', async () => {
  const page = await asks();
  page.brain.onTool('whereAmI', () => 'Wien');
  page.server.fail('/api/control', 409);

  await assert.rejects(page.brain.askBrain('where am I?'), { status: 409 });
});

test('a removed handler is not called', async () => {
  const page = await asks();
  const remove = page.brain.onTool('whereAmI', () => 'never');

  remove();
  await page.brain.askBrain('where am I?');

  assert.deepEqual(answers(page.server), []);
});
