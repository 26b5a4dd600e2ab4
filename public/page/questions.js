/** The questions in the log: which one is open, and how the others were decided. */

import { actionInWords, refusalInWords } from './wording.js';
import { Card } from './card.js';
import { entryElement, note } from './entries.js';
import { Decisions } from './decisions.js';
import { t } from './texts.js';

/** @typedef {import('../client/types.js').Entry} Entry */
/** @typedef {import('../client/types.js').Message} Message */
/** @typedef {import('../client/types.js').Decision} Decision */

export class Questions {
  #ask;
  #decide;
  #place;
  #decisions = new Decisions();
  /** @type {Map<string, Card>} */
  #cards = new Map();
  #isAsking = false;
  #isStale = false;

  /**
   * @param {object} options
   * @param {() => Promise<Message | null>} options.ask the open question
   * @param {(id: string, decision: Decision) => Promise<unknown>} options.decide
   * @param {HTMLElement} options.place for an open question that is older than the shown log
   */
  constructor({ ask, decide, place }) {
    this.#ask = ask;
    this.#decide = decide;
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
    const element = entryElement('question', message.text);
    this.#place.append(element);
    this.#draw(message, element);
  }

  /** @param {Message} message @param {HTMLElement} element */
  #draw(message, element) {
    const decide = (/** @type {Decision} */ decision) => this.#decideOn(message.id, decision);
    this.#cards.set(message.id, new Card(element, message, decide));
  }

  #show() {
    const nowMs = Date.now();
    for (const [id, card] of this.#cards) {
      card.show(this.#decisions.of(id, nowMs), this.#decisions.argumentsOf(id));
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
