/** How the page hears of what is new: shown in a word, changed in a small menu. */

import { connectionInWords, presenceInWords } from './wording.js';
import { make, setText } from './dom.js';

/** @typedef {import('../client/types.js').RoadName} RoadName */
/** @typedef {import('../client/types.js').State} State */

const PLACE = 'second-brain-road';
const LEGEND = 'How news comes';

/** @type {[RoadName | '', string, string][]} */
const CHOICES = [
  ['', 'Automatic', 'Whichever works best'],
  ['channel', 'Channel', 'Over the push service'],
  ['stream', 'Stream', 'Events over HTTP'],
  ['socket', 'Socket', 'A WebSocket, both ways'],
  ['polling', 'Polling', 'Asks every few seconds'],
];

/** The one that was chosen in this tab; null = automatic. */
export function chosenRoad() {
  const chosen = CHOICES.find(([name]) => name === sessionStorage.getItem(PLACE));
  return /** @type {RoadName | null} */ (chosen?.[0] || null);
}

export class RoadMenu {
  #button;
  #onChoice;
  #menu = make('div', { className: 'roads', popover: 'auto', role: 'dialog', ariaLabel: LEGEND });
  #presence = make('p', { className: 'presence' });

  /**
   * @param {HTMLButtonElement} button says how things stand, and opens the menu
   * @param {(name: RoadName | null) => void} onChoice
   */
  constructor(button, onChoice) {
    this.#button = button;
    this.#onChoice = onChoice;
    button.after(this.#menu);
    button.popoverTargetElement = this.#menu;
    // What is closed is empty: nothing is found in it.
    this.#menu.addEventListener('beforetoggle', ({ newState }) =>
      this.#menu.replaceChildren(...(newState === 'open' ? this.#choices() : [])),
    );
  }

  /** @param {State} state */
  show(state) {
    const { connection, road, others } = state;
    this.#button.dataset.connection = connection;
    this.#tell('words', connectionInWords(connection));
    this.#tell('road', road && road !== 'polling' ? road : '');
    this.#tell('others', others ? `+${others}` : '');
    setText(this.#presence, presenceInWords(state));
  }

  /** @param {string} name @param {string} text */
  #tell(name, text) {
    setText(/** @type {HTMLElement} */ (this.#button.querySelector(`.${name}`)), text);
  }

  #choices() {
    const chosen = chosenRoad() ?? '';
    const choices = CHOICES.map(([name, label, hint]) => this.#choice(name, label, hint, chosen));
    return [make('fieldset', {}, make('legend', {}, LEGEND), ...choices), this.#presence];
  }

  /**
   * @param {RoadName | ''} name
   * @param {string} label
   * @param {string} hint
   * @param {string} chosen
   */
  #choice(name, label, hint, chosen) {
    const checked = name === chosen;
    const radio = make('input', { type: 'radio', name: 'road', value: name, checked });
    radio.autofocus = checked;
    radio.addEventListener('change', () => {
      sessionStorage.setItem(PLACE, name);
      this.#onChoice(name || null);
    });
    return make('label', {}, radio, make('span', {}, label, make('small', {}, hint)));
  }
}
