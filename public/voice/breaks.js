/** Finds where a text without spaces can be cut. No I/O. */

const NEAR_CHARS = 40; // how far before the limit a place between words is looked for
const LEADING = /[\u0e40-\u0e44\u0ec0-\u0ec4]$/; // Thai and Lao vowels before their letter
const ATTACHED = /^[\p{M}\u0e33\u0eb3\u200c\u200d\u1160-\u11ff]/u;

/**
 * Return where to cut a text: after a word where that can be known, but never inside what is written
 * as one character, if that is not longer than the limit.
 * @param {string} text longer than the limit
 * @param {number} limit
 */
export function placeWithin(text, limit) {
  const near = text.slice(0, limit + NEAR_CHARS);
  const graphemes = breaksOf(near, 'grapheme', limit);
  const words = new Set(breaksOf(near, 'word', limit));
  const known = graphemes.findLast((place) => words.has(place) && place > limit - NEAR_CHARS);
  return known ?? graphemes.at(-1) ?? whole(text, limit);
}

/**
 * @param {string} text
 * @param {'grapheme' | 'word'} granularity
 * @param {number} limit
 * @returns {number[]} places up to the limit, in order
 */
function breaksOf(text, granularity, limit) {
  if (!globalThis.Intl?.Segmenter) return granularity === 'word' ? [] : plainBreaks(text, limit);
  const segments = [...new Intl.Segmenter(undefined, { granularity }).segment(text)];
  return segments
    .map(({ index }) => index)
    .filter((place) => place > 0 && place <= limit && !LEADING.test(text.slice(0, place)));
}

/** Without Intl.Segmenter. @param {string} text @param {number} limit */
function plainBreaks(text, limit) {
  const places = Array.from({ length: limit }, (_, place) => place + 1);
  return places.filter(
    (place) =>
      place === whole(text, place) && !ATTACHED.test(text.slice(place)) && !LEADING.test(text.slice(0, place)),
  );
}

/** Return the place, or the one before it inside a pair of surrogates. @param {string} text @param {number} place */
function whole(text, place) {
  return /[\uD800-\uDBFF]/.test(text.charAt(place - 1)) ? place - 1 : place;
}
