import assert from 'node:assert/strict';
import { test } from 'node:test';

import { anotherPage, Browser, connected, reloaded, settled } from '../kit.js';

/** Has a page speak: notes what is said, and when; each takes a second. */
function speaking(page, spoken, name, { ms = 1000 } = {}) {
  page.brain.onSpeak(({ seq }, done) => {
    spoken.push({ name, seq, atMs: page.clock.now() });
    page.clock.after(ms, () => done('played'));
  });
}

const brief = (spoken) => spoken.map(({ name, seq }) => `${name} ${seq}`);

test('messages are spoken one after the other, and what was heard is reported', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  speaking(page, spoken, 'a');

  for (let count = 0; count < 3; count += 1) page.server.say('one');
  await page.clock.pass(10_000);

  assert.deepEqual(brief(spoken), ['a 1', 'a 2', 'a 3']);
  assert.ok(spoken[1].atMs - spoken[0].atMs >= 1000);
  assert.deepEqual(
    page.server.heard,
    [1, 2, 3].map((seq) => ({ seq, how: 'played' })),
  );
});

test('how much was spoken before a cut is reported too', async () => {
  const page = await connected({ publishes: true });
  page.brain.onSpeak((_, done) => {
    done('cutOff', 12);
    done('played');
  });

  page.server.say('a long one');
  await page.clock.pass(1000);

  assert.deepEqual(page.server.heard, [{ seq: 1, how: 'cutOff', chars: 12 }]);
});

test('a listener that fails leaves its message unspoken, and the others are spoken', async (context) => {
  const complaints = context.mock.method(console, 'error', () => {});
  const page = await connected({ publishes: true });
  page.brain.onSpeak(({ seq }, done) => {
    if (seq === 1) throw new Error('no voice');
    done('played');
  });

  page.server.say('one');
  page.server.say('two');
  await page.clock.pass(5000);

  assert.deepEqual(
    page.server.heard.map(({ how }) => how),
    ['unspoken', 'played'],
  );
  assert.equal(complaints.mock.callCount(), 1);
});

test('a listener that never calls done does not block the others for ever', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  page.brain.onSpeak(({ seq }) => spoken.push(seq));

  page.server.say('one');
  page.server.say('two');
  await page.clock.pass(60_000);

  assert.deepEqual(spoken, [1, 2]);
});

test('the answer replaces a step that waits for its turn', async () => {
  const page = await connected();
  const spoken = [];
  speaking(page, spoken, 'a', { ms: 3000 });
  page.server.play = async (run) => {
    run.breadcrumb('step 1');
    await run.wait(500);
    run.breadcrumb('step 2');
    await run.wait(1000);
    run.end('answer');
  };

  const asking = page.brain.askBrain('one');
  await page.clock.pass(20_000);
  await asking;

  assert.deepEqual(brief(spoken), ['a 2', 'a 4']);
});

test('while the log is behind nothing is spoken that a later entry may replace', async () => {
  const page = await connected({ publishes: true });
  page.brain.close();
  page.server.longestPage = 1;
  for (const text of ['step 1', 'step 2']) page.server.say(text, { kind: 'breadcrumb' });
  page.server.say('answer', { doneAfterThis: true });
  page.server.fail('/api/messages', null, 500, 500, 500); // the second page comes late
  const spoken = [];

  const again = await anotherPage(page);
  speaking(again, spoken, 'a');
  await page.clock.pass(20_000);

  assert.deepEqual(brief(spoken), ['a 3']);
});

for (const [name, more] of [
  ['with locks', {}],
  ['without locks', { locks: null }],
  ['without locks and bells', { locks: null, BroadcastChannel: null }],
]) {
  test(`of two tabs the one that asked speaks, ${name}`, async () => {
    const page = await connected({ publishes: true, ...more });
    const other = await anotherPage(page, more);
    const spoken = [];
    speaking(page, spoken, 'first');
    speaking(other, spoken, 'other');

    await other.brain.askBrain('one');
    await page.clock.pass(10_000);
    await page.brain.askBrain('two');
    await page.clock.pass(10_000);

    assert.deepEqual(brief(spoken), ['other 2', 'first 4']);
  });

  test(`a hidden tab lets a visible one speak, ${name}`, async () => {
    const page = await connected({ publishes: true, ...more });
    page.tab.change({ isHidden: true });
    const other = await anotherPage(page, more);
    const spoken = [];
    speaking(page, spoken, 'hidden');
    speaking(other, spoken, 'shown');

    page.server.say('one');
    await page.clock.pass(5000);
    other.brain.close();
    page.server.say('two');
    await page.clock.pass(20_000);

    assert.deepEqual(brief(spoken), ['shown 1', 'hidden 2']);
  });

  test(`two tabs never speak at the same time, and nothing twice, ${name}`, async () => {
    const page = await connected({ publishes: true, ...more });
    const others = [await anotherPage(page, more), await anotherPage(page, more)];
    const spoken = [];
    for (const [place, one] of [page, ...others].entries()) speaking(one, spoken, place);

    for (let count = 0; count < 6; count += 1) {
      page.server.say(`${count}`);
      await page.clock.pass(700);
    }
    await page.clock.pass(30_000);

    assert.deepEqual(
      spoken.map(({ seq }) => seq),
      [1, 2, 3, 4, 5, 6],
    );
    const pauses = spoken.slice(1).map(({ atMs }, place) => atMs - spoken[place].atMs);
    assert.ok(
      pauses.every((ms) => ms >= 1000),
      `${pauses}`,
    );
  });
}

