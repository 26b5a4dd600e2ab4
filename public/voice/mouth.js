/** The browser's voice, which can be lowered, held and continued in the middle of a sentence. */

import { sentencesOf } from './ear.js';

/** @typedef {import('../client/types.js').Heard} Heard */
/** @typedef {(how: Heard, chars?: number) => void} Done */

export class Mouth {
  #synthesis = globalThis.speechSynthesis;
  #volume = 1;
  #text = '';
  #at = 0; // characters of the text that were said
  /** @type {number[]} */
  #ends = []; // of the sentences, in characters
  /** @type {Done | null} */
  #done = null;
  /** @type {SpeechSynthesisUtterance | null} */
  #saying = null;

  get isAvailable() {
    return this.#synthesis !== undefined;
  }

  /** Call it within a press: before, iOS says nothing. */
  prime() {
    const silence = new SpeechSynthesisUtterance(' ');
    silence.volume = 0;
    this.#synthesis.speak(silence);
  }

  /** @param {string} text @param {Done} done */
  speak(text, done) {
    this.stop();
    this.#text = text;
    this.#at = 0;
    this.#volume = 1;
    this.#ends = endsOf(text);
    this.#done = done;
    this.#next();
  }

  /** Go on at this volume, also after `hold`. @param {number} volume 0 to 1 */
  setVolume(volume) {
    this.#volume = volume;
    if (!this.#done) return;
    this.hold();
    this.#next();
  }

  /** Fall silent, and remember the place. */
  hold() {
    this.#saying = null;
    this.#synthesis.cancel();
  }

  stop() {
    this.#saying = null;
    this.#finish('cutOff');
    this.#synthesis.cancel();
  }

  #next() {
    const endChars = this.#ends.find((end) => end > this.#at);
    if (endChars === undefined) return this.#finish('played');
    const startChars = this.#at;
    const saying = new SpeechSynthesisUtterance(this.#text.slice(startChars, endChars).trim());
    saying.volume = this.#volume;
    const isIt = () => this.#saying === saying;
    saying.onboundary = ({ charIndex = 0 }) => {
      if (isIt()) this.#at = startChars + charIndex;
    };
    saying.onend = () => {
      if (!isIt()) return;
      this.#at = endChars;
      this.#next();
    };
    saying.onerror = () => isIt() && this.#finish(this.#at > 0 ? 'cutOff' : 'unspoken');
    this.#saying = saying;
    this.#synthesis.speak(saying);
  }

  /** @param {Heard} how */
  #finish(how) {
    const done = this.#done;
    this.#done = this.#saying = null;
    done?.(how, how === 'cutOff' ? this.#at : undefined);
  }
}

/** @param {string} text @returns {number[]} where its sentences end */
function endsOf(text) {
  let end = 0;
  return sentencesOf(text).map((sentence) => {
    const start = text.indexOf(sentence, end);
    end = (start < 0 ? end : start) + sentence.length;
    return end;
  });
}
