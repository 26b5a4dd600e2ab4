/** The form in which the user types or dictates. */

import { TakeRecognizer } from '../voice/audio/recording.js';
import { Recognizer } from '../voice/recognition.js';
import { byId } from './dom.js';
import { t } from './texts.js';
import { problemInWords } from './wording.js';

const MOST_LINES_PX = 168; // seven lines; longer texts scroll

export class Composer {
  #onText;
  #field = /** @type {HTMLTextAreaElement} */ (byId('text'));
  #listen = byId('listen');
  #hint = byId('hint');
  #browser;
  #server;
  /** @type {Recognizer | TakeRecognizer} */
  #recognizer;
  #isOffered = true;

  /**
   * @param {object} listener
   * @param {(text: string) => boolean} listener.onText returns false if the text has to stay
   * @param {(isListening: boolean) => void} listener.onListening
   * @param {(take: Blob) => Promise<string>} listener.transcribe asks the server what was said
   */
  constructor({ onText, onListening, transcribe }) {
    this.#onText = onText;
    const listener = {
      onDraft: (/** @type {string} */ text) => this.#write(text),
      onText: (/** @type {string} */ text) => this.#spoken(text),
      onProblem: (/** @type {string} */ reason, /** @type {unknown} */ error) =>
        this.#showHint(problemInWords(reason, error)),
      onUpload: (/** @type {boolean} */ isUploading) => this.#showUpload(isUploading),
      onChange: (/** @type {boolean} */ isListening) => {
        this.#showListening(isListening);
        onListening(isListening);
      },
    };
    this.#browser = new Recognizer(listener);
    this.#server = new TakeRecognizer(listener, transcribe);
    this.#recognizer = this.#browser;
    this.#attend();
  }

  /**
   * Send an example. If it has a gap (…), let the user fill it in first.
   * @param {string} text
   */
  propose(text) {
    const gap = text.indexOf('…');
    this.#write(text);
    if (gap < 0) return this.#submit();
    this.#field.focus();
    this.#field.setSelectionRange(gap, gap + 1);
  }

  /** Give back a text that could not be sent, unless the user has begun another. @param {string} text */
  giveBack(text) {
    if (this.#field.value === '') this.#write(text);
  }

  stopListening() {
    if (this.#recognizer.isListening) this.#recognizer.stop();
  }

  /** @param {boolean} isOffered */
  offerDictation(isOffered) {
    this.#isOffered = isOffered;
    this.#listen.hidden = !isOffered || !this.#recognizer.isAvailable;
  }

  /** Whether this browser can recognize speech by itself. */
  get hears() {
    return this.#browser.isAvailable;
  }

  /** @param {'browser' | 'server'} who recognizes speech from now on */
  hearBy(who) {
    this.stopListening();
    this.#recognizer = who === 'server' ? this.#server : this.#browser;
    this.offerDictation(this.#isOffered);
    if (!this.#recognizer.isAvailable) this.#showHint(t('voice.unsupported'));
  }

  #attend() {
    byId('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener('input', () => this.#fit());
    this.#field.addEventListener('keydown', (event) => this.#pressed(event));
    this.#listen.addEventListener('click', () => this.#toggleListening());
    this.#listen.hidden = !this.#recognizer.isAvailable;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // While an input method composes a word (Japanese, Chinese …), Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#field.value.trim();
    if (text === '') return;
    this.stopListening();
    this.#write('');
    if (!this.#onText(text)) this.#write(text);
  }

  #toggleListening() {
    if (this.#recognizer.isListening) this.#recognizer.finish();
    else this.#recognizer.listen();
  }

  /** @param {string} text */
  #spoken(text) {
    this.#write(text);
    this.#submit();
  }

  /** @param {string} text */
  #write(text) {
    this.#field.value = text;
    this.#fit();
  }

  #fit() {
    this.#field.style.height = 'auto';
    this.#field.style.height = `${Math.min(this.#field.scrollHeight, MOST_LINES_PX)}px`;
  }

  /** @param {boolean} isListening */
  #showListening(isListening) {
    this.#listen.ariaPressed = `${isListening}`;
    this.#field.placeholder = t(isListening ? 'voice.listening' : 'composer.placeholder');
  }

  /** @param {boolean} isUploading */
  #showUpload(isUploading) {
    this.#listen.toggleAttribute('disabled', isUploading);
    this.#field.placeholder = t(isUploading ? 'voice.understanding' : 'composer.placeholder');
  }

  /** @param {string} hint */
  #showHint(hint) {
    this.#hint.textContent = hint;
    this.#hint.dataset.important = '';
  }
}
