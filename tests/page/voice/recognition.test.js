/** What browsers recognize, as they are: one text, whatever the entries repeat. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inserted, understood } from '../../../public/voice/browser/transcript.js';

const resultsOf = (entries) =>
  entries.map(([transcript, isFinal = true, confidence]) => Object.assign([{ transcript, confidence }], { isFinal }));

for (const [entries, text, isFinal = true] of [
  [[['where is my passport', true, 0.92]], 'where is my passport'],
  [[['where is', true, 0]], 'where is', false],
  [[['where', true, 0], ['where is', true, 0], ['where is my', true, 0.9]], 'where is my'],
  [[['hello my'], [' name is', true, 0.7]], 'hello my name is'],
  [[['hello'], ['how'], ['how are'], ['how are you']], 'hello how are you'],
  [[['hello there'], ['hello']], 'hello there'],
  [[['one'], ['two', false]], 'one two', false],
  [[['東京'], ['東京は'], ['晴れ']], '東京は晴れ'],
  [[['I'], ['I think'], ['I think so.'], [' Yes']], 'I think so. Yes'],
  [[['no confidence']], 'no confidence'],
  [[], '', false],
]) {
  test(`of ${JSON.stringify(entries)} the text is “${text}”`, () => {
    const found = understood(resultsOf(entries));
    assert.deepEqual([found.text, found.isFinal], [text, isFinal]);
  });
}

for (const [before, words, after, text] of [
  ['Write to Anna: ', 'dinner at eight', '', 'Write to Anna: dinner at eight'],
  ['Write to Anna:', 'dinner', 'today', 'Write to Anna: dinner today'],
  ['Anna', 'and Tom', ': yes', 'Anna and Tom: yes'],
  ['', 'Hello', ' there', 'Hello there'],
  ['東京', 'は晴れ', '', '東京は晴れ'],
  ['one\n', 'two', '', 'one\ntwo'],
]) {
  test(`“${words}” between “${before}” and “${after}”`, () => {
    assert.equal(inserted(before, words, after).text, text);
  });
}
