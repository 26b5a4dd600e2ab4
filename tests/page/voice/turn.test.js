/** Whose turn it is to speak, over the tabs of a browser. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

globalThis.window = globalThis;
const { Turn } = await import('../../../public/voice/browser/turn.js');

const channels = [];
const { BroadcastChannel } = globalThis;
globalThis.BroadcastChannel = class extends BroadcastChannel {
  constructor(name) {
    super(name);
    channels.push(this);
  }
};
after(() => channels.forEach((channel) => channel.close()));

/** A tab, and the next change of what the user does. */
function tab() {
  const changes = [];
  let wake = () => {};
  const turn = new Turn((busy) => {
    changes.push(busy);
    wake();
  });
  const until = async (busy) => {
    while (turn.busy !== busy) await new Promise((resolve) => (wake = resolve));
  };
  return { turn, changes, until };
}

test('while the ear is open in one tab nobody speaks in any, and a moment later', async () => {
  const [one, other] = [tab(), tab()];

  one.turn.ear(true);
  assert.equal(one.turn.busy, 'ear');
  await other.until('ear');
  const late = tab(); // it asks who is busy
  await late.until('ear');

  one.turn.ear(false);
  assert.equal(one.turn.busy, 'ear'); // the tail
  for (const { until } of [one, other, late]) await until(null);
  assert.deepEqual(other.changes, ['ear', null]);
});

test('typing counts until the text is sent or the user pauses, and less than an open ear', async () => {
  const { turn, changes, until } = tab();

  turn.type(true);
  turn.ear(true);
  turn.ear(false);
  await until('typing');
  turn.type(false);

  assert.deepEqual(changes, ['typing', 'ear', 'typing', null]);
});

test('what was spoken shortly before the ear opened is an echo, in another tab too', async () => {
  const [one, other] = [tab(), tab()];
  one.turn.note('At nine, on track four.');
  one.turn.ear(true);
  await other.until('ear');

  assert.equal(one.turn.isEcho('at nine on track 4'), false);
  assert.equal(one.turn.isEcho('At nine on Track four'), true);
  other.turn.ear(true);
  assert.equal(other.turn.isEcho('at nine on track four'), true);
  assert.equal(other.turn.isEcho(''), false);
  one.turn.ear(false);
  other.turn.ear(false);
  await one.until(null);
});
