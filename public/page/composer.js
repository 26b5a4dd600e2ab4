/** The form in which the user types or dictates. */

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
  #recognizer;

  /**
   * @param {object} listener
   * @param {(text: string) => void} listener.onText
   * @param {(isListening: boolean) => void} listener.onListening
   */
  constructor({ onText, onListening }) {
    this.#onText = onText;
    this.#recognizer = new Recognizer({
      onDraft: (text) => this.#write(text),
      onText: (text) => this.#spoken(text),
      onProblem: (reason) => this.#showHint(problemInWords(reason)),
      onChange: (isListening) => {
        this.#showListening(isListening);
        onListening(isListening);
      },
    });
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

  stopListening() {
    if (this.#recognizer.isListening) this.#recognizer.stop();
  }

  /** @param {boolean} isOffered */
  offerDictation(isOffered) {
    this.#listen.hidden = !isOffered || !this.#recognizer.isAvailable;
  }

  #attend() {
    byId('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener('input', () => this.#fit());
    this.#field.addEventListener('keydown', (event) => this.#pressed(event));
    this.#listen.addEventListener('click', () => this.#toggleListening());
    if (this.#recognizer.isAvailable) return;
    this.#listen.hidden = true;
    this.#showHint(t('voice.unsupported'));
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
    this.#onText(text);
  }

  #toggleListening() {
    if (this.#recognizer.isListening) this.#recognizer.stop();
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

  /** @param {string} hint */
  #showHint(hint) {
    this.#hint.textContent = hint;
    this.#hint.dataset.important = '';
  }
}
