import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Pieces } from '../../../public/client/pieces.js';
import { seeded, someSeed } from '../kit.js';

const shown = (pieces, runId = 'r1') =>
  pieces.of(runId).map(({ kind, text }) => `${kind}: ${text}`);

/** Pieces of one loop, numbered from 1. */
function loopOf(loop, ...parts) {
  return parts.map(([kind, text, say = 0], place) => {
    return { runId: 'r1', loop, piece: place + 1, kind, text, say };
  });
}

function heard(...all) {
  const pieces = new Pieces();
  for (const piece of all.flat()) pieces.receive(piece);
  return pieces;
}

test('pieces of one part are joined; kinds and messages stay separate', () => {
  const pieces = heard(
    loopOf(
      1,
      ['thought', 'Let me '],
      ['thought', 'see.'],
      ['action', 'searchDocuments'],
      ['action', 'recall'],
    ),
    loopOf(
      2,
      ['content', 'One '],
      ['content', 'moment.'],
      ['content', 'Found', 1],
      ['content', ' it.', 1],
    ),
  );

  assert.deepEqual(shown(pieces), [
    'thought: Let me see.',
    'action: searchDocuments',
    'action: recall',
    'content: One moment.',
    'content: Found it.',
  ]);
});

test('a loop that restarts replaces its own pieces, and no others', () => {
  const pieces = heard(
    loopOf(1, ['thought', 'first']),
    loopOf(2, ['content', 'wro'], ['content', 'ng']),
    loopOf(2, ['content', 'right']),
  );

  assert.deepEqual(shown(pieces), ['thought: first', 'content: right']);
});

test('a piece that arrives twice counts once', () => {
  const all = loopOf(1, ['content', 'a'], ['content', 'b'], ['content', 'c']);

  assert.deepEqual(shown(heard(all, all[2], all[1])), ['content: abc']);
});

test('nothing after a gap is shown', () => {
  const all = loopOf(1, ['content', 'a'], ['content', 'b'], ['content', 'c']);
  const pieces = heard(all[0]);

  assert.equal(pieces.receive(all[2]), false);

  assert.deepEqual(shown(pieces), ['content: a']);
});

test('a page that joins in the middle shows nothing of that loop', () => {
  const [, second] = loopOf(3, ['content', 'a'], ['content', 'b']);

  assert.deepEqual(shown(heard(second)), []);
});

test('a message replaces its part, and the last message all parts', () => {
  const pieces = heard(
    loopOf(1, ['thought', 'hm'], ['content', 'One moment.'], ['content', 'Done', 1]),
  );
  const message = { role: 'brain', runId: 'r1', doneAfterThis: false };

  pieces.receiveEntry({ ...message, text: 'One moment.' });
  assert.deepEqual(shown(pieces), ['thought: hm', 'content: Done']);

  pieces.receiveEntry({ ...message, text: 'Done.', doneAfterThis: true });
  assert.deepEqual(shown(pieces), []);
});

test('runs stay separate', () => {
  const [piece] = loopOf(1, ['content', 'mine']);
  const pieces = heard(piece, { ...piece, runId: 'r2', text: 'other' });

  pieces.receiveEntry({ role: 'brain', runId: 'r2', text: 'other', doneAfterThis: true });

  assert.deepEqual(shown(pieces), ['content: mine']);
  assert.deepEqual(shown(pieces, null), []);
});

test('however often a loop restarts, the joined content is its last text', () => {
  const seed = someSeed();
  const random = seeded(seed);
  for (let round = 0; round < 200; round += 1) {
    const text = Array.from(
      { length: 1 + random() * 30 },
      () => 'añ🙂 x'[Math.floor(random() * 5)],
    ).join('');
    const cut = () => loopOf(1, ...text.match(/.{1,3}/gsu).map((part) => ['content', part]));
    const twice = (all) => all.flatMap((one) => (random() < 0.2 ? [one, one] : [one]));
    const broken = cut().slice(0, Math.floor(random() * 5));

    // A piece 1 that comes twice is a new beginning: all the rest comes after it.
    const whole = cut();
    const pieces = heard(broken, whole[0], twice(whole.slice(1)));

    assert.equal(
      pieces
        .of('r1')
        .map((part) => part.text)
        .join(''),
      text,
      `SEED=${seed}`,
    );
  }
});

test('a message that arrives before its last pieces replaces them too', () => {
  const [first, ...rest] = loopOf(1, ['content', 'Just '], ['content', 'a '], ['content', 'moment.']);
  const pieces = heard([first]);

  const said = pieces.receiveEntry({ role: 'brain', runId: 'r1', text: 'Just a moment.' });
  for (const piece of rest) pieces.receive(piece);

  assert.equal(said?.kind, 'content');
  assert.deepEqual(shown(pieces), []);
});

test('pieces after the last message of their run are not shown, unless the run continues', () => {
  const pieces = heard([]);
  const late = loopOf(1, ['content', 'Done.']);

  pieces.receiveEntry({ role: 'brain', runId: 'r1', text: 'Done.', doneAfterThis: true });
  assert.equal(pieces.receive(late[0]), false);

  pieces.receiveEntry({ role: 'user', runId: 'r1', text: 'Yes.' });
  assert.equal(pieces.receive(late[0]), true);
});

test('pieces after their message are not shown; others with the same beginning are', () => {
  const pieces = heard([]);
  pieces.receiveEntry({ role: 'brain', runId: 'r1', text: 'On it.' });

  const [on, it, on2, monday, again] = loopOf(
    1,
    ['content', 'On '],
    ['content', 'it.'],
    ['content', 'On ', 1],
    ['content', 'Monday.', 1],
    ['content', 'On it.', 2],
  );
  pieces.receive(on);
  assert.deepEqual(shown(pieces), []);
  pieces.receive(it);
  assert.deepEqual(shown(pieces), []);
  for (const piece of [on2, monday, again]) pieces.receive(piece);
  assert.deepEqual(shown(pieces), ['content: On Monday.', 'content: On it.']);
});
