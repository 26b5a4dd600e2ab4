/** Reads messages aloud if the user has turned that on, and reports what was heard. */

import { Synthesizer } from './synthesis.js';

/** @typedef {import('../client/types.js').Brain} Brain */

const PLACE = 'second-brain-speak';

export class Voice {
  #synthesizer = new Synthesizer();
  #button;
  #isShown;
  #isOn = false;
  #isPaused = false;
  #shownSeq = 0;
  #fromSeq = 0; // messages up to here are not read aloud: they were shown before the voice was on
  /** @type {Brain | null} */
  #brain = null;
  #unsubscribe = () => false;

  /**
   * @param {HTMLElement} button
   * @param {(seq: number) => boolean} isShown whether the user has seen the whole message
   */
  constructor(button, isShown) {
    this.#button = button;
    this.#isShown = isShown;
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

  /** Somebody else speaks meanwhile. @param {boolean} isPaused */
  pause(isPaused) {
    this.#isPaused = isPaused;
    this.#turn(this.#isOn);
  }

  stop() {
    this.#synthesizer.stop();
  }

  /** @param {boolean} isOn */
  #turn(isOn) {
    this.#isOn = isOn && this.#synthesizer.isAvailable;
    this.#button.ariaPressed = `${this.#isOn}`;
    this.#unsubscribe();
    if (!this.#isOn || this.#isPaused) return this.stop();
    this.#fromSeq = this.#shownSeq;
    // Only while it is on, so that another tab can speak.
    const unsubscribe = this.#brain?.onSpeak((message, done) => {
      // What was seen is known, whether or not it was read out to its end.
      /** @type {typeof done} */
      const report = (how, chars) =>
        how !== 'played' && this.#isShown(message.seq) ? done('shown') : done(how, chars);
      if (message.seq <= this.#fromSeq) return report('unspoken');
      this.#synthesizer.speak(message.speech ?? message.text, report);
    });
    this.#unsubscribe = () => unsubscribe?.() ?? false;
  }
}
