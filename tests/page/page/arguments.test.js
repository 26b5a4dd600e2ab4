import assert from 'node:assert/strict';
import { test } from 'node:test';

import { changedNames, edited, fieldsOf, unshown } from '../../../public/page/arguments.js';
import { rowsOf } from '../../../public/page/content.js';

const EMAIL = {
  body: 'Hi Anna,\n\nat seven.\n\nRobin',
  to: ['Anna <anna@example.org>', 'ben@example.org'],
  subject: 'Friday',
};
test('arguments are shown as labelled fields, the long text last', () => {
  const shown = fieldsOf(EMAIL).map(({ label, text }) => [label, text]);

  assert.deepEqual(shown, [
    ['To', 'Anna <anna@example.org>\nben@example.org'],
    ['Subject', 'Friday'],
    ['Text', EMAIL.body],
  ]);
});

test('typed values replace the arguments, with the same type', () => {
  const given = { ...EMAIL, all: true, count: 2, more: { a: 1 }, id: 'x1' };
  const typed = {
    to: ' zoe@example.org \n\nben@example.org',
    subject: 'Saturday',
    all: '',
    count: '3',
    more: '{"a": 2}',
  };

  assert.deepEqual(edited(given, typed), {
    body: EMAIL.body,
    to: ['zoe@example.org', 'ben@example.org'],
    subject: 'Saturday',
    all: false,
    count: 3,
    more: { a: 2 },
    id: 'x1',
  });
  assert.throws(() => edited(given, { more: '{' }), SyntaxError);
});

test('unchanged fields give the original arguments', () => {
  const given = { ...EMAIL, all: false, count: 2, list: [1, 2], id: 'x1', none: null };
  const typed = Object.fromEntries(fieldsOf(given).map(({ name, text }) => [name, text]));

  assert.deepEqual(edited(given, typed), given);
  assert.deepEqual(changedNames(given, edited(given, typed)), []);
  assert.deepEqual(changedNames(given, { ...given, count: 3 }), ['count']);
  assert.deepEqual(changedNames(given, { ...given, more: 1 }), ['more']);
});

test('fields that the question itself shows are not shown again', () => {
  const text = 'Shall I change the document “Milk”?\nNew title: “Food”\nAdded:\n\nbread';
  const given = { id: 'd1', title: 'Food', append: 'bread', urgent: true, note: 'soon', cc: [] };

  assert.deepEqual(unshown(given, text).map(({ name }) => name), ['urgent', 'cc', 'note', 'id']);
});

test('what is sent is shown with each recipient, its length and all of its text', () => {
  const content = {
    recipients: [
      { address: 'eva@xn--mnchen-3ya.example', unicode: 'eva@münchen.example', name: 'Eva' },
      { address: 'ben@example.org' },
    ],
    count: 2,
    subject: 'Friday',
    text: 'x'.repeat(1_234),
    characters: 1_234,
    attachments: [
      { name: 'plan.pdf', type: 'application/pdf', bytes: 20_001 },
      { name: 'film.mp4', type: 'video/mp4', bytes: 3_000_000 },
    ],
  };

  assert.deepEqual(rowsOf(content).map(({ label, text }) => [label, text]), [
    ['To', 'eva@xn--mnchen-3ya.example = eva@münchen.example (Eva)\nben@example.org'],
    ['Subject', 'Friday'],
    ['Attachments', 'plan.pdf (application/pdf, 21 KB)\nfilm.mp4 (video/mp4, 3 MB)'],
    ['Length', '1,234 characters'],
    ['Text', content.text],
  ]);
  const short = { ...content, subject: '', text: 'Hi', characters: 2, attachments: [] };
  assert.deepEqual(rowsOf(short).map(({ label }) => label), ['To', 'Text']);
});
