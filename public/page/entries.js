/** Creates the elements of one entry of the log. */

import { locale, t } from './texts.js';
import { segmentsOf } from './wording.js';
import { make } from './dom.js';

/** @typedef {import('../client/types.js').Entry} Entry */

/**
 * @param {'user' | import('../client/types.js').Kind} kind
 * @param {string} text
 */
export function entryElement(kind, text) {
  return make(
    'article',
    { className: `entry ${kind}` },
    make('h3', {}, t(`entry.${kind}`)),
    make('p', { dir: 'auto' }, ...withLinks(text)),
  );
}

/**
 * Return a text as nodes, with its addresses as links.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function withLinks(text) {
  return segmentsOf(text).map(({ text: segment, href }) => (href ? link(href) : segment));
}

/** @param {string} createdAt */
export function timeOf(createdAt) {
  const at = new Date(createdAt);
  const shown = at.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
  return make('time', { dateTime: createdAt, title: at.toLocaleString(locale) }, shown);
}

/** @param {string} text */
export function note(text) {
  return make('p', { className: 'note' }, text);
}

/** @param {string} href */
function link(href) {
  return make('a', { href, target: '_blank', rel: 'noopener noreferrer' }, href);
}
