/** Ears and mouth: the browser's speech recognition and synthesis, where it has them. */

import { breathsOf } from '../page/wording.js';

/** @typedef {import('../client/types.js').Heard} Heard */

/** Reads texts aloud, one after the other. */
export class Mouth {
  #synthesis = globalThis.speechSynthesis;
  /** @type {(how: Heard, chars?: number) => void} */
  #done = () => {};
  #said = 0; // characters of the text that is being read

  get isPossible() {
    return this.#synthesis !== undefined;
  }

  /**
   * @param {string} text
   * @param {(how: Heard, chars?: number) => void} done
   */
  say(text, done) {
    if (!this.isPossible) return done('unspoken');
    const breaths = breathsOf(text);
    const mine = (/** @type {Heard} */ how) => this.#done === done && this.#finish(how);
    this.#done = done;
    this.#said = 0;
    if (breaths.length === 0) return mine('played');
    for (const [place, breath] of breaths.entries()) {
      const saying = new SpeechSynthesisUtterance(breath);
      saying.onend = () => {
        if (this.#done === done) this.#said += breath.length;
        if (place === breaths.length - 1) mine('played');
      };
      saying.onerror = () => mine(this.#said > 0 ? 'cutOff' : 'unspoken');
      this.#synthesis.speak(saying);
    }
  }

  /** Fall silent. */
  hush() {
    if (!this.isPossible) return;
    this.#finish('cutOff'); // first: what is cancelled may tell of an error
    this.#synthesis.cancel();
  }

  /** @param {Heard} how */
  #finish(how) {
    const done = this.#done;
    this.#done = () => {};
    done(how, how === 'cutOff' ? this.#said : undefined);
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
