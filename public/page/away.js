/** Marks what arrived while nobody looked: a line above it, and a count in the page title. */

import { awayInWords } from './wording.js';
import { make } from './dom.js';
import { pageTitle } from './lists/persona.js';

export class Away {
  /** @type {HTMLElement[]} */
  #fresh = []; // messages since everything was seen
  #missed = 0;
  #divider = make('p', { className: 'away', role: 'separator' });

  /** @param {HTMLElement} element a new message */
  note(element) {
    this.#fresh.push(element);
  }

  /** @param {number} missed as counted by the client */
  show(missed) {
    if (missed > 0 && this.#missed === 0) this.#divide(missed);
    // The line stays until the user sends something.
    if (missed > 0) this.#divider.textContent = awayInWords(missed);
    else this.#fresh = [];
    this.#missed = missed;
    const title = missed > 0 ? `(${missed}) ${pageTitle()}` : pageTitle();
    if (document.title !== title) document.title = title;
  }

  /** Remove the line: the user has sent something. */
  end() {
    this.#divider.remove();
  }

  /** @param {number} missed */
  #divide(missed) {
    const shown = this.#fresh.filter((element) => element.isConnected);
    const [first] = shown.slice(-missed);
    first?.before(this.#divider);
  }
}
