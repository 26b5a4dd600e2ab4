/**
 * Reads one talk of minds aloud: the one that is listened to, with a voice for each speaker, and
 * never while the brain itself speaks or the microphone is open.
 */

import { Mouth } from './browser/mouth.js';

/** @typedef {import('../client/types.js').Brain} Brain */
/** @typedef {import('../client/types.js').Message} Message */

const AGAIN_MS = 1500; // by then the brain has begun to speak, if it does

export class Beside {
  /** @type {Map<string, Mouth>} */
  #mouths = new Map(); // by speaker
  /** @type {Brain | null} */
  #mind = null;
  #onEnd = () => {};
  #unsubscribe = () => {};
  #isHeld = false;
  #since = 0;
  #again = 0;
  /** @type {Mouth | null} */
  #speaking = null;
  #onSentence;

  /** @param {(sentence: string) => void} [onSentence] called when a sentence begins and when it ends */
  constructor(onSentence) {
    this.#onSentence = onSentence;
  }

  get isAvailable() {
    return new Mouth().isAvailable;
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

  /** The user speaks, or types: then only the next message waits. @param {import('./browser/turn.js').Busy} busy */
  hold(busy) {
    this.#isHeld = busy !== null;
    if (busy === 'typing') this.#unsubscribe();
    else if (busy) this.#silence();
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
    const mouth = new Mouth({ place, onSentence: this.#onSentence });
    this.#mouths.set(name, mouth);
    return mouth;
  }
}
