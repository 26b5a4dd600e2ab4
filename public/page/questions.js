/** The questions in the log: which one is open, and how the others were decided. */

import { actionInWords, refusalInWords } from './wording.js';
import { Card } from './card.js';
import { entryElement, note, now } from './entries.js';
import { Decisions } from './decisions.js';
import { t } from './texts.js';
import { whenSeen } from './view.js';

/** @typedef {import('../client/types.js').Entry} Entry */
/** @typedef {import('../client/types.js').Message} Message */
/** @typedef {import('../client/types.js').Decision} Decision */

export class Questions {
  #ask;
  #decide;
  #reportShown;
  #place;
  #decisions = new Decisions();
  /** @type {Map<string, {card: Card, message: Message, element: HTMLElement}>} */
  #cards = new Map();
  /** @type {Map<string, () => void>} */
  #watched = new Map(); // open questions, and how to stop watching whether they are in view
  /** @type {Set<number>} */
  #shown = new Set(); // seqs of questions that were reported as shown
  #isAsking = false;
  #isStale = false;

  /**
   * @param {object} options
   * @param {() => Promise<Message | null>} options.ask the open question
   * @param {(id: string, decision: Decision) => Promise<unknown>} options.decide
   * @param {(seq: number) => Promise<unknown>} options.reportShown
   * @param {HTMLElement} options.place for an open question that is older than the shown log
   */
  constructor({ ask, decide, reportShown, place }) {
    this.#ask = ask;
    this.#decide = decide;
    this.#reportShown = reportShown;
    this.#place = place;
    place.replaceChildren();
  }

  /**
   * @param {Entry} entry
   * @param {HTMLElement} element of the entry in the log
   */
  receive(entry, element) {
    const isNews = this.#decisions.receive(entry);
    if (entry.role === 'brain' && isNews) {
      this.#draw(entry, element);
      void this.look();
    }
    const { tool = '', for: whom } = (entry.role === 'brain' && entry.question) || {};
    if (whom === 'client') element.append(note(t('entry.client', { action: actionInWords(tool) })));
    this.#show();
  }

  /** Ask the server which question is open; again if an entry arrived meanwhile. */
  async look() {
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    await null; // entries of one page arrive together
    while (this.#isStale) {
      this.#isStale = false;
      try {
        this.#setWaiting(await this.#ask());
      } catch {
        break; // not reachable: tried again with the next entry or decision
      }
    }
    this.#isAsking = false;
    this.#show();
  }

  /** @param {Message | null} message */
  #setWaiting(message) {
    const isForUser = message?.question?.for === 'user';
    this.#decisions.setWaiting((isForUser && message.id) || null);
    if (!isForUser || this.#decisions.knows(message.id)) return;
    this.#decisions.receive({ ...message, role: 'brain' });
    const element = entryElement('question', message.text, message.foreign);
    this.#place.append(element);
    this.#draw(message, element);
  }

  /** Whether the user has had the whole question in view. @param {number} seq */
  isShown(seq) {
    return this.#shown.has(seq);
  }

  /** Stop watching: the questions are no longer on the page. */
  end() {
    for (const stop of this.#watched.values()) stop();
    this.#watched.clear();
  }

  /** @param {Message} message @param {HTMLElement} element */
  #draw(message, element) {
    const before = this.#cards.get(message.id)?.element;
    // It stood apart from the log until its own place was loaded.
    if (before !== element) before?.remove();
    this.#watched.get(message.id)?.();
    this.#watched.delete(message.id);
    const decide = (/** @type {Decision} */ decision) => this.#decideOn(message.id, decision);
    const card = new Card(element, message, decide);
    this.#cards.set(message.id, { card, message, element });
  }

  /** Watch whether an open question is in view. @param {string} id @param {boolean} isWaiting */
  #watch(id, isWaiting) {
    const { message, element } = this.#cards.get(id) ?? {};
    // A question that is older than the shown log has no seq: a spoken yes does not reach it.
    if (!message?.seq || !element || this.#watched.has(id) === isWaiting) return;
    this.#watched.get(id)?.();
    this.#watched.delete(id);
    if (!isWaiting) return;
    this.#watched.set(id, whenSeen(element, () => void this.#report(message.seq)));
  }

  /** @param {number} seq */
  async #report(seq) {
    if (this.#shown.has(seq)) return;
    try {
      await this.#reportShown(seq);
      this.#shown.add(seq);
    } catch {
      // Reported when the question comes into view again. Until then only the buttons decide it.
    }
  }

  #show() {
    const nowMs = now();
    for (const [id, { card }] of this.#cards) {
      const state = this.#decisions.of(id, nowMs);
      card.show(state, this.#decisions.changesOf(id));
      this.#watch(id, state === 'waiting');
    }
  }

  /** @param {string} id @param {Decision} decision */
  async #decideOn(id, decision) {
    try {
      await this.#decide(id, decision);
    } catch (error) {
      await this.look(); // it may have been decided on another page
      throw new Error(refusalInWords(error), { cause: error });
    }
  }
}
