/** The dialog that asks for the access key of a private brain. */

import { part } from './dom.js';

export class SignIn {
  #dialog = /** @type {HTMLDialogElement} */ (part('signin'));

  /** @param {(accessKey: string) => void} onKey */
  constructor(onKey) {
    part('signin-form').addEventListener('submit', () => {
      const field = /** @type {HTMLInputElement} */ (part('access-key'));
      onKey(field.value);
      field.value = '';
    });
    this.#dialog.addEventListener('cancel', (event) => event.preventDefault());
  }

  /** @param {string} problem */
  ask(problem) {
    part('signin-problem').textContent = problem;
    if (!this.#dialog.open) this.#dialog.showModal();
  }
}
