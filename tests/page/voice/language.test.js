/** In which language a sentence is read, by which voice, and for how long it may be silent. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { languageOf, voicesFor } from '../../../public/voice/browser/language.js';
import { limitMs, mostChars } from '../../../public/voice/browser/saying.js';
import { sentencesOf } from '../../../public/voice/sentences.js';

for (const [sentence, whole, spoken, language] of [
  ['It is nine.', '', 'en-GB', 'en-GB'],
  ['Es ist neun.', '', 'de-DE', 'de-DE'],
  ['本日は晴れです。', '', 'en-US', 'ja'],
  ['本日開店。', '本日開店。どうぞお越しください。', 'en-US', 'ja'],
  ['本日開店。', '本日開店。', 'ja-JP', 'ja-JP'],
  ['今天天气很好。', '今天天气很好。', 'en-US', 'zh'],
  ['今天天氣很好。', '今天天氣很好。', 'zh-TW', 'zh-TW'],
  ['我喜欢日本的の字和很多别的东西。', '我喜欢日本的の字和很多别的东西。', 'zh-CN', 'zh-CN'],
  ['WindowsのUSBを使う', '', 'en-US', 'ja'],
  ['오늘은 맑습니다.', '', 'en-US', 'ko'],
  ['สวัสดีครับ', '', 'en-US', 'th'],
  ['Привет, как дела?', '', 'en-US', 'ru'],
  ['Привіт', '', 'uk-UA', 'uk-UA'],
  ['سلام', '', 'fa-IR', 'fa-IR'],
  ['नमस्ते', '', 'en-US', 'hi'],
  ['All is well.', '', 'ja-JP', 'en-GB'],
  ['12:30', '今天 12:30', 'en-US', 'zh'],
  ['12:30', '12:30', 'th-TH', 'th-TH'],
  ['Hello', '', 'no tag at all', 'no tag at all'],
]) {
  test(`“${sentence}” is ${language} for a user who speaks ${spoken}`, () => {
    assert.equal(languageOf(sentence, whole, spoken, ['ja-JP', 'en-GB']), language);
  });
}

const VOICES = ['en-US', 'de_DE', 'de-AT', 'cmn-Hans-CN', 'zh-HK', 'iw-IL'].map((lang, place) => ({
  ...{ lang, name: lang, voiceURI: `v${place}`, default: place === 0, localService: place !== 2 },
}));
const first = (...how) => voicesFor(VOICES, ...how)[0]?.lang ?? null;

test('the preferred voice comes first, then the region, and none of another language', () => {
  assert.equal(first('de-AT'), 'de-AT');
  assert.equal(first('de'), 'de_DE');
  assert.equal(first('de-DE', 'v2'), 'de-AT');
  assert.equal(first('de-DE', 'v0'), 'de_DE');
  assert.equal(first('zh'), 'cmn-Hans-CN');
  assert.equal(first('zh-HK'), 'zh-HK');
  assert.equal(first('he'), 'iw-IL');
  assert.equal(first('th-TH'), null);
});

test('a voice may be silent for twice the time that the text takes and five seconds, up to fifteen', () => {
  assert.equal(limitMs('x'.repeat(15)), 7000);
  assert.equal(limitMs('x'.repeat(15), 2), 6000);
  assert.equal(limitMs('日'.repeat(5)), 7000);
  assert.equal(limitMs('x'.repeat(200)), 15_000);
});

const LONG = {
  Japanese: '今日は天気がよくて、散歩に行きたいと思っていましたが、'.repeat(8),
  'Japanese without pauses': 'これは長い文で'.repeat(40),
  Thai: 'ราคาวันนี้อากาศดีมาก'.repeat(20),
  English: `${'word and more words '.repeat(20)}at the end.`,
};
const isSyllable = (char) => /[\p{Script=Han}\p{Script=Hiragana}]/u.test(char);
const spokenMs = (text) => [...text].reduce((ms, char) => ms + (isSyllable(char) ? 200 : 67), 0);

for (const [name, text] of Object.entries(LONG)) {
  for (const rate of [0.6, 1, 2]) {
    test(`a voice that reports nothing in between ends each utterance in time: ${name} at ${rate}`, () => {
      const parts = sentencesOf(text, (sentence) => mostChars(sentence, rate));

      assert.equal(parts.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
      for (const part of parts) {
        const slowMs = (1.2 * spokenMs(part)) / rate;
        assert.ok(part.length <= 200 && slowMs < limitMs(part, rate), `${part.length} characters`);
      }
    });
  }
}
