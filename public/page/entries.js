/** Creates the elements of one entry of the log. */

import { t, timeInWords } from './texts.js';
import { foreignSegmentsOf, segmentsOf } from './wording.js';
import { button, make } from './dom.js';
import { isMarked, markdown } from './jobs/markdown.js';

/** @typedef {import('../client/types.js').Entry} Entry */

/**
 * @param {'user' | import('../client/types.js').Kind} kind
 * @param {string} text
 * @param {boolean} [isForeign] others may have written the text or a part of it
 */
export function entryElement(kind, text, isForeign = false) {
  return make(
    'article',
    { className: `entry ${kind}` },
    make('h3', {}, t(`entry.${kind}`)),
    // What the user wrote and what is to be approved are shown as they are.
    ...wordsOf(text, isForeign, kind === 'user' || kind === 'question'),
    isForeign ? make('small', { className: 'tag' }, t('entry.foreign')) : null,
  );
}

/**
 * @param {string} text
 * @param {boolean} isForeign
 * @param {boolean} isPlain marks of Markdown stay
 */
function wordsOf(text, isForeign, isPlain) {
  if (isPlain || !isMarked(text)) return [make('p', { dir: 'auto' }, ...withAddresses(text, isForeign))];
  return [make('div', { className: 'marked' }, ...markdown(text, isForeign))];
}

/**
 * Return a text as nodes, with its addresses as links. In a text that others wrote nothing can be
 * opened by a touch: an address is plain text, with a button that names its host and copies it.
 * @param {string} text
 * @param {boolean} isForeign
 * @returns {(Node | string)[]}
 */
export function withAddresses(text, isForeign) {
  if (!isForeign) {
    return segmentsOf(text).map(({ text: segment, href }) => (href ? link(href) : segment));
  }
  /** @type {(Node | string)[]} */
  const nodes = [];
  /** @type {Node[]} */
  let buttons = []; // of the addresses in the current word: they follow the word
  for (const { text: segment, host } of foreignSegmentsOf(text)) {
    const end = host ? segment.length : segment.search(/\s|$/);
    nodes.push(segment.slice(0, end));
    if (host) buttons.push(copyButton(segment, host));
    if (end === segment.length) continue;
    nodes.push(...buttons, segment.slice(end));
    buttons = [];
  }
  return [...nodes, ...buttons];
}

let read = () => Date.now(); // until there is a connection

/** @param {() => number} now of a connection */
export function tellTime(now) {
  read = now;
}

/** The server's time in ms since 1970, to compare with times from the server. */
export const now = () => read();

/** @param {string} createdAt */
export function timeOf(createdAt) {
  const at = new Date(createdAt);
  const shown = timeInWords(at, { hour: '2-digit', minute: '2-digit' });
  return make('time', { dateTime: createdAt, title: timeInWords(at) }, shown);
}

/** @param {string} text */
export function note(text) {
  return make('p', { className: 'note' }, text);
}

/** @param {string} address @param {string} host */
function copyButton(address, host) {
  const copy = button(
    t('address.copy', { host }),
    async () => {
      try {
        await navigator.clipboard.writeText(address);
        copy.textContent = t('address.copied', { host });
      } catch {
        copy.textContent = t('address.notCopied', { host });
      }
    },
    { className: 'copy', dir: 'ltr' },
  );
  return copy;
}

/** @param {string} href @param {string} [words] */
export function link(href, words = href) {
  return make('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, words);
}
