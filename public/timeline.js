/** The conversation on the page. Texts go in as text only, never as markup. */

import { piecesOf } from './wording.js';

/** @typedef {import('./types.js').Entry} Entry */

const NEAR_END_PX = 80; // who has scrolled up further is reading, and is left there

const LABELS = {
  user: 'You',
  say: 'Brain',
  breadcrumb: 'Step',
  notification: 'News',
  error: 'Problem',
  question: 'Question',
};

export class Timeline {
  #log;
  #scroll;
  #newer;
  /** @type {Map<string, HTMLElement>} */
  #byId = new Map();
  /** @type {Map<string, HTMLElement>} */
  #unsent = new Map(); // by messageId, in the order of asking; always at the end

  /** @param {{log: HTMLElement, scroll: HTMLElement, newer: HTMLElement}} parts */
  constructor({ log, scroll, newer }) {
    this.#log = log;
    this.#scroll = scroll;
    this.#newer = newer;
    newer.addEventListener('click', () => this.#toEnd());
    scroll.addEventListener('scroll', () => this.#isNearEnd() && (newer.hidden = true));
  }

  get isEmpty() {
    return this.#log.childElementCount === 0;
  }

  /** Take everything away but what is not sent yet. */
  clear() {
    this.#byId.clear();
    this.#log.replaceChildren(...this.#unsent.values());
  }

  /**
   * Show the next entry of the log.
   * @param {Entry} entry
   */
  show(entry) {
    const wasNearEnd = this.#isNearEnd();
    const sent = entry.role === 'user' ? this.#sent(entry.messageId) : null;
    const element = sent ?? line(entry.role === 'user' ? 'user' : entry.kind, entry.text);
    element.append(timeOf(entry.createdAt));
    if (entry.role === 'brain' && entry.supersedes) this.#byId.get(entry.supersedes)?.remove();
    this.#byId.set(entry.id, element);
    this.#place(element);
    if (wasNearEnd) this.#toEnd();
    else this.#newer.hidden = false;
  }

  /**
   * Show an utterance on its way.
   * @param {string} messageId
   * @param {string} text
   */
  showSending(messageId, text) {
    this.#unsent.get(messageId)?.remove();
    const element = line('user', text);
    element.dataset.state = 'sending';
    element.append(note('Sending…'));
    this.#unsent.set(messageId, element);
    this.#log.append(element);
    this.#toEnd();
  }

  /**
   * Show that an utterance was not taken, unless the log has brought it meanwhile.
   * @param {string} messageId
   * @param {string} reason
   * @param {() => void} retry
   */
  showFailed(messageId, reason, retry) {
    const element = this.#unsent.get(messageId);
    if (!element) return;
    const discard = () => this.#discard(messageId);
    element.dataset.state = 'failed';
    element
      .querySelector('.note')
      ?.replaceChildren(`Not sent. ${reason} `, button('Try again', retry), button('Discard', discard));
    this.#toEnd();
  }

  /** @param {string} messageId */
  #discard(messageId) {
    this.#unsent.get(messageId)?.remove();
    this.#unsent.delete(messageId);
  }

  /** @param {string} messageId */
  #sent(messageId) {
    const element = this.#unsent.get(messageId);
    this.#unsent.delete(messageId);
    element?.querySelector('.note')?.remove();
    delete element?.dataset.state;
    return element;
  }

  /**
   * Put an element after the log's last entry. One that stands there already is not moved.
   * @param {HTMLElement} element
   */
  #place(element) {
    const [firstUnsent = null] = this.#unsent.values();
    if (element.isConnected && element.nextElementSibling === firstUnsent) return;
    this.#log.insertBefore(element, firstUnsent);
  }

  #isNearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#newer.hidden = true;
  }
}

/** @param {string} createdAt */
function timeOf(createdAt) {
  const element = document.createElement('time');
  const at = new Date(createdAt);
  element.dateTime = createdAt;
  element.textContent = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  element.title = at.toLocaleString();
  return element;
}

/**
 * @param {keyof typeof LABELS} kind
 * @param {string} text
 */
function line(kind, text) {
  const element = document.createElement('article');
  element.className = `entry ${kind}`;
  const label = document.createElement('h3');
  label.textContent = LABELS[kind];
  const body = document.createElement('p');
  body.dir = 'auto';
  body.append(...piecesOf(text).map(({ text: piece, href }) => (href ? link(href) : piece)));
  element.append(label, body);
  return element;
}

/** @param {string} href */
function link(href) {
  const anchor = document.createElement('a');
  anchor.href = href;
  anchor.textContent = href;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  return anchor;
}

/**
 * @param {string} text
 * @param {() => void} act
 */
function button(text, act) {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = text;
  element.addEventListener('click', act);
  return element;
}

/** @param {string} text */
function note(text) {
  const element = document.createElement('p');
  element.className = 'note';
  element.textContent = text;
  return element;
}
