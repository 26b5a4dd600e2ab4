/** The label that shows how updates arrive, and the menu to change it. */

import { tabStorage } from '../client/surroundings.js';
import { connectionInWords, presenceInWords } from './wording.js';
import { make, setText } from './dom.js';
import { t } from './texts.js';

/** @typedef {import('../client/types.js').RoadName} RoadName */
/** @typedef {import('../client/types.js').State} State */

const PLACE = 'second-brain-road';

const ROADS = /** @type {const} */ (['channel', 'stream', 'socket', 'polling']);

/** Return the road that was chosen in this tab; null = automatic. */
export function chosenRoad() {
  return ROADS.find((name) => name === tabStorage.getItem(PLACE)) ?? null;
}

export class RoadMenu {
  #button;
  #onChoice;
  #menu = make('div', {
    className: 'roads',
    popover: 'auto',
    role: 'dialog',
    ariaLabel: t('road.legend'),
  });
  #presence = make('p', { className: 'presence' });

  /**
   * @param {HTMLButtonElement} button shows the connection and opens the menu
   * @param {(name: RoadName | null) => void} onChoice
   */
  constructor(button, onChoice) {
    this.#button = button;
    this.#onChoice = onChoice;
    button.after(this.#menu);
    button.popoverTargetElement = this.#menu;
    // A closed menu is empty, so that a search on the page finds nothing in it.
    this.#menu.addEventListener('beforetoggle', ({ newState }) =>
      this.#menu.replaceChildren(...(newState === 'open' ? this.#choices() : [])),
    );
  }

  /** @param {State} state */
  show(state) {
    const { connection, road, others } = state;
    this.#button.dataset.connection = connection;
    this.#setPart('words', connectionInWords(connection));
    this.#setPart('road', road && road !== 'polling' ? t(`road.${road}.short`) : '');
    this.#setPart('others', others ? `+${others}` : '');
    setText(this.#presence, presenceInWords(state));
  }

  /** @param {string} name @param {string} text */
  #setPart(name, text) {
    setText(/** @type {HTMLElement} */ (this.#button.querySelector(`.${name}`)), text);
  }

  #choices() {
    const choices = [null, ...ROADS].map((name) => this.#choice(name));
    const legend = make('legend', {}, t('road.legend'));
    return [make('fieldset', {}, legend, ...choices), this.#presence];
  }

  /** @param {RoadName | null} name null = automatic */
  #choice(name) {
    const key = /** @type {const} */ (`road.${name ?? 'automatic'}`);
    const checked = name === chosenRoad();
    const radio = make('input', { type: 'radio', name: 'road', value: name ?? '', checked });
    radio.autofocus = checked;
    radio.addEventListener('change', () => {
      tabStorage.setItem(PLACE, name ?? '');
      this.#onChoice(name);
    });
    return make('label', {}, radio, make('span', {}, t(key), make('small', {}, t(`${key}.hint`))));
  }
}
