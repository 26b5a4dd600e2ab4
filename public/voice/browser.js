/**
 * A spoken conversation without a vendor: the browser's recognition listens, and its voice speaks.
 * The ear for texts opens when playing has ended. Meanwhile the user can interrupt by voice.
 */

import { begin, isEcho, step } from './browser/bargein.js';
import { Monitor } from './browser/monitor.js';
import { Mouth } from './browser/mouth.js';
import { Recognizer } from './recognition.js';

/** @typedef {import('../client/types.js').Brain} Brain */
/** @typedef {import('../client/types.js').SpeechListener} SpeechListener */
/** @typedef {import('../client/types.js').TalkListener} TalkListener */
/** @typedef {import('../client/types.js').TalkState} TalkState */

const PASSING = ['no-speech', 'aborted', 'network']; // errors of the recognition after which we go on
const AGAIN_MS = 300; // before the recognition starts again
const ECHO_MS = 1500; // after the end of playing, a text may still be what was played
const LOWERED = 0.25; // of the full volume
const SIGN_MS = 3000; // for the sign that it listens; without a sound the ear opens then

export const isAvailable = () =>
  new Mouth().isAvailable && new Recognizer(NOBODY).isAvailable;

const NOBODY = { onDraft() {}, onText() {}, onChange() {}, onProblem() {} };

