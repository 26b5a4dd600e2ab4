/** The questions in the log: which one still waits, and what became of the others. */

import { refusalInWords } from '../wording.js';
import { Card } from './card.js';
import { Standings } from './standing.js';

/** @typedef {import('../types.js').Entry} Entry */
/** @typedef {import('../types.js').Decision} Decision */

export class Questions {
  #ask;
  #decide;
  #standings = new Standings();
  /** @type {Map<string, Card>} */
  #cards = new Map();
  #isAsking = false;
  #isStale = false;

  /**
   * @param {object} desk
   * @param {() => Promise<string | null>} desk.ask which one waits, by its id
   * @param {(id: string, decision: Decision) => Promise<unknown>} desk.decide
   */
  constructor({ ask, decide }) {
    this.#ask = ask;
    this.#decide = decide;
  }

  /**
   * @param {Entry} entry
   * @param {HTMLElement} element of the entry in the log
   */
  hear(entry, element) {
    if (entry.role === 'brain' && entry.question?.for === 'user') {
      const decide = (/** @type {Decision} */ decision) => this.#decideOn(entry.id, decision);
      this.#cards.set(entry.id, new Card(element, entry, decide));
    }
    if (this.#standings.hear(entry)) void this.#look();
    this.#show();
  }

  /** Ask which one waits; once more, if something has come meanwhile. */
  async #look() {
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    await null; // a whole page of the log comes at once
    while (this.#isStale) {
      this.#isStale = false;
      try {
        this.#standings.hearWaiting(await this.#ask());
      } catch {
        break; // out of reach: with the next entry, or the next attempt to decide
      }
    }
    this.#isAsking = false;
    this.#show();
  }

  #show() {
    const nowMs = Date.now();
    for (const [id, card] of this.#cards) card.show(this.#standings.of(id, nowMs));
  }

  /** @param {string} id @param {Decision} decision */
  async #decideOn(id, decision) {
    try {
      await this.#decide(id, decision);
    } catch (error) {
      await this.#look(); // it may have been decided elsewhere
      throw new Error(refusalInWords(error), { cause: error });
    }
  }
}
