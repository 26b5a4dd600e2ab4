/** The dialog that asks for the access key of a private brain. */

import { byId } from './dom.js';

export class SignIn {
  #dialog = /** @type {HTMLDialogElement} */ (byId('signin'));

  /** @param {(accessKey: string) => void} onKey */
  constructor(onKey) {
    byId('signin-form').addEventListener('submit', () => {
      const field = /** @type {HTMLInputElement} */ (byId('access-key'));
      onKey(field.value);
      field.value = '';
    });
    this.#dialog.addEventListener('cancel', (event) => event.preventDefault());
  }

  /** @param {string} problem */
  ask(problem) {
    byId('signin-problem').textContent = problem;
    if (!this.#dialog.open) this.#dialog.showModal();
  }
}

/**
 * Return whose token this is; null if it cannot be read.
 * @param {string} token
 * @returns {string | null}
 */
export function userOf(token) {
  try {
    const claims = atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(claims, (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)).sub ?? null;
  } catch {
    return null;
  }
}
