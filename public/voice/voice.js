/** Reads messages aloud if the user has turned that on, and reports what was heard. */

import { Synthesizer } from './synthesis.js';

/** @typedef {import('../client/types.js').Brain} Brain */

const PLACE = 'second-brain-speak';

export class Voice {
  #synthesizer = new Synthesizer();
  #button;
  #isOn = false;
  #shownSeq = 0;
  #fromSeq = 0; // messages up to here are not read aloud: they were shown before the voice was on
  /** @type {Brain | null} */
  #brain = null;
  #unsubscribe = () => false;

  /** @param {HTMLElement} button */
  constructor(button) {
    this.#button = button;
    button.hidden = !this.#synthesizer.isAvailable;
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

  /** @param {number} seq of a shown entry */
  note(seq) {
    this.#shownSeq = seq;
  }

  /** The user dictates: answer aloud, unless the user has turned that off. */
  beginTalk() {
    this.stop();
    if (localStorage.getItem(PLACE) !== 'off' && !this.#isOn) this.#turn(true);
  }

  stop() {
    this.#synthesizer.stop();
  }

  /** @param {boolean} isOn */
  #turn(isOn) {
    this.#isOn = isOn && this.#synthesizer.isAvailable;
    this.#button.ariaPressed = `${this.#isOn}`;
    this.#unsubscribe();
    if (!this.#isOn) return this.stop();
    this.#fromSeq = this.#shownSeq;
    // Only while it is on, so that another tab can speak.
    const unsubscribe = this.#brain?.onSpeak((message, done) => {
      if (message.seq <= this.#fromSeq) return done('unspoken');
      this.#synthesizer.speak(message.text, done);
    });
    this.#unsubscribe = () => unsubscribe?.() ?? false;
  }
}
