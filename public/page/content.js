/** What a question is about to send, as rows of its card. No I/O. */

import { locale, t } from './texts.js';

/** @typedef {import('../client/types.js').QuestionContent} QuestionContent */
/** @typedef {{label: string, text: string, shape: import('./arguments.js').Shape}} Row */

const SHORT_CHARS = 500; // of a text whose length need not be told
const KB = 1_000;

/** @param {QuestionContent} content @returns {Row[]} the whole text comes last */
export function rowsOf({ recipients, subject, text, characters, attachments }) {
  const files = attachments.map(({ name, type, bytes }) => `${name} (${type}, ${sizeOf(bytes)})`);
  const length = t('question.characters', { count: characters.toLocaleString(locale) });
  return [
    row(t('label.to'), recipients.map(whom).join('\n'), 'lines'),
    row(t('label.subject'), subject ?? '', 'line'),
    row(t('label.attachments'), files.join('\n'), 'lines'),
    row(t('label.length'), characters > SHORT_CHARS ? length : '', 'line'),
    row(t('label.body'), text, 'text'),
  ].filter((one) => one.text !== '');
}

/** @param {string} label @param {string} text @param {import('./arguments.js').Shape} shape */
function row(label, text, shape) {
  return { label, text, shape };
}

/** @param {QuestionContent['recipients'][number]} recipient */
function whom({ address, unicode, name }) {
  const both = unicode ? `${address} = ${unicode}` : address;
  return name ? `${both} (${name})` : both;
}

/** @param {number} bytes */
function sizeOf(bytes) {
  const thousands = Math.ceil(bytes / KB);
  return thousands < KB ? `${thousands} KB` : `${Math.floor(thousands / KB)} MB`;
}
