/** Speech recognition: turns speech into text, where the browser can. */

/**
 * @typedef {object} Listener
 * @property {(text: string) => void} onDraft called with what was understood so far
 * @property {(text: string) => void} onText called with the whole utterance
 * @property {(isListening: boolean) => void} onChange
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
    recognition.lang = navigator.language;
    recognition.interimResults = true;
    recognition.addEventListener('result', (/** @type {any} */ event) => this.#take(event.results));
    recognition.addEventListener('error', (/** @type {any} */ event) => this.#fail(event.error));
    recognition.addEventListener('end', () => this.#end(recognition));
    this.#recognition = recognition;
    recognition.start();
    this.#listener.onChange(true);
  }

  /** End the utterance; what was understood so far stays as a draft. */
  finish() {
    this.stop();
  }

  /** Stop listening; what was understood so far stays as a draft. */
  stop() {
    const recognition = this.#recognition;
    recognition?.abort();
    this.#end(recognition);
  }

  /** @param {Iterable<any> & ArrayLike<any>} results */
  #take(results) {
    const all = Array.from(results);
    const text = all.map(([best]) => best.transcript).join('');
    if (all.every(({ isFinal }) => isFinal)) this.#listener.onText(text);
    else this.#listener.onDraft(text);
  }

  /** @param {string} reason */
  #fail(reason) {
    if (reason !== 'aborted') this.#listener.onProblem(reason); // aborted: by us
  }

  /** @param {any} recognition */
  #end(recognition) {
    if (this.#recognition !== recognition) return; // an older one that we stopped
    this.#recognition = null;
    this.#listener.onChange(false);
  }
}
