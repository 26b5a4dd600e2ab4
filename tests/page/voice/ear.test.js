/** What is said for a text: the same table as on the server. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { forTheEar, sentencesOf } from '../../../public/voice/ear.js';

const TABLE = JSON.parse(readFileSync(new URL('../../texts/ear.json', import.meta.url), 'utf8'));

for (const { name, text, speech, sentences = speech ? [speech] : [] } of TABLE) {
  test(`what is said for a text, and its sentences: ${name}`, () => {
    assert.equal(forTheEar(text), speech);
    assert.deepEqual(sentencesOf(speech), sentences);
  });
}

test('no sentence loses a word', () => {
  for (const { speech } of TABLE) {
    assert.equal(sentencesOf(speech).join('').replaceAll(' ', ''), speech.replaceAll(' ', ''));
  }
});

const SAID = JSON.parse(readFileSync(new URL('../../texts/said.json', import.meta.url), 'utf8'));
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const countOf = (text) => [...characters.segment(text)].length;

for (const { name, text, whole = [], says = [], absent = [], ...more } of SAID) {
  test(`what belongs together is said together, and nothing else is left out: ${name}`, () => {
    const sentences = sentencesOf(forTheEar(text));
    for (const words of whole) assert.ok(sentences.some((one) => one.includes(words)), words);
    for (const words of says) assert.ok(sentences.join(' ').includes(words), words);
    for (const mark of absent) assert.ok(!sentences.join('').includes(mark), mark);
    assert.ok(sentences.every(({ length }) => length <= 200));
    assert.ok(sentences.length >= (more.atLeast ?? 1) && sentences.length <= (more.atMost ?? 99));
    const bare = (words) => words.replace(/\s/g, '');
    if (more.joined) assert.equal(bare(sentences.join('')), bare(text));
    if (more.graphemes) assert.equal(sentences.reduce((sum, one) => sum + countOf(one), 0), countOf(text));
  });
}

test('a text without spaces is cut between words where the browser knows them', () => {
  const words = ['พรุ่งนี้', 'มี', 'ประชุม', 'ที่', 'โรงเรียน'];
  const sentences = sentencesOf(words.join('').repeat(12));
  const known = new Intl.Segmenter('th', { granularity: 'word' });
  const parts = (text) => [...known.segment(text)].map(({ segment }) => segment);
  assert.ok(sentences.length > 1);
  assert.deepEqual(sentences.flatMap(parts), parts(words.join('').repeat(12)));
});

test('without Intl.Segmenter no character is cut', () => {
  const { Segmenter } = Intl;
  delete Intl.Segmenter;
  try {
    for (const one of ['e\u0301', '\u{20BB7}', 'เก้า']) {
      const sentences = sentencesOf(one.repeat(150));
      assert.ok(sentences.every((sentence) => sentence.length <= 200 && !/^[\p{M}\uDC00-\uDFFF]/u.test(sentence)));
      assert.equal(sentences.join(''), one.repeat(150));
    }
  } finally {
    Intl.Segmenter = Segmenter;
  }
});
