/** When hands-free ends by itself. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Attention, isStopListening } from '../../../public/voice/talk/attention.js';

const MINUTE_MS = 60_000;

for (const text of [
  'stop listening',
  'Stop listening.',
  'OK, please stop listening now!',
  'You can stop listening.',
  'Hör auf zuzuhören.',
  'Hör bitte auf zuzuhören',
  'höre auf zu zuhören',
  'Hoer auf zuzuhoeren',
  'Du kannst jetzt aufhören zuzuhören',
  'Hör auf zu hören',
]) {
  test(`it is the wish to end: ${text}`, () => assert.ok(isStopListening(text)));
}

for (const text of [
  '',
  'stop',
  'stop listening to Bach and play Mozart',
  'Why did you stop listening?',
  'listening',
  'Hör auf',
  'Hör auf zu zuhören wenn ich schlafe',
]) {
  test(`it is a text like others: ${text}`, () => assert.ok(!isStopListening(text)));
}

/** @returns what has ended it, and time to pass */
function begun(context) {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const why = [];
  const attention = new Attention((one) => why.push(one));
  attention.show('listening');
  return { attention, why, pass: (ms) => context.mock.timers.tick(ms) };
}

test('two minutes without speech end it once', (context) => {
  const { why, pass } = begun(context);
  pass(2 * MINUTE_MS - 1);
  assert.deepEqual(why, []);
  pass(10 * MINUTE_MS);
  assert.deepEqual(why, ['quiet']);
});

test('speech begins the two minutes again, also where its words are not known', (context) => {
  const { attention, why, pass } = begun(context);
  pass(1.9 * MINUTE_MS);
  attention.hear('', false);
  pass(1.9 * MINUTE_MS);
  assert.deepEqual(why, []);
  pass(MINUTE_MS);
  assert.deepEqual(why, ['quiet']);
});

for (const state of ['thinking', 'speaking', 'connecting']) {
  test(`nobody has to speak while it is ${state}`, (context) => {
    const { attention, why, pass } = begun(context);
    attention.show(state);
    attention.hear('', false);
    pass(30 * MINUTE_MS);
    assert.deepEqual(why, []);
    attention.show('listening');
    pass(2 * MINUTE_MS);
    assert.deepEqual(why, ['quiet']);
  });
}

for (const state of ['muted', 'paused']) {
  test(`it ends also where it is ${state}`, (context) => {
    const { attention, why, pass } = begun(context);
    attention.show(state);
    pass(2 * MINUTE_MS);
    assert.deepEqual(why, ['quiet']);
  });
}

test('a whole utterance ends it at once', (context) => {
  const { attention, why } = begun(context);
  attention.hear('Stop listening.', true);
  assert.deepEqual(why, ['asked']);
});

test('fragments end it when the sentence does not go on', (context) => {
  const { attention, why, pass } = begun(context);
  for (const fragment of ['Stop', ' listen', 'ing']) attention.hear(fragment, false);
  pass(500);
  attention.hear(' to Bach.', false);
  pass(MINUTE_MS);
  assert.deepEqual(why, []);
  for (const fragment of ['Hör auf', ' zuzuhören']) attention.hear(fragment, false);
  pass(1000);
  assert.deepEqual(why, ['asked']);
});

test('after the end nothing follows', (context) => {
  const { attention, why, pass } = begun(context);
  attention.hear('stop listening', false);
  attention.end();
  pass(10 * MINUTE_MS);
  assert.deepEqual(why, []);
});
