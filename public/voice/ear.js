/** Prepares a text for the ear. No I/O. */

const LONGEST = 200; // characters of a sentence
const SENTENCE = /[^.!?…。！？]+(?:[.!?…。！？]+["'”’)\]]*(?=\s|$|(?<=[。！？])))?\s*|[.!?…。！？]+\s*/gu;

/**
 * Split a text at the ends of its sentences.
 * @param {string} text
 * @returns {string[]}
 */
export function sentencesOf(text) {
  const found = text.match(SENTENCE) ?? [];
  return found.flatMap((sentence) => cut(sentence.trim())).filter((sentence) => sentence !== '');
}

/** @param {string} sentence @returns {string[]} */
function cut(sentence) {
  if (sentence.length <= LONGEST) return [sentence];
  const head = sentence.slice(0, LONGEST);
  const place = Math.max(head.lastIndexOf(' '), head.lastIndexOf(','), head.lastIndexOf(';'));
  const end = place > 0 ? place + 1 : LONGEST;
  return [sentence.slice(0, end).trim(), ...cut(sentence.slice(end).trim())];
}
