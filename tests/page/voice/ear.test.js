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
