/** Shows an answer while it is written: thoughts in grey, actions as labels, text in place. */

import { Pieces } from '../client/pieces.js';
import { t } from './texts.js';
import { actionInWords } from './wording.js';
import { make } from './dom.js';
import { isMarked, markdown } from './jobs/markdown.js';

/** @typedef {import('../client/pieces.js').Part} Part */

export class Drafts {
  #pieces = new Pieces();
  /** @type {Map<string, Map<Part, HTMLElement>>} */
  #drawn = new Map(); // by run
  /** @type {Set<string>} */
  #due = new Set();
  #place;

  /** @param {(draw: () => HTMLElement[]) => void} place appends the new elements to the log */
  constructor(place) {
    this.#place = place;
  }

  /** @param {import('../client/types.js').Piece} piece */
  receive(piece) {
    if (!this.#pieces.receive(piece)) return;
    if (this.#due.size === 0) requestAnimationFrame(() => this.#draw());
    this.#due.add(piece.runId);
  }

  /**
   * Take an entry of the log, which replaces its draft. At the end of a run its other drafts are
   * removed; thoughts and actions stay.
   * @param {import('../client/types.js').Entry} entry
   * @returns {HTMLElement | null} the draft that the entry replaces
   */
  take(entry) {
    const draft = this.#pieces.receiveEntry(entry);
    const drawn = this.#drawn.get(entry.runId);
    const element = (draft && drawn?.get(draft)) ?? null;
    if (draft) drawn?.delete(draft);
    if (entry.role === 'brain' && entry.doneAfterThis) {
      for (const [{ kind }, other] of drawn ?? []) if (kind === 'content') other.remove();
      this.#drawn.delete(entry.runId);
      this.#due.delete(entry.runId);
    }
    return element;
  }

  #draw() {
    const due = [...this.#due];
    this.#due.clear();
    for (const runId of due) this.#place(() => this.#drawRun(runId));
  }

  /** @param {string} runId */
  #drawRun(runId) {
    const drawn = this.#drawn.get(runId) ?? new Map();
    const parts = new Set(this.#pieces.of(runId));
    const added = [];
    this.#drawn.set(runId, drawn);
    for (const [part, element] of drawn) {
      if (parts.has(part)) continue;
      element.remove();
      drawn.delete(part);
    }
    for (const part of parts) {
      const drawing = DRAWN[part.kind];
      if (!drawing) continue; // of a newer server
      if (!drawn.has(part)) {
        drawn.set(part, drawing());
        added.push(drawn.get(part));
      }
      write(drawn.get(part), part);
    }
    return added;
  }
}

// Screen readers announce the message, not its draft.
const quiet = { ariaLive: 'off' };

/** @type {Partial<Record<string, () => HTMLElement>>} */
const DRAWN = {
  thought: () =>
    make(
      'details',
      { className: 'thought', open: true, ...quiet },
      make('summary', {}, t('conversation.thoughts')),
      make('p', { className: 'words', dir: 'auto' }),
    ),
  edit: () =>
    make(
      'div',
      { className: 'diff', ...quiet },
      make('small', {}, t('jobs.editing')),
      make('ins', { className: 'words', dir: 'auto' }),
    ),
  action: () => make('p', { className: 'action words', ...quiet }),
  content: () =>
    make(
      'div',
      { className: 'entry draft', ...quiet },
      make('p', { className: 'words', dir: 'auto' }),
      make('time', {}, '\u00a0'), // keeps the place of the time, so that nothing moves later
    ),
};

/**
 * @param {HTMLElement} element
 * @param {Part} part
 */
function write(element, { kind, text }) {
  const words = element.matches('.words') ? element : element.querySelector('.words');
  const shown = kind === 'action' ? actionInWords(text) : text;
  if (!(words instanceof HTMLElement) || (words.dataset.text ?? words.textContent) === shown) return;
  if (kind === 'content' && isMarked(shown)) {
    const dataset = { text: shown };
    // Who wrote it is known with the message only: until then nothing in it is a link.
    return words.replaceWith(make('div', { className: 'marked words', dataset }, ...markdown(shown, true)));
  }
  words.textContent = shown;
  words.scrollTop = words.scrollHeight;
}
