/**
 * The browser's voice reads texts aloud, one sentence at a time, so that a sentence that never ends
 * does not keep all others back. It can be lowered, held and continued in the middle of a sentence.
 */

import { rate, spokenLanguage } from '../choices.js';
import { sentencesOf } from '../sentences.js';
import { handOver, mostChars, MUTE_START_MS, say, START_MS } from './saying.js';
import { dress, whenLoaded } from './voices.js';

/** @typedef {import('../../client/types.js').Heard} Heard */
/** @typedef {(how: Heard, chars?: number) => void} Done */

let hasSounded = false; // some utterance of this page has begun: the browser allows it

export class Mouth {
  /** Nothing of what was handed over last gave a sound. */
  isMute = false;
  /** Called when there is no sound, and when there is again. */
  onMute = () => {};
  /** The language for which there is no voice, as far as it was needed last. @type {string | null} */
  lacking = null;
  #synthesis = globalThis.speechSynthesis;
  #place;
  #onSentence;
  #volume = 1;
  #text = '';
  #at = 0; // characters of the text that were said
  /** @type {number[]} */
  #ends = []; // of the sentences, in characters
  /** @type {Done | null} */
  #done = null;
  #takeBack = () => {};
  #saying = ''; // the sentence that was handed over
  #hasBegun = false; // something of the text was said
  #isCut = false; // its last sentence was not said to the end

  /**
   * @param {object} [how]
   * @param {number | null} [how.place] of the speaker, in the order of speaking, if several speak
   * @param {(sentence: string) => void} [how.onSentence] called when a sentence begins and when it ends
   */
  constructor({ place = null, onSentence = () => {} } = {}) {
    this.#place = place;
    this.#onSentence = onSentence;
  }

  get isAvailable() {
    // Some web views have a part of it only.
    return typeof this.#synthesis?.speak === 'function' && typeof SpeechSynthesisUtterance === 'function';
  }

  /** Call it within a press, before anything that takes time: without one, iOS says nothing. */
  prime() {
    if (!this.isAvailable || hasSounded || this.#saying) return;
    const silence = new SpeechSynthesisUtterance(' ');
    silence.lang = spokenLanguage();
    silence.volume = 0;
    silence.onstart = () => (hasSounded = true);
    handOver(this.#synthesis, silence);
  }

  /** @param {string} text @param {Done} done */
  speak(text, done) {
    this.stop();
    if (!this.isAvailable) return done('unspoken');
    this.#text = text;
    this.#at = 0;
    this.#volume = 1;
    this.#ends = endsOf(text);
    this.#hasBegun = this.#isCut = false;
    this.lacking = null;
    this.#done = done;
    whenLoaded(() => this.#done === done && this.#next());
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
    this.#takeBack(); // first: a cancelled utterance may report an error
    if (this.#saying) this.#onSentence(this.#saying);
    this.#saying = '';
    this.#synthesis?.cancel();
  }

  stop() {
    this.hold();
    this.#finish(this.#hasBegun ? 'cutOff' : 'unspoken');
  }

  #next() {
    const endChars = this.#ends.find((end) => end > this.#at);
    if (endChars === undefined) return this.#finish(this.#ended());
    const startChars = this.#at;
    const sentence = this.#text.slice(startChars, endChars).trim();
    const utterance = new SpeechSynthesisUtterance(sentence);
    const offset = this.#text.indexOf(sentence, startChars);
    utterance.volume = this.#volume;
    const lacking = dress(utterance, this.#text, this.#place);
    if (lacking) return this.#pass(lacking, endChars);
    this.#saying = sentence;
    this.#takeBack = say(this.#synthesis, utterance, {
      startMs: this.isMute ? MUTE_START_MS : START_MS,
      onStart: () => this.#began(sentence),
      onWord: (chars) => (this.#at = offset + chars),
      onEnd: (outcome) => {
        this.#saying = '';
        this.#onSentence(sentence);
        if (outcome === 'ended' || outcome === 'stuck') return this.#goOn(endChars, outcome);
        if (outcome === 'mute' && this.#isWorthAgain()) return this.#next();
        this.#finish(this.#at > 0 ? 'cutOff' : 'unspoken');
      },
    });
  }

  /** There was no sound. What is stuck in the browser is taken out, then a second try may succeed. */
  #isWorthAgain() {
    const isKnown = this.isMute || this.#hasBegun;
    this.isMute ||= !this.#hasBegun;
    this.#synthesis.cancel();
    if (this.isMute) this.onMute();
    return !isKnown && this.#done !== null;
  }

  /** @param {string} sentence */
  #began(sentence) {
    hasSounded = this.#hasBegun = true;
    if (this.isMute) {
      this.isMute = false;
      this.onMute();
    }
    this.#onSentence(sentence);
  }

  /** @param {number} endChars @param {'ended' | 'stuck'} outcome */
  #goOn(endChars, outcome) {
    this.#isCut = outcome === 'stuck';
    if (this.#isCut) this.#synthesis.cancel(); // else all others wait for it
    if (this.#isCut && endChars === this.#ends.at(-1)) return this.#finish('cutOff');
    this.#at = endChars;
    this.#next();
  }

  /** Leave out a sentence for which there is no voice. @param {string} language @param {number} endChars */
  #pass(language, endChars) {
    this.lacking = language;
    this.#at = endChars;
    this.#next();
  }

  /** @returns {Heard} */
  #ended() {
    return this.lacking && !this.#hasBegun ? 'unspoken' : 'played';
  }

  /** @param {Heard} how */
  #finish(how) {
    const done = this.#done;
    this.#done = null;
    done?.(how, how === 'cutOff' ? this.#at : undefined);
  }
}

/** @param {string} text @returns {number[]} where its sentences end, and the parts of long ones */
function endsOf(text) {
  let end = 0;
  return sentencesOf(text, (sentence) => mostChars(sentence, rate())).map((sentence) => {
    const start = text.indexOf(sentence, end);
    end = (start < 0 ? end : start) + sentence.length;
    return end;
  });
}
