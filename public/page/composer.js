/** The form in which the user types or dictates. */

import { TakeRecognizer } from '../voice/audio/recording.js';
import { inserted } from '../voice/browser/transcript.js';
import { Recognizer } from '../voice/recognition.js';
import { byId, isComposing } from './dom.js';
import { setBusy } from './focus.js';
import { t } from './texts.js';
import { lengthObjection, problemInWords } from './wording.js';

const MOST_TEXT_CHARS = 8000; // MAX_TEXT_CHARS of the server
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
  #onHeard;
  #onType;
  #isEcho;
  #around = { before: '', after: '' }; // what stands around the dictated words
  #dictated = ''; // these words, as they are in the field
  #isOwn = false; // the user has typed or changed a part: only the user sends it

  /**
   * @param {object} listener
   * @param {(text: string) => boolean} listener.onText returns false if the text has to stay
   * @param {(isListening: boolean) => void} listener.onListening called before the ear opens, and when it has closed
   * @param {() => void} listener.onHeard called when words were understood
   * @param {(isTyping: boolean) => void} listener.onType
   * @param {(text: string) => boolean} listener.isEcho whether the ear has heard this browser's own voice
   * @param {(take: Blob) => Promise<string>} listener.transcribe asks the server what was said
   */
  constructor({ onText, onListening, onHeard, onType, isEcho, transcribe }) {
    this.#onText = onText;
    this.#onHeard = onHeard;
    this.#onType = onType;
    this.#isEcho = isEcho;
    const listener = {
      onDraft: (/** @type {string} */ text) => this.#insert(text),
      onText: (/** @type {string} */ text) => this.#spoken(text),
      onProblem: (/** @type {string} */ reason, /** @type {unknown} */ error) =>
        this.#showHint(problemInWords(reason, error)),
      onUpload: (/** @type {boolean} */ isUploading) => this.#showUpload(isUploading),
      onChange: (/** @type {boolean} */ isListening) => {
        onListening(isListening);
        this.#showListening(isListening);
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
    this.#field.addEventListener('input', () => this.#typed());
    this.#field.addEventListener('keydown', (event) => this.#pressed(event));
    this.#listen.addEventListener('click', () => this.#toggleListening());
    this.#listen.hidden = !this.#recognizer.isAvailable;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#field.value.trim();
    if (text === '') return;
    this.stopListening();
    if (this.#objects(text)) return; // the text stays, to be shortened
    this.#write('');
    this.#onType(false);
    if (!this.#onText(text)) this.#write(text);
  }

  #toggleListening() {
    if (this.#recognizer.isListening) return this.#recognizer.finish();
    this.#anchor();
    this.#hideHint();
    try {
      this.#recognizer.listen();
    } catch (error) {
      this.#showHint(problemInWords(/** @type {Error} */ (error).name));
    }
  }

  /** From now on dictated words go to where the caret is. */
  #anchor() {
    const { value, selectionEnd } = this.#field;
    this.#around = { before: value.slice(0, selectionEnd), after: value.slice(selectionEnd) };
    this.#dictated = '';
    this.#isOwn = value.trim() !== '';
  }

  /** The utterance is complete. It is sent, unless it belongs to what the user is writing. @param {string} text */
  #spoken(text) {
    const isEcho = this.#isEcho(text);
    this.#insert(isEcho ? '' : text);
    if (this.#isOwn || isEcho) this.stopListening();
    else this.#submit();
  }

  /** Put the dictated words where the caret was. @param {string} words */
  #insert(words) {
    if (words !== '') this.#onHeard();
    const parts = [this.#around.before, this.#dictated, this.#around.after];
    if (this.#field.value !== parts.join('')) this.#anchor(); // changed while a take was understood
    const { before, after } = this.#around;
    const { text, caret } = inserted(before, words, after);
    this.#dictated = text.slice(before.length, caret);
    this.#around.after = text.slice(caret);
    this.#write(text);
    this.#field.setSelectionRange(caret, caret);
  }

  /** The user types. While dictating the dictated words keep their place, unless they are changed. */
  #typed() {
    this.#changed();
    const { value } = this.#field;
    this.#onType(value !== '');
    if (!this.#recognizer.isListening) return;
    const { before, after } = this.#around;
    const length = this.#dictated.length;
    const places = [before.length, value.length - after.length - length];
    const place = places.find((one) => one >= 0 && value.startsWith(this.#dictated, one));
    if (length === 0) return this.#anchor();
    this.#isOwn = true;
    if (place === undefined) return this.stopListening(); // they are a text of the user now
    this.#around = { before: value.slice(0, place), after: value.slice(place + length) };
  }

  /** @param {string} text */
  #write(text) {
    this.#field.value = text;
    this.#fit();
  }

  #changed() {
    this.#fit();
    const isObjecting = this.#field.ariaInvalid === 'true';
    if (isObjecting && !this.#objects(this.#field.value.trim())) this.#hideHint();
  }

  /** Say so if the server would not accept a text of this length. @param {string} text */
  #objects(text) {
    const objection = lengthObjection(text, MOST_TEXT_CHARS);
    this.#field.ariaInvalid = `${objection !== ''}`;
    if (objection) this.#showHint(objection);
    return objection !== '';
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
    setBusy(this.#listen, isUploading);
    this.#field.placeholder = t(isUploading ? 'voice.understanding' : 'composer.placeholder');
  }

  #hideHint() {
    this.#hint.textContent = t('composer.hint');
    delete this.#hint.dataset.important;
  }

  /** @param {string} hint */
  #showHint(hint) {
    this.#hint.textContent = hint;
    this.#hint.dataset.important = '';
  }
}
