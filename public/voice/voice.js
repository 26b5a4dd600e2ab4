/** Reads messages aloud if the user has turned that on, and reports what was heard. */

import { deviceStorage } from '../client/surroundings.js';
import { ServedVoice } from './audio/served.js';
import { Synthesizer } from './synthesis.js';

/** @typedef {import('../client/types.js').Brain} Brain */

const PLACE = 'second-brain-speak';

export class Voice {
  #browser = new Synthesizer();
  #server;
  /** @type {Synthesizer | ServedVoice} */
  #mouth = this.#browser;
  /** @type {(() => void) | null} */
  #waiting = null; // what is to be said when the microphone is closed
  #isHeld = false;
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
   * @param {import('./audio/served.js').Follow} follow reads events of the server
   */
  constructor(button, isShown, follow) {
    this.#button = button;
    this.#isShown = isShown;
    this.#server = new ServedVoice(follow);
    button.hidden = !this.#mouth.isAvailable;
    button.addEventListener('click', () => {
      this.#mouth.prime();
      this.#turn(!this.#isOn);
      deviceStorage.setItem(PLACE, this.#isOn ? 'on' : 'off');
    });
    this.#turn(deviceStorage.getItem(PLACE) === 'on');
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

  get isOn() {
    return this.#isOn;
  }

  /** Whether this browser can speak by itself. */
  get speaks() {
    return this.#browser.isAvailable;
  }

  /** @param {'browser' | 'server'} who speaks from now on */
  speakBy(who) {
    this.stop();
    this.#mouth = who === 'server' ? this.#server : this.#browser;
    this.#button.hidden = !this.#mouth.isAvailable;
    this.#turn(deviceStorage.getItem(PLACE) === 'on' || this.#isOn);
  }

  /** Say nothing while the microphone is open: it would hear that too. @param {boolean} isHeld */
  hold(isHeld) {
    this.#isHeld = isHeld;
    if (isHeld) return;
    const speak = this.#waiting;
    this.#waiting = null;
    speak?.();
  }

  /** The user dictates: answer aloud, unless the user has turned that off. */
  beginTalk() {
    this.stop();
    this.#mouth.prime();
    if (deviceStorage.getItem(PLACE) !== 'off' && !this.#isOn) this.#turn(true);
  }

  /** Somebody else speaks meanwhile. @param {boolean} isPaused */
  pause(isPaused) {
    this.#isPaused = isPaused;
    this.#turn(this.#isOn);
  }

  stop() {
    this.#mouth.stop();
  }

  /** @param {boolean} isOn */
  #turn(isOn) {
    this.#isOn = isOn && this.#mouth.isAvailable;
    this.#button.ariaPressed = `${this.#isOn}`;
    this.#unsubscribe();
    this.#waiting = null;
    if (!this.#isOn || this.#isPaused) return this.stop();
    this.#fromSeq = this.#shownSeq;
    // Only while it is on, so that another tab can speak.
    const unsubscribe = this.#brain?.onSpeak((message, done) => {
      // What was seen is known, whether or not it was read out to its end.
      /** @type {typeof done} */
      const report = (how, chars) =>
        how !== 'played' && this.#isShown(message.seq) ? done('shown') : done(how, chars);
      if (message.seq <= this.#fromSeq) return report('unspoken');
      const speak = () => this.#mouth.speak(message.speech ?? message.text, report, message.seq);
      if (this.#isHeld) this.#waiting = speak;
      else speak();
    });
    this.#unsubscribe = () => unsubscribe?.() ?? false;
  }
}
