import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deference, Speaking } from '../../../public/client/speaking.js';
import { seeded, someSeed } from '../kit.js';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const untaken = () => false;

/** A message as the log brings it. */
function message(seq, more = {}) {
  const common = { role: 'brain', kind: 'say', runId: 'r1', doneAfterThis: false, speak: 'now' };
  return {
    ...common,
    id: `m${seq}`,
    seq,
    text: `${seq}`,
    createdAt: '2026-01-01T00:00:00Z',
    ...more,
  };
}

function received(...entries) {
  const speaking = new Speaking();
  for (const entry of entries) speaking.receive(entry, true, NOW_MS);
  return speaking;
}

/** The seqs in the order in which they are said. */
function said(speaking, isTaken = untaken) {
  const order = [];
  const taken = (one) => isTaken(one) || order.includes(one.seq);
  for (let next = speaking.next(NOW_MS, taken); next; next = speaking.next(NOW_MS, taken)) {
    order.push(next.message.seq);
  }
  return order;
}

test('messages are spoken in order; urgent ones go before those that wait', () => {
  const speaking = received(
    message(1, { speak: 'whenIdle' }),
    message(2, { speak: 'whenIdle' }),
    message(3),
    message(4),
  );

  assert.deepEqual(said(speaking), [3, 4, 1, 2]);
});

test('silent messages and the user’s texts are not spoken', () => {
  const utterance = { ...message(2), role: 'user' };

  assert.deepEqual(said(received(message(1, { speak: 'silent' }), utterance)), []);
});

test('expired messages are not spoken', () => {
  const before = '2025-12-31T23:59:59Z';
  const after = '2026-01-01T00:00:01Z';

  assert.deepEqual(
    said(received(message(1, { expiresAt: before }), message(2, { expiresAt: after }))),
    [2],
  );
});

test('a message that another one replaces is not spoken', () => {
  assert.deepEqual(said(received(message(1), message(2, { supersedes: 'm1' }))), [2]);
});

test('a step is not spoken once its run has answered', () => {
  const step = { kind: 'breadcrumb', speak: 'whenIdle' };
  const speaking = received(
    message(1, step),
    message(2, { ...step, runId: 'other' }),
    message(3, { doneAfterThis: true }),
  );

  assert.deepEqual(said(speaking), [3, 2]);
});

test('a question that is decided is not spoken', () => {
  const decision = { questionId: 'm1', verdict: 'approve' };

  assert.deepEqual(
    said(received(message(1, { kind: 'question' }), { role: 'user', seq: 2, decision })),
    [],
  );
});

test('what was taken back is not spoken, before or after it came', () => {
  const withdrawal = { role: 'user', kind: 'withdrawal', seq: 4, withdraws: [1, 2] };
  const speaking = received(message(2), message(3), withdrawal, message(5, { withdrawn: true }));

  assert.deepEqual(said(speaking), [3]);
});

test('what was spoken already, here or elsewhere, is not repeated', () => {
  assert.deepEqual(
    said(received(message(1), message(2)), ({ seq }) => seq === 1),
    [2],
  );
});

test('what an earlier page did not speak is spoken while it is recent', () => {
  const speaking = new Speaking();
  speaking.receive(message(1, { createdAt: '2025-12-31T23:58:59Z' }), false, NOW_MS);
  speaking.receive(message(2, { createdAt: '2025-12-31T23:59:01Z' }), false, NOW_MS);

  assert.deepEqual(said(speaking), [2]);
});

test('the tab that asked goes first, then a visible one, then a hidden one', () => {
  const [asked, shown, hidden] = [
    deference(true, true),
    deference(false, false),
    deference(false, true),
  ];

  assert.equal(asked, 0);
  assert.ok(asked < shown && shown < hidden);
});

test('in any order of messages none is spoken twice, and none that another one replaces', () => {
  const seed = someSeed();
  const random = seeded(seed);
  const some = (...all) => all[Math.floor(random() * all.length)];
  for (let round = 0; round < 100; round += 1) {
    const entries = Array.from({ length: 20 }, (_, place) =>
      message(place + 1, {
        kind: some('say', 'breadcrumb', 'notification'),
        speak: some('now', 'whenIdle', 'silent'),
        runId: some('r1', 'r2', 'r3'),
        supersedes: some(null, null, `m${place}`),
        doneAfterThis: random() < 0.2,
      }),
    );
    const order = said(received(...entries));

    assert.equal(new Set(order).size, order.length, `SEED=${seed}`);
    for (const seq of order) {
      const one = entries[seq - 1];
      const overtakes = ({ supersedes, doneAfterThis, runId }) =>
        supersedes === one.id ||
        (doneAfterThis && runId === one.runId && one.kind === 'breadcrumb');
      assert.equal(entries.slice(seq).some(overtakes), false, `SEED=${seed}`);
    }
  }
});
