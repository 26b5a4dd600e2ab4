/** Decides which files can become documents, and their titles and keys. No I/O. */

import { locale, t } from './texts.js';

export const ENDINGS = ['.md', '.markdown', '.txt', '.text'];
const MOST_CHARS = 200_000; // of a document; about 40,000 words
const MOST_BYTES = 1_000_000; // no text of MOST_CHARS is longer
const TITLE_CHARS = 300;

/**
 * Say why a file cannot be added, before it is read; '' if it can.
 * @param {{name: string, size: number}} file
 */
export function fileObjection({ name, size }) {
  const isText = ENDINGS.some((ending) => name.toLowerCase().endsWith(ending));
  if (!isText) return t('documents.wrongType');
  if (size > MOST_BYTES) return t('documents.tooLarge', { limit: inDigits(MOST_CHARS) });
  return size === 0 ? t('documents.empty') : '';
}

/** Say why a text cannot be added; '' if it can. @param {string} text */
export function textObjection(text) {
  if (text.includes('\0') || text.includes('\ufffd')) return t('documents.notText');
  if (text.length <= MOST_CHARS) return '';
  const [length, limit] = [text.length, MOST_CHARS].map(inDigits);
  return t('documents.tooLong', { length, limit });
}

/** @param {number} count */
function inDigits(count) {
  return count.toLocaleString(locale);
}

/**
 * Return the title of a document: its first heading, or the name of its file.
 * @param {string} name
 * @param {string} text
 */
export function titleOf(name, text) {
  const [, heading = ''] = /\.(md|markdown)$/i.test(name) ? (/^#{1,6}\s+(.+)$/m.exec(text) ?? []) : [];
  const title = heading.replace(/\s#+\s*$/, '').trim() || name.replace(/\.[^.]+$/, '').trim();
  return (title || name).slice(0, TITLE_CHARS);
}

/**
 * Return the key of a file. The same file has the same key, so adding it twice gives one document.
 * @param {string} name
 * @param {string} text
 */
export async function keyOf(name, text) {
  const bytes = new TextEncoder().encode(`${name}\0${text}`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `file-${hex.slice(0, 40)}`;
}
