/** Decides which files can become documents, and their types and keys. No I/O. */

import { locale, t } from '../texts.js';

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** @type {Record<string, string>} the media type of a file by the ending of its name */
const TYPES = {
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.txt': 'text/plain',
  '.text': 'text/plain',
  '.pdf': 'application/pdf',
  '.docx': WORD,
};
export const ENDINGS = Object.keys(TYPES);
const MOST_MIB = 4; // of a file: what the server takes
const WORDS = 5; // of 32 bits, in a file's key

/** The media type of a file; '' if it cannot be added. @param {string} name */
export function typeOf(name) {
  const ending = ENDINGS.find((one) => name.toLowerCase().endsWith(one));
  return ending ? TYPES[ending] : '';
}

/**
 * Say why a file cannot be added, before it is read; '' if it can.
 * @param {{name: string, size: number}} file
 */
export function fileObjection({ name, size }) {
  if (!typeOf(name)) return t('documents.wrongType');
  if (size > MOST_MIB * 1024 * 1024) {
    return t('documents.tooLarge', { limit: MOST_MIB.toLocaleString(locale) });
  }
  return size === 0 ? t('documents.empty') : '';
}

/**
 * Return the key of a file. The same file has the same key, so adding it twice gives one document.
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} content
 */
export async function keyOf(name, content) {
  const head = new TextEncoder().encode(`${name}\0`);
  const bytes = new Uint8Array(head.length + content.length);
  bytes.set(head);
  bytes.set(content, head.length);
  // Over plain http, as in a home network, browsers have no `subtle`.
  const digest = await globalThis.crypto?.subtle?.digest('SHA-256', bytes);
  const own = digest ? new Uint8Array(digest) : new Uint8Array(sums(bytes).buffer);
  const hex = [...own].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `file-${hex.slice(0, 40)}`;
}

/**
 * Sums that differ for different files, if nobody wants them to be the same.
 * @param {Uint8Array} bytes
 */
function sums(bytes) {
  return Uint32Array.from({ length: WORDS }, (_, place) => {
    let sum = Math.imul(place + 1, 0x9e3779b1);
    for (const byte of bytes) {
      sum = Math.imul(sum ^ byte, 0x85ebca6b);
      sum ^= sum >>> 13;
    }
    return sum;
  });
}
