/** Compares what a voice said with what it should say, word by word. No I/O. */

// Scripts without spaces between words: each character counts as a word.
const UNSPACED = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}';
const WORD = new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}'’])+`, 'gu');
const APOSTROPHES = /['’]/g;
const MOST_WORDS = 1500; // compared with one another; a longer text counts by its beginning

/**
 * @typedef {object} Match
 * @property {number} count words that were said, in order
 * @property {number} share of the words that should be said, 0 to 1
 * @property {number} chars characters of the text up to the last word that was said
 */

/**
 * Find the words of `text` in `said`, in order; case and punctuation do not count.
 * @param {string} text
 * @param {string} said
 * @returns {Match}
 */
export function match(text, said) {
  const wanted = wordsOf(text);
  const heard = wordsOf(said);
  // The longest common subsequence; `row[j]` is its length for the first j heard words.
  let row = new Array(heard.length + 1).fill(0);
  let count = 0;
  let chars = 0;
  for (const { word, end } of wanted) {
    const next = [0];
    for (const [place, other] of heard.entries()) {
      const longer = word === other.word ? row[place] + 1 : 0;
      next.push(Math.max(longer, row[place + 1], next[place]));
    }
    row = next;
    if (row[heard.length] > count) [count, chars] = [row[heard.length], end];
  }
  return { count, share: wanted.length ? count / wanted.length : 0, chars };
}

/**
 * Return how many characters of `text` were said: the length of `said` if it is its beginning,
 * else up to the last word that was said.
 * @param {string} text
 * @param {string} said
 */
export function charsSaid(text, said) {
  const begun = said.trim();
  return text.startsWith(begun) ? begun.length : match(text, said).chars;
}

/** @param {string} text */
function wordsOf(text) {
  const found = [];
  for (const { 0: letters, index } of text.matchAll(WORD)) {
    const word = letters.replace(APOSTROPHES, '').normalize('NFKC').toLowerCase();
    if (word) found.push({ word, end: index + letters.length });
    if (found.length === MOST_WORDS) break;
  }
  return found;
}

/**
 * Join a transcript with its next fragment. Fragments may be halves of words; a space is put in only
 * where a pause or the end of a sentence shows that a new word begins.
 * @param {string} text
 * @param {string} fragment
 * @param {boolean} isAfterPause
 */
export function joined(text, fragment, isAfterPause) {
  const isOpen = /\S$/u.test(text) && /^[\p{L}\p{N}]/u.test(fragment);
  const isUnspaced = new RegExp(`[${UNSPACED}。！？、，]$`, 'u').test(text);
  const isNext = isAfterPause || (/[.!?…]$/u.test(text) && /^\p{Lu}/u.test(fragment));
  return text + (isOpen && isNext && !isUnspaced ? ' ' : '') + fragment;
}
