/** Whether messages are read aloud: the button for it, and what the brain is told of each. */

import { Mouth } from './synthesis.js';

/** @typedef {import('../client/types.js').Brain} Brain */

const PLACE = 'second-brain-speak';

export class Voice {
  #mouth = new Mouth();
  #button;
  #isOn = false;
  #shownSeq = 0;
  #fromSeq = 0; // what was read in silence is not said once the voice is turned on
  /** @type {Brain | null} */
  #brain = null;
  #unsubscribe = () => false;

  /** @param {HTMLElement} button */
  constructor(button) {
    this.#button = button;
    button.hidden = !this.#mouth.isAvailable;
    button.addEventListener('click', () => {
      this.#turn(!this.#isOn);
      localStorage.setItem(PLACE, this.#isOn ? 'on' : 'off');
    });
    this.#turn(localStorage.getItem(PLACE) === 'on');
  }

  /** @param {Brain} brain */
  attend(brain) {
    this.#brain = brain;
    this.#turn(this.#isOn);
  }

  /** @param {number} seq of what is shown */
  note(seq) {
    this.#shownSeq = seq;
  }

  /** Who speaks is answered in kind, unless they have turned that off. */
  beginTalk() {
    this.hush();
    if (localStorage.getItem(PLACE) !== 'off' && !this.#isOn) this.#turn(true);
  }

  hush() {
    this.#mouth.stop();
  }

  /** @param {boolean} isOn */
  #turn(isOn) {
    this.#isOn = isOn && this.#mouth.isAvailable;
    this.#button.ariaPressed = `${this.#isOn}`;
    this.#unsubscribe();
    if (!this.#isOn) return this.hush();
    this.#fromSeq = this.#shownSeq;
    // Only while it is on: another tab may have a voice.
    const say = this.#brain?.onSpeak((message, done) => {
      if (message.seq <= this.#fromSeq) return done('unspoken');
      this.#mouth.speak(message.text, done);
    });
    this.#unsubscribe = () => say?.() ?? false;
  }
}
