/** The keys by which the server knows a text that comes again. */

const LENGTH = 26; // digits in base 36: 134 bits

/** @param {() => number} random */
export function newMessageId(random) {
  const digit = () => Math.floor(random() * 36).toString(36);
  return Array.from({ length: LENGTH }, digit).join('');
}
