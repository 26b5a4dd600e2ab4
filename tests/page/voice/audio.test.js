/** What the page decides about recording and playing, without a browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SpokenQueue } from '../../../public/voice/audio/queue.js';
import { typeToRecord } from '../../../public/voice/audio/recording.js';

const DATA = Buffer.from('sound').toString('base64');

/** An AudioContext whose time the test sets. A sound lasts as many seconds as its file has bytes. */
class Context {
  currentTime = 0;
  sources = [];
  broken = new Set(); // numbers of the sounds that cannot be decoded
  #decoded = 0;

  async decodeAudioData(file) {
    const number = this.#decoded++;
    if (this.broken.has(number)) throw new Error('no sound');
    return { duration: file.byteLength };
  }

  createBufferSource() {
    const source = { connect() {}, start: (at) => (source.startS = at), stop() {} };
    this.sources.push(source);
    return source;
  }
}

function queued({ chars = 1000 } = {}) {
  const context = new Context();
  const outcomes = [];
  const queue = new SpokenQueue(context, chars, (...outcome) => outcomes.push(outcome));
  return { context, queue, outcomes };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('sentences are played one after the other, without gaps', async () => {
  const { context, queue, outcomes } = queued();
  queue.add({ data: DATA });
  queue.add({ data: DATA });
  await settled();
  const [first, second] = context.sources;
  assert.equal(second.startS, first.startS + 5);

  queue.complete([]);
  first.onended();
  await settled();
  assert.deepEqual(outcomes, []);
  second.onended();
  assert.deepEqual(outcomes, [['played', undefined]]);
});

test('a sentence that comes late begins at once', async () => {
  const { context, queue } = queued();
  queue.add({ data: DATA });
  await settled();
  context.currentTime = 60;
  queue.add({ data: DATA });
  await settled();
  assert.ok(context.sources[1].startS > 60);
  assert.ok(context.sources[1].startS < 60.1);
});

test('what is stopped was heard for fifteen characters a second, and no more than there is', async () => {
  for (const [chars, heard] of [
    [1000, 30],
    [20, 20],
  ]) {
    const { context, queue, outcomes } = queued({ chars });
    queue.add({ data: DATA });
    await settled();
    context.currentTime = context.sources[0].startS + 2;
    queue.stop();
    queue.stop();
    assert.deepEqual(outcomes, [['cutOff', heard]]);
  }
});

test('what is stopped before it began was not spoken', async () => {
  const { queue, outcomes } = queued();
  queue.add({ data: DATA });
  queue.stop();
  await settled();
  assert.deepEqual(outcomes, [['unspoken']]);
});

test('a message of which a sentence is missing was not heard to its end', async () => {
  for (const lose of [
    ({ queue }) => queue.complete([1]),
    ({ queue }) => queue.breakOff(),
    ({ queue, context }) => {
      context.broken.add(1);
      queue.add({ data: DATA });
      queue.complete([]);
    },
  ]) {
    const stage = queued();
    stage.queue.add({ data: DATA });
    lose(stage);
    await settled();
    stage.context.sources[0].onended();
    assert.deepEqual(stage.outcomes, [['cutOff', 75]]);
  }
});

test('a message of which nothing came was not spoken', async () => {
  const { queue, outcomes } = queued();
  queue.breakOff();
  queue.complete([]);
  await settled();
  assert.deepEqual(outcomes, [['unspoken', undefined]]);
});

test('the first type that the browser records is taken', () => {
  assert.equal(typeToRecord(() => true), 'audio/webm;codecs=opus');
  assert.equal(typeToRecord((type) => type.startsWith('audio/mp4')), 'audio/mp4;codecs=mp4a.40.2');
  assert.equal(typeToRecord((type) => type === 'audio/mp4'), 'audio/mp4');
  assert.equal(typeToRecord(() => false), '');
});
