/** Splits what is said into sentences. See ear.js. No I/O. */

const MOST_CHARS = 200; // of one sentence; some voices fall silent in the middle of longer ones
const LEAST_CHARS = 60; // before a cut at a comma; an earlier one would leave a stump
const ENDS = /(?:[.!?…؟۔।]+|[。！？]+)(["'”’“»)\]}」』）】]*)/g;
const WIDE = /^[。！？]/; // these end a sentence without a space
const SHORT =
  /(?<![\p{L}\p{N}])(?:Mrs?|Ms|Dr|Prof|St|No|vs|[Ee]\.g|[Ii]\.e|[Aa]pprox|[ap]\.m|[Zz]\.B|[Bb]zw|[Cc]a|Nr|\p{Lu})$/u;
const SHORT_CHARS = 8; // more than the longest of these
const PAUSES = ['; ', ', ', '；', '，', '、'];

/**
 * Split what is said into sentences of at most 200 characters, without the spaces between them.
 * @param {string} speech
 * @returns {string[]}
 */
export function sentencesOf(speech) {
  const found = [];
  let begin = 0;
  for (const end of speech.matchAll(ENDS)) {
    const after = end.index + end[0].length;
    if (!isEnd(speech, end[0], end[1], end.index)) continue;
    found.push(...cut(speech.slice(begin, after).trim()));
    begin = after;
  }
  return [...found, ...cut(speech.slice(begin).trim())].filter((sentence) => sentence !== '');
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
  if (!WIDE.test(mark) && !/^\s/.test(rest)) return false; // inside a number, an address or a word
  if (closing) return !/^\s*\p{Ll}/u.test(rest); // a small letter continues the sentence
  return mark !== '.' || !SHORT.test(speech.slice(Math.max(place - SHORT_CHARS, 0), place));
}

/**
 * @param {string} sentence
 * @returns {string[]}
 */
function cut(sentence) {
  const found = [];
  let rest = sentence;
  while (rest.length > MOST_CHARS) {
    const place = placeToCut(rest);
    found.push(rest.slice(0, place).trimEnd());
    rest = rest.slice(place).trimStart();
  }
  return [...found, rest];
}

/**
 * Return where to cut a sentence that is too long: at a pause, else at a space.
 * @param {string} sentence
 */
function placeToCut(sentence) {
  const start = sentence.slice(0, MOST_CHARS + 1);
  const pause = Math.max(...PAUSES.map((mark) => start.lastIndexOf(mark)));
  if (pause >= LEAST_CHARS && pause < MOST_CHARS) return pause + 1;
  const space = start.lastIndexOf(' ');
  if (space > 0) return space;
  return /[\uD800-\uDBFF]/.test(start.charAt(MOST_CHARS - 1)) ? MOST_CHARS - 1 : MOST_CHARS;
}