export class BrowserTalk {
  #onText;
  #mouth = new Mouth();
  #monitor = new Monitor((isVoice, ms) => this.#interrupt({ isVoice, ms }));
  #bargeIn = begin();
  #recognizer = new Recognizer({
    onDraft: (text) => {
      this.#hear(text !== '' && this.#bargeIn.saying === '');
      this.#tell('', false);
      this.#interrupt({ words: text });
    },
    onText: (text) => {
      this.#understand(text);
      this.#hear(false);
    },
    onChange: (isListening) => {
      if (isListening) return;
      this.#hear(false);
      this.#listenSoon();
    },
    onProblem: (reason) => !PASSING.includes(reason) && this.#fail(reason),
  });
  /** @type {Set<TalkListener>} */
  #listeners = new Set();
  /** @type {Set<SpeechListener>} */
  #speechListeners = new Set();
  /** @type {(Error & {code: string}) | null} */
  #problem = null;
  #said = { text: '', endMs: -Infinity };
  #isMuted = false;
  #hasEnded = false;
  #waiting = 0; // texts without an answer
  #timer = 0;
  #brain;
  #fromSeq;
  #isGreeting = false;
  #isHearing = false; // the user is in the middle of a sentence
  #unsubscribe = () => {};

  /**
   * @param {Brain} brain
   * @param {number} fromSeq messages up to here are not read out
   * @param {object} how
   * @param {(text: string) => Promise<unknown>} how.onText sends what the user said
   * @param {string} how.sign what is said before the ear opens
   */
  constructor(brain, fromSeq, { onText, sign }) {
    this.#onText = onText;
    this.#brain = brain;
    this.#fromSeq = fromSeq;
    this.#mouth.prime(); // in any case within the press
    this.#greet(sign);
  }

  /** Say that it listens, then listen. @param {string} sign */
  #greet(sign) {
    this.#isGreeting = true;
    this.#timer = window.setTimeout(() => this.#mouth.stop(), SIGN_MS);
    this.#mouth.speak(sign, () => {
      this.#isGreeting = false;
      this.#said = { text: sign, endMs: performance.now() };
      this.#attend();
      this.#listen();
    });
  }

  #attend() {
    if (this.#hasEnded) return;
    this.#unsubscribe = this.#brain.onSpeak((message, done) =>
      message.seq > this.#fromSeq ? this.#speak(message, done) : done('unspoken'),
    );
  }

  /** In the middle of the user's sentence no message begins. @param {boolean} isHearing */
  #hear(isHearing) {
    if (isHearing === this.#isHearing || this.#hasEnded) return;
    this.#isHearing = isHearing;
    if (isHearing) this.#unsubscribe();
    else this.#attend();
  }

  mute = () => {
    this.#isMuted = true;
    this.#recognizer.stop();
    this.#monitor.stop();
    this.#show();
  };

  unmute = () => {
    this.#isMuted = false;
    this.#listen();
    this.#show();
  };

  end = () => {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#unsubscribe();
    this.#recognizer.stop();
    this.#mouth.stop();
    this.#monitor.stop();
    this.#show();
  };

  /** @param {TalkListener} listener */
  onState = (listener) => {
    this.#listeners.add(listener);
    listener(this.#state(), this.#problem);
    return () => this.#listeners.delete(listener);
  };

  /** @param {SpeechListener} listener */
  onSpeech = (listener) => {
    this.#speechListeners.add(listener);
    return () => this.#speechListeners.delete(listener);
  };

  /** The user is heard. @param {string} words @param {boolean} isWhole */
  #tell(words, isWhole) {
    for (const listener of [...this.#speechListeners]) listener(words, isWhole);
  }

  /** @type {import('../client/types.js').SpeakListener} */
  #speak(message, done) {
    const text = /** @type {any} */ (message).speech ?? message.text;
    if (this.#hasEnded) return done('unspoken');
    if (text.trim() === '') return done('shown');
    this.#said = { text, endMs: Infinity };
    this.#bargeIn = step(this.#bargeIn, { saying: text }, performance.now()).state;
    this.#recognizer.stop(); // else the browser listens to itself
    if (!this.#isMuted) void this.#monitor.start();
    this.#mouth.speak(text, (how, chars) => {
      this.#said.endMs = performance.now();
      this.#bargeIn = begin();
      this.#monitor.stop();
      this.#listen();
      done(how, chars);
      this.#show();
    });
    this.#show();
  }

  /** @param {{isVoice: boolean, ms: number} | {words: string}} sign that the user speaks */
  #interrupt(sign) {
    const { state, order } = step(this.#bargeIn, sign, performance.now());
    this.#bargeIn = state;
    if (order === 'lower') this.#mouth.setVolume(LOWERED);
    if (order === 'cut') {
      this.#mouth.hold();
      this.#listen();
    }
    if (order === 'resume') {
      this.#recognizer.stop();
      this.#mouth.setVolume(1);
    }
    if (order === 'stop') this.#mouth.stop();
  }

  /** @param {string} text */
  #understand(text) {
    const wasPlaying = this.#bargeIn.saying !== '';
    this.#interrupt({ words: text });
    const isAfter = performance.now() - this.#said.endMs < ECHO_MS;
    if ((wasPlaying || isAfter) && isEcho(text, this.#said.text)) return;
    this.#tell(text, true);
    if (this.#hasEnded) return; // it was the wish to end
    const hasStopped = wasPlaying && this.#bargeIn.saying === '';
    if (hasStopped && text.trim().split(/\s+/).length < 3) return; // "stop": there is nothing to ask
    if (wasPlaying && this.#bargeIn.state !== 'cut' && !hasStopped) return; // a nod
    this.#mouth.stop();
    void this.#ask(text);
  }

  /** @param {string} text */
  async #ask(text) {
    this.#waiting += 1;
    this.#show();
    await this.#onText(text);
    this.#waiting -= 1;
    this.#show();
  }

  #listen() {
    clearTimeout(this.#timer);
    if (this.#hasEnded || this.#isMuted || this.#recognizer.isListening) return;
    if (this.#bargeIn.saying && this.#bargeIn.state !== 'cut') return; // it opens when playing ends
    try {
      this.#recognizer.listen();
    } catch {
      this.#listenSoon(); // the one before has not ended yet
    }
    this.#show();
  }

  #listenSoon() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#listen(), AGAIN_MS);
  }

  /** @param {string} code */
  #fail(code) {
    this.#problem = Object.assign(new Error(code), { code });
    this.end();
  }

  /** @returns {TalkState} */
  #state() {
    if (this.#hasEnded) return 'ended';
    if (this.#isMuted) return 'muted';
    if (this.#isGreeting) return 'connecting';
    if (this.#bargeIn.saying) return 'speaking';
    return this.#waiting > 0 ? 'thinking' : 'listening';
  }

  #show() {
    for (const listener of [...this.#listeners]) listener(this.#state(), this.#problem);
  }
}
