/** The list of entries: older ones, the log in order, then texts that are not sent yet. */

import { button, make } from './dom.js';
import { Drafts } from './drafts.js';
import { entryElement, note, timeOf } from './entries.js';
import { Days } from './talk/days.js';
import { t } from './texts.js';

/** @typedef {import('../client/types.js').Entry} Entry */

const NEAR_END_PX = 80; // a user who scrolled up further is reading: do not scroll

export class Timeline {
  #older;
  #log;
  #days;
  #scroll;
  #newer;
  /** @type {Map<string, HTMLElement>} */
  #byId = new Map();
  /** @type {Map<number, HTMLElement>} */
  #bySeq = new Map();
  /** @type {Map<string, HTMLElement>} */
  #unsent = new Map(); // by messageId, in the order of sending; always at the end
  /** @type {Element | null} */
  #last = null; // last entry of the log
  /** @type {Set<string>} */
  #replaced = new Set(); // ids of entries in whose place is a newer one
  #drafts = new Drafts((draw) => this.#append(...draw()));
  #isAtEnd = true; // and stays there while the content grows
  #topPx = 0;

  /**
   * @param {object} parts
   * @param {HTMLElement} [parts.older] entries that are loaded afterwards: no screen reader announces them
   * @param {HTMLElement} parts.log
   * @param {HTMLElement} parts.scroll
   * @param {HTMLElement} parts.newer
   */
  constructor({ older = make('div'), log, scroll, newer }) {
    this.#older = older;
    this.#log = log;
    this.#days = new Days(older, log);
    this.#scroll = scroll;
    this.#newer = newer;
    newer.addEventListener('click', () => this.#toEnd());
    scroll.addEventListener('scroll', () => this.#look());
    const observer = new ResizeObserver(() => this.#isAtEnd && this.#hasEntries && this.#toEnd());
    for (const element of [scroll, ...scroll.children]) observer.observe(element);
  }

  get isEmpty() {
    return this.#log.querySelector(':scope > :not(.day)') === null;
  }

  /** False while only the welcome is shown, which is read from its top. */
  get #hasEntries() {
    return this.#scroll.querySelector('.entry') !== null;
  }

  /** Remove everything except texts that are not sent yet. */
  clear() {
    this.#byId.clear();
    this.#bySeq.clear();
    this.#replaced.clear();
    this.#older.replaceChildren();
    this.#log.replaceChildren(...this.#unsent.values());
  }

  /**
   * Show the next entry of the log.
   * @param {Entry} entry
   * @returns {HTMLElement}
   */
  show(entry) {
    const sent = entry.role === 'user' ? this.#sent(entry.messageId) : null;
    const element = sent ?? elementOf(entry);
    this.#note(entry, element);
    this.#place(element, this.#drafts.take(entry));
    if (this.#isAtEnd) this.#toEnd();
    else this.#newer.hidden = false;
    this.#days.plan();
    return element;
  }

  /**
   * Show entries that come before all others. What is in view stays where it is.
   * @param {Entry[]} entries in order
   * @returns {[Entry, HTMLElement][]} those that are shown; not what was taken back or replaced
   */
  showOlder(entries) {
    const first = this.#scroll.querySelector('.entry');
    const wasPx = first?.getBoundingClientRect().top ?? 0;
    for (const entry of entries) if (entry.role === 'brain' && entry.supersedes) this.#replaced.add(entry.supersedes);
    const shown = entries.filter((entry) => isShown(entry) && !this.#replaced.has(entry.id));
    /** @type {[Entry, HTMLElement][]} */
    const drawn = shown.map((entry) => [entry, elementOf(entry)]);
    for (const [entry, element] of drawn) this.#note(entry, element);
    this.#older.prepend(...drawn.map(([, element]) => element));
    this.#days.draw();
    if (first) this.#scroll.scrollTop += first.getBoundingClientRect().top - wasPx;
    this.#topPx = this.#scroll.scrollTop;
    return drawn;
  }

  /** Bring an entry into view and focus it, if it is shown. @param {number} seq */
  reveal(seq) {
    const element = this.#bySeq.get(seq);
    if (!element?.isConnected) return;
    this.#isAtEnd = false;
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: 'center' });
  }

  /** Draw the lines between days again, for example after a change of the time zone. */
  drawDays() {
    this.#days.draw();
  }

  /** @param {Entry} entry @param {HTMLElement} element */
  #note(entry, element) {
    element.append(timeOf(entry.createdAt));
    element.dataset.at = entry.createdAt;
    if (entry.role === 'brain' && entry.supersedes) {
      this.#replaced.add(entry.supersedes);
      this.#remove(this.#byId.get(entry.supersedes));
    }
    this.#byId.set(entry.id, element);
    this.#bySeq.set(entry.seq, element);
  }

  /** @param {import('../client/types.js').Piece} piece */
  showPiece(piece) {
    this.#drafts.receive(piece);
  }

  /**
   * Show a text that is being sent.
   * @param {string} messageId
   * @param {string} text
   */
  showSending(messageId, text) {
    this.#unsent.get(messageId)?.remove();
    const element = entryElement('user', text);
    element.dataset.state = 'sending';
    element.append(note(t('entry.sending')));
    this.#unsent.set(messageId, element);
    this.#log.append(element);
    this.#toEnd();
  }

  /**
   * Show that a text was not accepted, unless it is in the log by now.
   * @param {string} messageId
   * @param {string} reason
   * @param {() => void} retry
   */
  showFailed(messageId, reason, retry) {
    const element = this.#unsent.get(messageId);
    if (!element) return;
    const discard = () => this.discard(messageId);
    element.dataset.state = 'failed';
    const choices = [button(t('action.tryAgain'), retry), button(t('action.discard'), discard)];
    const text = t('entry.notSent', { reason });
    element.querySelector('.note')?.replaceChildren(`${text} `, ...choices);
    this.#toEnd();
  }

  /** Remove entries that were taken back. @param {number[]} seqs */
  withdraw(seqs) {
    for (const seq of seqs) this.#remove(this.#bySeq.get(seq));
  }

  /** @param {HTMLElement | undefined} element */
  #remove(element) {
    if (!element) return;
    if (element === this.#last) this.#last = element.previousElementSibling;
    element.remove();
    this.#days.plan();
  }

  /** Remove a text that was not accepted. @param {string} messageId */
  discard(messageId) {
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
   * Put an entry after the log's last one: in place of its draft, so that nothing moves, or at the
   * end. An entry that is already there is not moved.
   * @param {HTMLElement} element
   * @param {HTMLElement | null} draft
   */
  #place(element, draft) {
    if (draft && isAfter(draft, this.#last)) draft.replaceWith(element);
    else if (!this.#isInPlace(element)) this.#append(element);
    draft?.remove();
    this.#last = element;
  }

  /** @param {HTMLElement} element */
  #isInPlace(element) {
    const [firstUnsent = null] = this.#unsent.values();
    if (!element.isConnected || (firstUnsent && isAfter(element, firstUnsent))) return false;
    return isAfter(element, this.#last);
  }

  /** @param {HTMLElement[]} elements */
  #append(...elements) {
    const [firstUnsent = null] = this.#unsent.values();
    for (const element of elements) this.#log.insertBefore(element, firstUnsent);
  }

  /** Update whether the user is at the end, after scrolling. */
  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    if (clientHeight === 0) return; // a panel is in front
    const isNearEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    // Only scrolling up leaves the end: the content may have grown since scrolling down.
    if (isNearEnd || scrollTop < this.#topPx) this.#isAtEnd = isNearEnd;
    if (isNearEnd) this.#newer.hidden = true;
    this.#topPx = scrollTop;
  }

  #toEnd() {
    this.#isAtEnd = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#newer.hidden = true;
  }
}

/** Whether an entry belongs into the talk: what was taken back does not. @param {Entry} entry */
export function isShown(entry) {
  return !entry.withdrawn && entry.kind !== 'withdrawal';
}

/** @param {Entry} entry */
function elementOf(entry) {
  if (entry.role === 'user') return entryElement('user', entry.text);
  return entryElement(entry.kind, entry.text, entry.foreign);
}

/**
 * @param {Node | null} one
 * @param {Node | null} other null or a removed node is before all others
 */
function isAfter(one, other) {
  if (!one) return false;
  if (!other?.isConnected) return true;
  return (other.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}
