/** Message ids, by which the server recognizes a text that is sent again. */

const LENGTH = 26; // digits in base 36: 134 bits

/** @param {() => number} random */
export function newMessageId(random) {
  const digit = () => Math.floor(random() * 36).toString(36);
  return Array.from({ length: LENGTH }, digit).join('');
}
