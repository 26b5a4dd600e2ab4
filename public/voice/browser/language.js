/** Tells the language of a text by its script, and chooses a voice for it. No I/O. */

/** Scripts that show a language. A character of the dense ones says as much as several letters. */
const SCRIPTS = /** @type {const} */ ([
  ['Latn', 'Latin', ''],
  ['Kana', 'Hiragana}\\p{Script=Katakana', 'ja'],
  ['Hani', 'Han', 'zh'],
  ['Hang', 'Hangul', 'ko'],
  ['Thai', 'Thai', 'th'],
  ['Cyrl', 'Cyrillic', 'ru'],
  ['Arab', 'Arabic', 'ar'],
  ['Hebr', 'Hebrew', 'he'],
  ['Grek', 'Greek', 'el'],
  ['Deva', 'Devanagari', 'hi'],
  ['Beng', 'Bengali', 'bn'],
  ['Guru', 'Gurmukhi', 'pa'],
  ['Gujr', 'Gujarati', 'gu'],
  ['Taml', 'Tamil', 'ta'],
  ['Telu', 'Telugu', 'te'],
  ['Knda', 'Kannada', 'kn'],
  ['Mlym', 'Malayalam', 'ml'],
  ['Sinh', 'Sinhala', 'si'],
  ['Mymr', 'Myanmar', 'my'],
  ['Khmr', 'Khmer', 'km'],
  ['Laoo', 'Lao', 'lo'],
  ['Geor', 'Georgian', 'ka'],
  ['Armn', 'Armenian', 'hy'],
  ['Ethi', 'Ethiopic', 'am'],
]);
const DENSE = ['Kana', 'Hani', 'Hang'];
const WEIGHT = 3; // letters that one character of these counts for
const SOME_KANA = 5; // Chinese characters for each kana; a text with more is Chinese and quotes Japanese
/** @type {Record<string, string[]>} */
const TOGETHER = { Jpan: ['Kana', 'Hani'], Kore: ['Hang'], Hans: ['Hani'], Hant: ['Hani'] };
/** @type {Record<string, string>} */
const SAME = { cmn: 'zh', yue: 'zh', no: 'nb', iw: 'he', in: 'id', tl: 'fil' }; // other names of languages
const PATTERNS = SCRIPTS.map(([name, script]) => ({ name, letters: new RegExp(`[\\p{Script=${script}}]`, 'gu') }));

/**
 * Return the language of a sentence: the spoken one if that is written with the sentence's script.
 * @param {string} sentence
 * @param {string} whole the text that it belongs to
 * @param {string} spoken a BCP 47 tag
 * @param {readonly string[]} [others] languages of the user, for a text in Latin letters
 * @returns {string} a BCP 47 tag
 */
export function languageOf(sentence, whole, spoken, others = []) {
  const script = scriptOf(sentence) ?? scriptOf(whole);
  if (script === null) return spoken;
  // A sentence without kana in a Japanese text is Japanese too.
  if (script === 'Hani' && scriptOf(whole) === 'Kana') return /^ja\b/i.test(spoken) ? spoken : 'ja';
  if (scriptsOf(spoken).includes(script)) return spoken;
  if (script === 'Latn') return others.find((tag) => scriptsOf(tag).includes('Latn')) ?? 'en';
  return SCRIPTS.find(([name]) => name === script)?.[2] ?? spoken;
}

/** Return the script of most of a text; null if it has no letters. @param {string} text */
function scriptOf(text) {
  const counts = PATTERNS.map(({ name, letters }) => {
    const count = text.match(letters)?.length ?? 0;
    return { name, count: DENSE.includes(name) ? count * WEIGHT : count };
  });
  const kana = counts[1];
  const han = counts[2];
  if (kana.count * SOME_KANA > han.count) kana.count += han.count; // Japanese is written with both
  const most = counts.reduce((best, one) => (one.count > best.count ? one : best));
  return most.count > 0 ? most.name : null;
}

/** Return the scripts that a language is written with. @param {string} tag */
function scriptsOf(tag) {
  try {
    const { script = '' } = new Intl.Locale(tag).maximize();
    return TOGETHER[script] ?? [script];
  } catch {
    return ['Latn']; // no tag at all
  }
}

/** @typedef {Pick<SpeechSynthesisVoice, 'lang' | 'voiceURI' | 'name' | 'default' | 'localService'>} VoiceLike */

/**
 * Return the voices of a language, the best one first: the preferred one, those of the same region,
 * then the browser's own choice.
 * @template {VoiceLike} V
 * @param {readonly V[]} voices
 * @param {string} tag
 * @param {string} [preferred] its `voiceURI`
 * @returns {V[]}
 */
export function voicesFor(voices, tag, preferred = '') {
  const wanted = tagOf(tag);
  const rank = (/** @type {V} */ voice) =>
    (preferred !== '' && voice.voiceURI === preferred ? 8 : 0) +
    (tagOf(voice.lang) === wanted ? 4 : 0) +
    (voice.default ? 2 : 0) +
    (voice.localService ? 1 : 0);
  const fitting = voices.filter(({ lang }) => baseOf(lang) === baseOf(tag));
  return fitting.sort((one, other) => rank(other) - rank(one));
}

/** A tag as browsers should write it: Android has `de_DE`. @param {string} lang */
export function tagOf(lang) {
  return lang.replaceAll('_', '-');
}

/** @param {string} lang */
function baseOf(lang) {
  const base = tagOf(lang).toLowerCase().split('-')[0];
  return Object.hasOwn(SAME, base) ? SAME[base] : base;
}
