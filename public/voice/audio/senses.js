/** Who listens and who speaks: this browser or the server. The user may choose where both can. */

import { deviceStorage } from '../../client/surroundings.js';
import { byId } from '../../page/dom.js';

const PLACE = 'second-brain-senses';

/**
 * @typedef {object} Ability what each of the two can do
 * @property {boolean} hears
 * @property {boolean} speaks
 */

/** @typedef {{hears: 'browser' | 'server', speaks: 'browser' | 'server'}} Chosen */

export class Senses {
  #row = byId('senses');
  #select = /** @type {HTMLSelectElement} */ (byId('senses-choice'));
  #browser;
  #onChange;
  /** @type {Ability} */
  #server = { hears: false, speaks: false };

  /**
   * @param {Ability} browser
   * @param {(chosen: Chosen) => void} onChange
   */
  constructor(browser, onChange) {
    this.#browser = browser;
    this.#onChange = onChange;
    this.#select.addEventListener('change', () => {
      deviceStorage.setItem(PLACE, this.#select.value);
      this.#change();
    });
  }

  /** @param {Ability} server what this deployment can do */
  attend(server) {
    this.#server = server;
    this.#select.value = deviceStorage.getItem(PLACE) === 'server' ? 'server' : 'browser';
    this.#row.hidden = !isChoice(this.#browser, server);
    this.#change();
  }

  #change() {
    this.#onChange(choose(this.#browser, this.#server, this.#select.value === 'server'));
  }
}

/** Whether there is anything that both can do. @param {Ability} browser @param {Ability} server */
export function isChoice(browser, server) {
  return (browser.hears && server.hears) || (browser.speaks && server.speaks);
}

/**
 * Choose for each sense: the user's choice, else who has it.
 * @param {Ability} browser
 * @param {Ability} server
 * @param {boolean} prefersServer
 * @returns {Chosen}
 */
export function choose(browser, server, prefersServer) {
  const of = (/** @type {keyof Ability} */ sense) =>
    server[sense] && (prefersServer || !browser[sense]) ? 'server' : 'browser';
  return { hears: of('hears'), speaks: of('speaks') };
}
