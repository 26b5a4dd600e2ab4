/** Speech recognition: turns speech into text, where the browser can. */

import { understood } from './browser/transcript.js';
import { spokenLanguage } from './choices.js';

/**
 * @typedef {object} Listener
 * @property {(text: string) => void} onDraft called with what was understood so far
 * @property {(text: string) => void} onText called with the whole utterance
 * @property {(isListening: boolean) => void} onChange called before the ear opens, and when it has closed
 * @property {(reason: string, error?: unknown) => void} onProblem called with an error code of the
 *   Web Speech API or of its own, and the server's error where there is one
 * @property {(isUploading: boolean) => void} [onUpload] called while the server recognizes a take
 */

/** Listens for one utterance at a time. */
export class Recognizer {
  #Recognition;
  #listener;
  /** @type {any} */
  #recognition = null;
  #marked = ''; // the last text, if the browser calls it final but is not sure

  /** @param {Listener} listener */
  constructor(listener) {
    const scope = /** @type {any} */ (globalThis);
    this.#Recognition = scope.SpeechRecognition ?? scope.webkitSpeechRecognition;
    this.#listener = listener;
  }

  get isAvailable() {
    return this.#Recognition !== undefined;
  }

  get isListening() {
    return this.#recognition !== null;
  }

  listen() {
    const recognition = new this.#Recognition();
    recognition.lang = spokenLanguage();
    recognition.interimResults = true;
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ act) =>
      recognition.addEventListener(type, (/** @type {any} */ event) => this.#recognition === recognition && act(event));
    on('result', ({ results }) => this.#take(results));
    on('error', ({ error }) => this.#fail(error));
    on('end', () => this.#end(recognition, true));
    this.#recognition = recognition;
    this.#marked = '';
    this.#listener.onChange(true);
    try {
      recognition.start();
    } catch (error) {
      this.#end(recognition);
      throw error;
    }
  }

  /** End the utterance; what was understood so far stays as a draft. */
  finish() {
    this.stop();
  }

  /** Stop listening; what was understood so far stays as a draft. */
  stop() {
    const recognition = this.#recognition;
    if (!recognition) return;
    this.#marked = '';
    this.#recognition = null; // first: what it still reports is too late
    recognition.abort();
    this.#listener.onChange(false);
  }

  /** @param {ArrayLike<import('./browser/transcript.js').Result>} results */
  #take(results) {
    const { text, isFinal, isMarked } = understood(results);
    this.#marked = isMarked && !isFinal ? text : '';
    if (isFinal) this.#listener.onText(text);
    else this.#listener.onDraft(text);
  }

  /** @param {string} reason */
  #fail(reason) {
    this.#marked = '';
    if (reason !== 'aborted') this.#listener.onProblem(reason); // aborted: by us
  }

  /** @param {any} recognition @param {boolean} [isByItself] the browser ended it */
  #end(recognition, isByItself = false) {
    if (this.#recognition !== recognition) return; // an older one that we stopped
    this.#recognition = null;
    this.#listener.onChange(false);
    if (isByItself && this.#marked) this.#listener.onText(this.#marked);
    this.#marked = '';
  }
}
