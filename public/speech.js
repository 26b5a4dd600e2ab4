/** Ears and mouth: the browser's speech recognition and synthesis, where it has them. */

import { breathsOf } from './wording.js';

/** Reads texts aloud, one after the other. */
export class Mouth {
  isOn = false;
  #synthesis = globalThis.speechSynthesis;

  get isPossible() {
    return this.#synthesis !== undefined;
  }

  get isSpeaking() {
    return this.isPossible && (this.#synthesis.speaking || this.#synthesis.pending);
  }

  /** @param {string} text */
  say(text) {
    if (!this.isOn || !this.isPossible) return;
    for (const breath of breathsOf(text)) {
      this.#synthesis.speak(new SpeechSynthesisUtterance(breath));
    }
  }

  hush() {
    if (this.isPossible) this.#synthesis.cancel();
  }
}

/**
 * @typedef {object} Hearing
 * @property {(text: string) => void} onDraft what was understood so far
 * @property {(text: string) => void} onText what was said, whole
 * @property {(isListening: boolean) => void} onChange
 * @property {(hint: string) => void} onTrouble
 */

/** @type {Record<string, string>} */
const TROUBLE = {
  'not-allowed': 'The microphone is blocked. Allow it in the browser’s settings for this page.',
  'service-not-allowed': 'This browser does not allow speech recognition here.',
  'audio-capture': 'No microphone was found.',
  network: 'Speech recognition needs a network, and has none.',
  'no-speech': 'Nothing was heard.',
};

/** Turns speech into text; listens for one utterance at a time. */
export class Ears {
  #Recognition;
  #hearing;
  /** @type {any} */
  #recognition = null;

  /** @param {Hearing} hearing */
  constructor(hearing) {
    const scope = /** @type {any} */ (globalThis);
    this.#Recognition = scope.SpeechRecognition ?? scope.webkitSpeechRecognition;
    this.#hearing = hearing;
  }

  get isPossible() {
    return this.#Recognition !== undefined;
  }

  get isListening() {
    return this.#recognition !== null;
  }

  listen() {
    const recognition = new this.#Recognition();
    recognition.lang = navigator.language;
    recognition.interimResults = true;
    recognition.addEventListener('result', (/** @type {any} */ event) => this.#heard(event.results));
    recognition.addEventListener('error', (/** @type {any} */ event) => this.#failed(event.error));
    recognition.addEventListener('end', () => this.#ended(recognition));
    this.#recognition = recognition;
    recognition.start();
    this.#hearing.onChange(true);
  }

  /** Stop; what was heard so far is kept as a draft. */
  stop() {
    const recognition = this.#recognition;
    recognition?.abort();
    this.#ended(recognition);
  }

  /** @param {Iterable<any> & ArrayLike<any>} results */
  #heard(results) {
    const all = Array.from(results);
    const text = all.map(([best]) => best.transcript).join('');
    if (all.every(({ isFinal }) => isFinal)) this.#hearing.onText(text);
    else this.#hearing.onDraft(text);
  }

  /** @param {string} reason */
  #failed(reason) {
    if (reason === 'aborted') return; // by us
    this.#hearing.onTrouble(TROUBLE[reason] ?? `Listening failed (${reason}).`);
  }

  /** @param {any} recognition */
  #ended(recognition) {
    if (this.#recognition !== recognition) return; // an older one, that we have stopped
    this.#recognition = null;
    this.#hearing.onChange(false);
  }
}