test('a tab that dies while it speaks does not block the others, without locks', async () => {
  const page = await connected({ publishes: true, locks: null });
  const spoken = [];
  page.brain.onSpeak(({ seq }) => spoken.push(`dying ${seq}`));
  page.server.say('one');
  await page.clock.pass(1000);
  const { storage } = page.browser;
  const left = new Map(storage.items);
  page.brain.close();
  storage.items = left; // a dead tab tidies nothing up
  const other = await anotherPage(page, { locks: null });
  other.brain.onSpeak(({ seq }, done) => {
    spoken.push(`other ${seq}`);
    done('played');
  });

  page.server.say('two');
  await page.clock.pass(10_000);

  assert.deepEqual(spoken, ['dying 1', 'other 2']);
});

test('a tab without a voice lets the others speak', async () => {
  const page = await connected({ publishes: true });
  const other = await anotherPage(page);
  const spoken = [];
  speaking(other, spoken, 'other');

  await page.brain.askBrain('one');
  await page.clock.pass(5000);

  assert.deepEqual(brief(spoken), ['other 2']);
});

test('after a reload nothing is repeated, and unspoken messages are spoken', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  speaking(page, spoken, 'before', { ms: 5000 });
  page.server.say('begun');
  page.server.say('left unsaid');
  await page.clock.pass(1000);

  const again = await reloaded(page);
  speaking(again, spoken, 'after');
  await page.clock.pass(10_000);

  assert.deepEqual(brief(spoken), ['before 1', 'after 2']);
  assert.deepEqual(again.heard, [], 'what was shown is not shown again');
});

test('a first visit speaks no old messages', async () => {
  const prepare = (server) => server.say('long ago');
  const page = await connected({ prepare, history: 5 });
  const spoken = [];
  speaking(page, spoken, 'a');

  await page.clock.pass(10_000);

  assert.deepEqual(spoken, []);
});

test('messages that arrived while no page was open are spoken, unless they have expired', async () => {
  const page = await connected({ publishes: true });
  page.server.say('seen');
  page.brain.close();
  await page.clock.pass(600_000);
  const { server, clock } = page;
  server.say('still good');
  server.say('good for a second', { expiresAt: new Date(clock.now() + 1000).toISOString() });
  await clock.pass(600_000);
  const spoken = [];

  speaking(await anotherPage(page), spoken, 'a');
  await clock.pass(10_000);

  assert.deepEqual(brief(spoken), ['a 2']);
});

test('the answer that a voice agent receives is not spoken here', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  speaking(page, spoken, 'a');
  page.server.play = async (run) => {
    run.breadcrumb('step');
    await run.wait(3000);
    run.end('answer');
  };

  const asking = page.brain.askBrain('one', { callId: 'c1' });
  await page.clock.pass(10_000);

  assert.equal((await asking).forVoiceAgent, 'answer');
  assert.deepEqual(brief(spoken), ['a 2']);
});

test('the answer that comes too late for a voice agent is spoken here', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  speaking(page, spoken, 'a');
  page.server.play = async (run) => {
    await run.wait(3000);
    run.end('late answer');
  };

  const asking = page.brain.askBrain('one', { callId: 'c1', patience: 1 });
  await page.clock.pass(10_000);

  assert.match((await asking).forVoiceAgent, /comes later/);
  assert.deepEqual(brief(spoken), ['a 2']);
});

test('an unsubscribed speaker gets no more messages', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  const unsubscribe = page.brain.onSpeak(({ seq }) => spoken.push(seq));

  unsubscribe();
  page.server.say('one');
  await page.clock.pass(5000);

  assert.deepEqual(spoken, []);
});

test('after close nothing is spoken and no lock is held', async () => {
  const browser = new Browser();
  const page = await connected({ publishes: true, browser });
  const spoken = [];
  page.brain.onSpeak(({ seq }) => spoken.push(seq));
  page.server.say('one');
  await page.clock.pass(1000);
  assert.equal(browser.locks.held.size, 1);

  page.brain.close();
  page.server.say('two');
  await page.clock.pass(60_000);
  await settled();

  assert.deepEqual(spoken, [1]);
  assert.equal(browser.locks.held.size, 0);
  assert.equal(page.clock.waiting, 0);
});

test('an answer that was not spoken because the user went on is reported, so that it can be offered', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  speaking(page, spoken, 'a', { ms: 3000 });

  page.server.say('the first, which is long');
  page.server.say('the rest');
  await page.clock.pass(1000);
  await page.brain.askBrain('something else');
  await page.clock.pass(10_000);

  assert.ok(!brief(spoken).includes('a 2'));
  assert.deepEqual(page.server.heard.find(({ seq }) => seq === 2), { seq: 2, how: 'unspoken' });
});

test('a voice without a sound leaves its message unspoken, and the state says so until there is one', async () => {
  const page = await connected({ publishes: true });
  const outcomes = ['mute', 'unspoken', 'played'];
  const states = [];
  page.brain.onState(({ mute }) => states.at(-1) !== mute && states.push(mute));
  page.brain.onSpeak((_, done) => done(outcomes.shift()));

  for (const text of ['one', 'two', 'three']) page.server.say(text);
  await page.clock.pass(5000);

  assert.deepEqual(page.server.heard.map(({ how }) => how), ['unspoken', 'unspoken', 'played']);
  assert.deepEqual(states, [false, true, false]);
});
