import assert from 'node:assert/strict';
import { test } from 'node:test';

import { begin, isEcho, step } from '../../../public/voice/bargein.js';
import { isVoice } from '../../../public/voice/vad.js';
import { seeded } from '../kit.js';
import { frozen } from './replay.js';

const RATE_HZ = 48_000;
const SAYING = 'The second report is four pages longer. It names all the rivers.';
const PIECE_MS = 50;

/** What is ordered, with its time, while these are heard: [voice or not, for how long]. */
function orders(...parts) {
  let state = frozen(step(begin(), { saying: SAYING }, 0).state);
  let nowMs = 0;
  const found = [];
  const take = (input) => {
    const next = step(state, input, nowMs);
    state = frozen(next.state);
    if (next.order) found.push([nowMs, next.order]);
  };
  for (const [what, ms] of parts) {
    if (typeof what === 'string') take({ words: what });
    for (const endMs = nowMs + ms; nowMs < endMs; ) {
      nowMs += PIECE_MS;
      if (typeof what !== 'string') take({ isVoice: what, ms: PIECE_MS });
    }
  }
  return found;
}

test('a cough changes nothing', () => {
  assert.deepEqual(orders([true, 300], [false, 3000], [true, 200], [false, 1000]), []);
});

test('half a second of voice lowers, more cuts, and silence resumes', () => {
  assert.deepEqual(orders([true, 2000], [false, 3000]), [
    [500, 'lower'],
    [1200, 'cut'],
    [4000, 'resume'],
  ]);
});

test('a short remark only lowers', () => {
  assert.deepEqual(orders([true, 600], [false, 3000]), [
    [500, 'lower'],
    [2600, 'resume'],
  ]);
});

test('words that were understood cut at once, a nod and an echo do not', () => {
  assert.deepEqual(orders([true, 550], ['and the first', 100]), [
    [500, 'lower'],
    [550, 'cut'],
  ]);
  assert.deepEqual(orders(['mhm', 100], ['yes, okay', 100], ['report is four pages', 100]), []);
});

test('a stop word passes every gate, unless the voice says it itself', () => {
  assert.deepEqual(orders(['Stop!', 100]), [[0, 'stop']]);
  assert.deepEqual(orders([true, 100], ['oh, wait', 0]), [[100, 'stop']]);
  const { state } = step(begin(), { saying: 'The bus will stop here.' }, 0);
  assert.equal(step(state, { words: 'bus will stop' }, 10).order, null);
});

test('nothing is ordered while nothing is said', () => {
  assert.equal(step(begin(), { words: 'stop' }, 0).order, null);
  assert.equal(step(begin(), { isVoice: true, ms: 900 }, 0).order, null);
});

test('an echo has the words that were said', () => {
  assert.equal(isEcho('the second report is four', SAYING), true);
  assert.equal(isEcho('which rivers are they', SAYING), false);
  assert.equal(isEcho('longer', SAYING), false);
});

/** A tone with overtones, as a voice has; 43 ms. */
const voice = (pitchHz, level) =>
  Float32Array.from({ length: 2048 }, (_, place) => {
    const phase = (2 * Math.PI * pitchHz * place) / RATE_HZ;
    return level * (Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(3 * phase));
  });

test('voices of any pitch are voice, also soft ones', () => {
  for (const pitchHz of [95, 120, 180, 240, 330]) {
    assert.equal(isVoice(voice(pitchHz, 0.2), RATE_HZ), true, `${pitchHz} Hz`);
    assert.equal(isVoice(voice(pitchHz, 0.03), RATE_HZ), true, `${pitchHz} Hz, soft`);
  }
});

test('noise is none, however loud, nor is a click or silence', () => {
  const random = seeded(7);
  const noise = Float32Array.from({ length: 2048 }, () => random() * 1.8 - 0.9);
  const click = Float32Array.from({ length: 2048 }, (_, place) => (place === 900 ? 1 : 0));

  assert.equal(isVoice(noise, RATE_HZ), false);
  assert.equal(isVoice(click, RATE_HZ), false);
  assert.equal(isVoice(voice(120, 0.001), RATE_HZ), false);
});
