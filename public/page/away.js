/** What came while nobody looked: a line above it, and its number in the title. */

import { awayInWords } from './wording.js';
import { make } from './dom.js';

const TITLE = document.title;

export class Away {
  /** @type {HTMLElement[]} */
  #fresh = []; // what the brain has said since everything was seen
  #missed = 0;
  #divider = make('p', { className: 'away', role: 'separator' });

  /** @param {HTMLElement} element what the brain has just said */
  note(element) {
    this.#fresh.push(element);
  }

  /** @param {number} missed as the client counts it */
  show(missed) {
    if (missed > 0 && this.#missed === 0) this.#divide(missed);
    // What was seen stays below its line until the user says something.
    if (missed > 0) this.#divider.textContent = awayInWords(missed);
    else this.#fresh = [];
    this.#missed = missed;
    const title = missed > 0 ? `(${missed}) ${TITLE}` : TITLE;
    if (document.title !== title) document.title = title;
  }

  /** The talk goes on. */
  end() {
    this.#divider.remove();
  }

  /** @param {number} missed */
  #divide(missed) {
    const stands = this.#fresh.filter((element) => element.isConnected);
    const [first] = stands.slice(-missed);
    first?.before(this.#divider);
  }
}
