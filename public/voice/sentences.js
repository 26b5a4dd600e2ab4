/** Splits what is said into sentences. See ear.js. No I/O. */

import { placeWithin } from './breaks.js';

const MOST_CHARS = 200; // of one sentence; some voices fall silent in the middle of longer ones
const LEAST_SHARE = 0.3; // of that, before a cut at a comma; an earlier one would leave a stump
const ENDS = /(?:[.!?…؟۔।॥።]+|[。！？｡။។]+)(["'”’“»)\]}」』）】》〉]*)/g;
const WIDE = /^[。！？｡။។]/; // these end a sentence without a space
const UNSPACED = /^[\u3041-\u30ff\u3400-\u9fff]/; // Chinese and Japanese
// These stand before a name, a number or a word, or are also written within a sentence; then initials,
// letters of abbreviations in parts ("d. h.", "p. m."), and ordinals ("3. Mai" in German).
const WORDS = [
  /Mrs?|Ms|Mx|Drs?|Profs?|St|No|Nos|vs|Jr|Sr|Gen|Col|Capt|Sgt|Lt|Rev|Hon|Mt|Ave|Blvd|Rd|Jan|Feb|Apr/,
  /Aug|Sept?|Oct|Okt|Nov|Dec|Dez|Mon|Tue|Wed|Thu|Fri|[Ff]igs?|[Ee]q|[Ss]ec|[Vv]ols?|pp|cf|al|etc/,
  /[Aa]pprox|est|[Ee]xt|[Ii]nc|Ltd|Corp|Co|[Dd]ept|[Mm]in|[Mm]ax|[Tt]el|[Ee]d|ca|Ca|Nrn?|Bzw|bzw|Hr|Fr/,
  /Str|Abs|Art|Abb|Bd|Mio|Mrd|Std|Sek|Jh|Ing|Dipl|[Vv]gl|[Uu]sw|[Bb]zgl|[Ee]vtl|[Gg]gf|[Ii]nkl|[Ee]xkl/,
  /[Zz]zgl|[Ss]og|[Bb]spw|[Gg]eb|[Mm]ind|Mme|Mlle|[Aa]v|[Ee]nv|[Ee]x|[Ee]j|Sra|Dra|Uds?|[Nn]úm/,
  /[Pp]ágs?|[Aa]prox|Sig|[Dd]ott|[Ee]cc|[Pp]ag/,
];
const SHORT = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${WORDS.map(({ source }) => source).join('|')}|\\p{Lu}|[deghimnopsuvz])$|(?:^|[\\s(])\\d{1,2}$`,
  'u',
);
const SHORT_CHARS = 8; // more than the longest of these
const PAUSES = ['; ', ', ', '؛ ', '، ', '；', '，', '、'];

/**
 * Split what is said into sentences of at most 200 characters, without the spaces between them.
 * @param {string} speech
 * @param {(sentence: string) => number} [mostChars] for which sentence the limit is lower
 * @returns {string[]}
 */
export function sentencesOf(speech, mostChars = () => MOST_CHARS) {
  const parts = (/** @type {string} */ sentence) => cut(sentence, Math.min(mostChars(sentence), MOST_CHARS));
  const found = [];
  let begin = 0;
  for (const end of speech.matchAll(ENDS)) {
    const after = end.index + end[0].length;
    if (!isEnd(speech, end[0], end[1], end.index)) continue;
    found.push(...parts(speech.slice(begin, after).trim()));
    begin = after;
  }
  return [...found, ...parts(speech.slice(begin).trim())].filter((sentence) => sentence !== '');
}

/**
 * @param {string} speech
 * @param {string} mark the full stop, with closing quotes
 * @param {string} closing the closing quotes
 * @param {number} place
 */
function isEnd(speech, mark, closing, place) {
  const rest = speech.slice(place + mark.length, place + mark.length + SHORT_CHARS);
  if (rest === '') return true;
  const isWide = WIDE.test(mark) || (!mark.startsWith('.') && UNSPACED.test(rest));
  if (!isWide && !/^\s/.test(rest)) return false; // inside a number, an address or a word
  if (closing) return !/^\s*\p{Ll}/u.test(rest); // a small letter continues the sentence
  return mark !== '.' || !SHORT.test(speech.slice(Math.max(place - SHORT_CHARS, 0), place));
}

/**
 * Cut a sentence that is too long into parts.
 * @param {string} sentence
 * @param {number} most characters of one part
 * @returns {string[]}
 */
function cut(sentence, most) {
  const found = [];
  let rest = sentence;
  while (rest.length > most) {
    const place = placeToCut(rest, most);
    found.push(rest.slice(0, place).trimEnd());
    rest = rest.slice(place).trimStart();
  }
  return [...found, rest];
}

/**
 * Return where to cut a sentence that is too long: at a pause, else between words.
 * @param {string} sentence
 * @param {number} most
 */
function placeToCut(sentence, most) {
  const start = sentence.slice(0, most + 1);
  const pause = Math.max(...PAUSES.map((mark) => start.lastIndexOf(mark)));
  if (pause >= most * LEAST_SHARE && pause < most) return pause + 1;
  const last = start.lastIndexOf(' ');
  let space = last;
  while (space > 0 && isJoined(start, space)) space = start.lastIndexOf(' ', space - 1);
  if (space > 0) return space;
  return last > 0 ? last : placeWithin(sentence, most);
}

/**
 * Whether the words around a space belong together: "Dr. Lee", "3. Mai", "1 000".
 * @param {string} text
 * @param {number} space
 */
function isJoined(text, space) {
  const before = text[space - 1];
  return before === '.' || (/\d/.test(before) && /\d/.test(text.charAt(space + 1)));
}
