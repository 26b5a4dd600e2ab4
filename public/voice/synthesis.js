/** Speech synthesis: the browser's voice reads texts aloud, where it has one. */

import { sentencesOf } from './sentences.js';

/** @typedef {import('../client/types.js').Heard} Heard */

/** Reads texts aloud, one after the other. */
export class Synthesizer {
  #synthesis = globalThis.speechSynthesis;
  /** @type {(how: Heard, chars?: number) => void} */
  #done = () => {};
  #spoken = 0; // characters of the current speech that were read
  #dress;

  /** @param {(utterance: SpeechSynthesisUtterance) => void} [dress] chooses the voice */
  constructor(dress = () => {}) {
    this.#dress = dress;
  }

  get isAvailable() {
    return this.#synthesis !== undefined;
  }

  prime() {} // this voice needs no press

  /**
   * @param {string} speech
   * @param {(how: Heard, chars?: number) => void} done
   */
  speak(speech, done) {
    if (!this.isAvailable) return done('unspoken');
    const sentences = sentencesOf(speech);
    const finish = (/** @type {Heard} */ how) => this.#done === done && this.#finish(how);
    this.#done = done;
    this.#spoken = 0;
    const said = (/** @type {number} */ chars) => {
      if (this.#done === done) this.#spoken = Math.max(this.#spoken, chars);
    };
    if (sentences.length === 0) return finish('played');
    let end = 0; // of the sentence, in the speech
    for (const [place, sentence] of sentences.entries()) {
      const begin = speech.indexOf(sentence, end);
      end = begin + sentence.length;
      const utterance = new SpeechSynthesisUtterance(sentence);
      this.#dress(utterance);
      utterance.onboundary = ({ charIndex }) => said(begin + charIndex); // a word begins
      utterance.onend = () => {
        said(begin + sentence.length);
        if (place === sentences.length - 1) finish('played');
      };
      utterance.onerror = () => finish(this.#spoken > 0 ? 'cutOff' : 'unspoken');
      this.#synthesis.speak(utterance);
    }
  }

  /** Stop reading. */
  stop() {
    if (!this.isAvailable) return;
    this.#finish('cutOff'); // first: a cancelled utterance may report an error
    this.#synthesis.cancel();
  }

  /** @param {Heard} how */
  #finish(how) {
    const done = this.#done;
    this.#done = () => {};
    done(how, how === 'cutOff' ? this.#spoken : undefined);
  }
}
