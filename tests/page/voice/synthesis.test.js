import assert from 'node:assert/strict';
import { test } from 'node:test';

import { phrasesOf } from '../../../public/voice/synthesis.js';

test('a text is split into phrases, none too long, and no word is lost', () => {
  const text = `One. Two!\nThree ${'and more '.repeat(60)}`;

  const phrases = phrasesOf(text);

  assert.deepEqual(phrases.slice(0, 2), ['One.', 'Two!']);
  assert.ok(phrases.every((phrase) => phrase.length <= 200));
  assert.equal(phrases.join(' '), text.trim().replace(/\s+/g, ' '));
});
