/** Reads what browsers recognize, as they are: entries that repeat one another or grow. No I/O. */

const UNSPACED = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}';
const OPEN_END = new RegExp(`[\\p{L}\\p{N}.,;:!?…%)\\]}"'”’](?<![${UNSPACED}])$`, 'u');
const WORD_START = new RegExp(`^[\\p{L}\\p{N}("“'‘€$#@&](?<![${UNSPACED}])`, 'u');
const WORD = new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}'’])+`, 'gu');

/** @typedef {ArrayLike<{transcript: string, confidence?: number}> & {isFinal: boolean}} Result */

/**
 * @typedef {object} Understood
 * @property {string} text
 * @property {boolean} isFinal it will not change any more
 * @property {boolean} isMarked the browser calls it final, with the confidence 0: Android does so with
 *   what it still changes, and other browsers know no better
 */

/**
 * @param {ArrayLike<Result>} results
 * @returns {Understood}
 */
export function understood(results) {
  const all = Array.from(results);
  const text = joined(all.map((one) => one[0]?.transcript ?? '')).trim();
  const isMarked = all.length > 0 && all.every(({ isFinal }) => isFinal);
  return { text, isMarked, isFinal: isMarked && all[all.length - 1][0]?.confidence !== 0 };
}

/** Join entries, each of which may repeat what stands before it or go on from it. @param {string[]} entries */
function joined(entries) {
  /** @type {string[]} */
  let parts = [];
  for (const next of entries) {
    const words = wordsOf(next);
    const last = wordsOf(parts.at(-1) ?? '');
    const whole = wordsOf(parts.join(' '));
    if (begins(words, whole)) parts = [next];
    else if (begins(words, last)) parts.splice(-1, 1, next); // it has grown
    else if (!begins(last, words) && !begins(whole, words)) parts.push(next);
  }
  return parts.reduce((before, part) => before + gap(before, part) + part, '');
}

/** @param {string[]} words @param {string[]} first */
const begins = (words, first) => first.every((word, place) => words[place] === word);

/** @param {string} text */
function wordsOf(text) {
  return text.toLowerCase().match(WORD) ?? [];
}

/**
 * Return the space that is needed between two parts of a text: one or none.
 * @param {string} before
 * @param {string} next
 */
export function gap(before, next) {
  return OPEN_END.test(before) && WORD_START.test(next) ? ' ' : '';
}

/**
 * Put dictated words between what stands before and behind the caret.
 * @param {string} before
 * @param {string} words
 * @param {string} after
 */
export function inserted(before, words, after) {
  const start = before + gap(before, words) + words;
  return { text: start + gap(start, after) + after, caret: start.length };
}
