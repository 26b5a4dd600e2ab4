/** Reads messages aloud if the user has turned that on, and reports what was heard. */

import { byId, setText } from '../page/dom.js';
import { locale, t } from '../page/texts.js';
import { ServedVoice } from './audio/served.js';
import { Mouth } from './browser/mouth.js';
import { keep, kept } from './choices.js';
import { sentencesOf } from './sentences.js';

/** @typedef {import('../client/types.js').Brain} Brain */
/** @typedef {import('../client/types.js').Message} Message */
/** @typedef {import('./browser/turn.js').Busy} Busy */

const PLACE = 'speak';
const MOST_UNHEARD = 5; // messages that a press can make up for

export class Voice {
  #browser;
  #server;
  /** @type {Mouth | ServedVoice} */
  #mouth;
  #button;
  #notice = byId('voice-notice');
  #words = byId('voice-words');
  #hear = byId('hear');
  #isShown;
  #onSentence;
  #isOn = false;
  #isPaused = false;
  /** @type {Busy} */
  #busy = null;
  #isHearing = false; // what gave no sound is said again
  #shownSeq = 0;
  #fromSeq = 0; // messages up to here are not read aloud: they were shown before the voice was on
  /** @type {Brain | null} */
  #brain = null;
  #unsubscribe = () => {};
  /** @type {Message[]} */
  #unheard = [];

  /**
   * @param {HTMLElement} button
   * @param {(seq: number) => boolean} isShown whether the user has seen the whole message
   * @param {import('./audio/served.js').Follow} follow reads events of the server
   * @param {(sentence: string) => void} onSentence called when a sentence begins and when it ends
   */
  constructor(button, isShown, follow, onSentence) {
    this.#button = button;
    this.#isShown = isShown;
    this.#onSentence = onSentence;
    this.#mouth = this.#browser = new Mouth({ onSentence });
    this.#server = new ServedVoice(follow);
    this.#browser.onMute = () => this.#show();
    button.hidden = !this.#mouth.isAvailable;
    button.addEventListener('click', () => {
      if (!this.#isOn) this.#mouth.prime();
      this.#turn(!this.#isOn);
      keep(PLACE, this.#isOn ? 'on' : 'off');
    });
    this.#hear.addEventListener('click', () => this.#hearAgain());
    this.#turn(kept(PLACE) === 'on');
  }

  /** @param {Brain} brain */
  attend(brain) {
    this.#brain = brain;
    this.#turn(this.#isOn);
  }

  /** @param {number} seq of a shown entry */
  note(seq) {
    this.#shownSeq = seq;
  }

  get isOn() {
    return this.#isOn;
  }

  /** Whether this browser can speak by itself. */
  get speaks() {
    return this.#browser.isAvailable;
  }

  /** @param {'browser' | 'server'} who speaks from now on */
  speakBy(who) {
    this.stop();
    this.#mouth = who === 'server' ? this.#server : this.#browser;
    this.#button.hidden = !this.#mouth.isAvailable;
    this.#turn(kept(PLACE) === 'on' || this.#isOn);
  }

  /**
   * What the user does now, in any tab. An open ear would hear the voice, so that falls silent; while
   * the user types, only the next message waits.
   * @param {Busy} busy
   */
  hold(busy) {
    this.#busy = busy;
    this.#listen();
    if (busy === 'ear') this.stop();
  }

  /** The user presses something that sends or dictates: sound that is wanted later is allowed now. */
  press() {
    if (this.#isOn && !this.#isPaused) this.#mouth.prime();
  }

  /** The user presses the microphone. Whether the voice is needed shows only later. */
  prime() {
    if (!this.#isPaused && kept(PLACE) !== 'off') this.#mouth.prime();
  }

  /** The user was heard dictating: answer aloud, unless the user has turned that off. */
  beginTalk() {
    if (kept(PLACE) !== 'off' && !this.#isOn && !this.#isPaused) this.#turn(true);
  }

  /** Somebody else speaks meanwhile. @param {boolean} isPaused */
  pause(isPaused) {
    this.#isPaused = isPaused;
    this.#turn(this.#isOn);
  }

  stop() {
    this.#mouth.stop();
  }

  /** @param {boolean} isOn */
  #turn(isOn) {
    this.#isOn = isOn && this.#mouth.isAvailable;
    this.#button.ariaPressed = `${this.#isOn}`;
    this.#fromSeq = this.#shownSeq;
    this.#unheard = [];
    this.#listen();
    if (!this.#isOn || this.#isPaused) this.stop();
    this.#show();
  }

  /** Ask for what is to be spoken, while it may be: at other times another tab can, or it waits. */
  #listen() {
    this.#unsubscribe(); // first: the next message must not begin
    this.#unsubscribe = () => {};
    if (!this.#brain || !this.#isOn || this.#isPaused || this.#busy || this.#isHearing) return;
    this.#unsubscribe = this.#brain.onSpeak((message, done) => {
      if (message.seq <= this.#fromSeq) return done(this.#isShown(message.seq) ? 'shown' : 'unspoken');
      this.#say(message, (how, chars) => {
        const isMute = how === 'unspoken' && this.#mouth.isMute;
        if (isMute) this.#unheard = [...this.#unheard, message].slice(-MOST_UNHEARD);
        // What was seen is known, whether or not it was read out to its end.
        if (how !== 'played' && this.#isShown(message.seq)) done('shown');
        else done(isMute ? 'mute' : how, chars);
        this.#show();
      });
      this.#show();
    });
  }

  /** @param {Message} message @param {import('./browser/mouth.js').Done} done */
  #say(message, done) {
    const speech = message.speech ?? message.text;
    // The browser's voice tells each sentence itself; of the server's it is not known which one it is.
    const note = () => this.#mouth === this.#server && sentencesOf(speech).forEach(this.#onSentence);
    note();
    this.#mouth.speak(speech, (how, chars) => (note(), done(how, chars)), message.seq);
  }

  /** Say what gave no sound, within the press that may allow it. */
  #hearAgain() {
    this.#isHearing = true;
    this.#listen();
    this.stop();
    const waiting = this.#unheard.splice(0);
    if (waiting.length === 0) this.#mouth.isMute = false; // the next message shows whether it is
    const next = () => {
      const message = waiting.shift();
      if (!message || !this.#isOn || this.#busy === 'ear') return this.#heardAgain(message, waiting);
      this.#say(message, (how, chars) => {
        if (how === 'unspoken') return this.#heardAgain(message, waiting);
        this.#brain?.heard(message.seq, how, chars).catch(() => {}); // it counts as not heard
        next();
      });
    };
    next();
  }

  /** @param {Message | undefined} message that was not said @param {Message[]} waiting after it */
  #heardAgain(message, waiting) {
    this.#unheard = [...(message ? [message] : []), ...waiting, ...this.#unheard];
    this.#isHearing = false;
    this.#listen();
    this.#show();
  }

  /** Say in words why nothing is heard. */
  #show() {
    const { isMute, lacking } = this.#mouth;
    const language = lacking && new Intl.DisplayNames([locale], { type: 'language' }).of(lacking);
    const isSilent = this.#isOn && !this.#isPaused && (isMute || !!lacking);
    this.#notice.hidden = !isSilent;
    this.#hear.hidden = !isMute;
    if (isSilent) setText(this.#words, language && !isMute ? t('voice.lacking', { language }) : t('voice.mute'));
    this.#button.toggleAttribute('data-silent', isSilent);
  }
}
