/**
 * Reads one talk of minds aloud: the one that is listened to, with a voice for each speaker, and
 * never while the brain itself speaks or the microphone is open.
 */

import { Synthesizer } from './synthesis.js';

/** @typedef {import('../client/types.js').Brain} Brain */
/** @typedef {import('../client/types.js').Message} Message */

const AGAIN_MS = 1500; // by then the brain has begun to speak, if it does
const PITCHES = [1, 0.7, 1.35, 0.85]; // where there are fewer voices than speakers

export class Beside {
  /** @type {Map<string, Synthesizer>} */
  #mouths = new Map(); // by speaker
  /** @type {Brain | null} */
  #mind = null;
  #onEnd = () => {};
  #unsubscribe = () => {};
  #isHeld = false;
  #since = 0;
  #again = 0;
  /** @type {Synthesizer | null} */
  #speaking = null;

  get isAvailable() {
    return globalThis.speechSynthesis !== undefined;
  }

  /**
   * Read this mind's new messages aloud, and no other's.
   * @param {Brain} mind
   * @param {() => void} onEnd called when it is no longer read
   * @param {number} since the seq of the first message to read: what was shown before is not
   */
  attend(mind, onEnd, since) {
    this.leave();
    this.#mind = mind;
    this.#since = since;
    this.#onEnd = onEnd;
    this.#mouths.clear();
    this.#begin();
  }

  /** @param {Brain | null} [mind] only if it is this one */
  leave(mind = this.#mind) {
    if (!mind || mind !== this.#mind) return;
    this.#silence();
    this.#mind = null;
    this.#onEnd();
  }

  /** The microphone is open. @param {boolean} isHeld */
  hold(isHeld) {
    this.#isHeld = isHeld;
    if (isHeld) this.#silence();
    else this.#begin();
  }

  /** The brain has something to say: it comes first. */
  giveWay() {
    if (!this.#mind) return;
    this.#silence();
    this.#again = window.setTimeout(() => this.#begin(), AGAIN_MS);
  }

  #begin() {
    clearTimeout(this.#again);
    if (!this.#mind || this.#isHeld) return;
    this.#unsubscribe();
    // The client lets one connection of the browser speak at a time: this one waits for the brain.
    this.#unsubscribe = this.#mind.onSpeak((message, done) => {
      if (message.seq < this.#since) return done('unspoken');
      this.#speaking = this.#mouthOf(message);
      this.#speaking.speak(message.speech ?? message.text, done);
    });
  }

  #silence() {
    clearTimeout(this.#again);
    this.#unsubscribe(); // first: the next message must not begin
    this.#unsubscribe = () => {};
    this.#speaking?.stop();
    this.#speaking = null;
  }

  /** @param {Message} message */
  #mouthOf({ speaker }) {
    const name = speaker ?? '';
    const known = this.#mouths.get(name);
    if (known) return known;
    const place = this.#mouths.size;
    const mouth = new Synthesizer((utterance) => dress(utterance, place));
    this.#mouths.set(name, mouth);
    return mouth;
  }
}

/**
 * Give a speaker a voice of the page's language; where voices run out, another pitch.
 * @param {SpeechSynthesisUtterance} utterance
 * @param {number} place of the speaker, in the order of speaking
 */
export function dress(utterance, place) {
  const { language } = globalThis.navigator;
  const base = language.split('-')[0];
  const voices = speechSynthesis.getVoices().filter(({ lang }) => lang.split(/[-_]/)[0] === base);
  utterance.lang = language;
  if (voices.length > 0) utterance.voice = voices[place % voices.length];
  if (place >= voices.length) utterance.pitch = PITCHES[place % PITCHES.length];
}
