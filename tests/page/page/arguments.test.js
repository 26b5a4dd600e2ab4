import assert from 'node:assert/strict';
import { test } from 'node:test';

import { edited, fieldsOf, isChanged, readBack } from '../../../public/page/arguments.js';

const EMAIL = {
  body: 'Hi Anna,\n\nat seven.\n\nRobin',
  to: ['Anna <anna@example.org>', 'ben@example.org'],
  subject: 'Friday',
};
const QUESTION = `Shall I send this email?
To: Anna <anna@example.org>, ben@example.org
Subject: Friday

Hi Anna,

at seven.

Robin`;

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
  assert.equal(isChanged(given, edited(given, typed)), false);
  assert.equal(isChanged(given, { ...given, count: 3 }), true);
  assert.equal(isChanged(given, { ...given, more: 1 }), true);
});

test('a question keeps only the lines that its fields do not show', () => {
  assert.deepEqual(readBack(QUESTION, EMAIL), { lead: 'Shall I send this email?', more: '' });

  const reply = { id: 'e1', body: EMAIL.body };
  const { more } = readBack(QUESTION, reply);
  assert.equal(more, 'To: Anna <anna@example.org>, ben@example.org\nSubject: Friday');
});

test('a recipient that the fields do not show stays in the question', () => {
  const { more } = readBack(QUESTION, { ...EMAIL, to: ['ben@example.org'] });

  assert.equal(more, 'To: Anna <anna@example.org>, ben@example.org');
});
