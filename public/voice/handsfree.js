/** Hands-free mode: a button, a light with words, and the choice of who listens and speaks. */

import { deviceStorage } from '../client/surroundings.js';
import { byId, setText } from '../page/dom.js';
import { optionalText, t } from '../page/texts.js';
import { BrowserTalk, isAvailable } from './browser.js';
import { Mouth } from './browser/mouth.js';
import { spokenLanguage } from './choices.js';
import { chime, prime } from './sound.js';
import { Attention } from './talk/attention.js';
import { Awake } from './talk/awake.js';

/** @typedef {import('../client/types.js').Brain} Brain */
/** @typedef {import('../client/types.js').Talk} Talk */
/** @typedef {import('../client/types.js').TalkState} TalkState */
/** @typedef {import('../client/types.js').VoiceVendor} VoiceVendor */

const PLACE = 'second-brain-vendor';
const BROWSER = 'browser'; // where there is no vendor
const VENDORS = /** @type {const} */ (['openai-live', 'openai-realtime', 'gemini-live']);

/** @typedef {import('./talk/attention.js').Why | 'hidden'} Why it has ended by itself */

/**
 * @typedef {object} Listener
 * @property {(text: string) => Promise<unknown>} onText sends what the browser has understood
 * @property {(isOn: boolean) => void} onChange
 */

export class HandsFree {
  #listener;
  #start = byId('hands-free');
  #bar = byId('hands-free-bar');
  #words = byId('hands-free-words');
  #vendors = /** @type {HTMLSelectElement} */ (byId('hands-free-vendor'));
  #mute = byId('hands-free-mute');
  #end = byId('hands-free-end');
  /** @type {Brain | null} */
  #brain = null;
  /** @type {Talk | null} */
  #talk = null;
  #isMuted = false;
  #attention = new Attention((why) => this.#off(why));
  #awake = new Awake();
  #mouth = new Mouth();
  /** @type {Why | null} */
  #why = null;
  /** @type {import('./sound.js').Sound | null} */
  #sound = null; // that has not yet said that a vendor listens
  #shownSeq = 0; // what came before a conversation is not read out in it

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
    this.#start.addEventListener('click', () => (this.#talk ? this.end() : this.#begin()));
    this.#mute.addEventListener('click', () => this.#turn(!this.#isMuted));
    this.#end.addEventListener('click', () => (this.#talk ? this.end() : this.#close()));
    this.#vendors.addEventListener('change', () => this.#choose());
    document.addEventListener('visibilitychange', () => document.hidden && this.#off('hidden'));
  }

  get isOn() {
    return this.#talk !== null;
  }

  /** Offer what this deployment has; without `features.voice` nothing. @param {Brain} brain */
  attend(brain) {
    this.leave();
    this.#brain = brain;
    brain.onMessage(({ seq }) => (this.#shownSeq = seq));
    const { voice } = brain.session.features ?? {};
    /** @type {string[]} */
    const offered = VENDORS.filter((vendor) => voice?.[vendor] === true);
    if (voice && offered.length === 0 && isAvailable()) offered.push(BROWSER);
    const options = offered.map((name) => new Option(t(/** @type {any} */ (`voice.talk.${name}`)), name));
    this.#vendors.replaceChildren(...options);
    const last = deviceStorage.getItem(PLACE);
    if (last && offered.includes(last)) this.#vendors.value = last;
    this.#vendors.hidden = offered.length < 2;
    this.#start.hidden = offered.length === 0;
    // Loaded before the press: what a press allows does not last long.
    if (offered.length > 0) import('./talk.js').catch(() => {}); // the press tries again
  }

  /** The session has ended. */
  leave() {
    this.end();
    this.#close();
    this.#start.hidden = true;
    this.#brain = null;
  }

  end() {
    this.#talk?.end();
  }

  /** It ends by itself, and says why. @param {Why} why */
  #off(why) {
    if (!this.#talk) return;
    this.#why = why;
    this.#talk.end();
  }

  #begin() {
    const brain = this.#brain;
    if (!brain) return;
    this.#isMuted = false;
    this.#why = null;
    this.#listener.onChange(true);
    const talk = this.#talkOf(brain);
    this.#talk = talk;
    void this.#awake.hold();
    this.#start.ariaPressed = 'true';
    this.#bar.hidden = false;
    this.#mute.hidden = false;
    talk.onSpeech((words, isWhole) => this.#talk === talk && this.#attention.hear(words, isWhole));
    talk.onState((state, problem) => this.#talk === talk && this.#show(state, problem));
  }

  /** @param {Brain} brain @returns {Talk} */
  #talkOf(brain) {
    const vendor = this.#vendors.value;
    const { onText } = this.#listener;
    if (vendor === BROWSER) return new BrowserTalk(brain, this.#shownSeq, { onText, sign: t('voice.talk.begun') });
    const language = spokenLanguage();
    this.#sound = prime();
    return brain.talk({ vendor: /** @type {VoiceVendor} */ (vendor), language, sound: this.#sound });
  }

  /** Another vendor goes on at once: the choice is a press too. */
  #choose() {
    deviceStorage.setItem(PLACE, this.#vendors.value);
    if (!this.#talk) return;
    const before = this.#talk;
    this.#talk = null;
    before.end();
    this.#begin();
  }

  /** @param {boolean} isMuted */
  #turn(isMuted) {
    this.#isMuted = isMuted;
    if (isMuted) this.#talk?.mute();
    else this.#talk?.unmute();
    this.#showMute();
  }

  #showMute() {
    this.#mute.ariaPressed = `${this.#isMuted}`;
  }

  /** @param {TalkState} state @param {(Error & {code?: string}) | null} problem */
  #show(state, problem) {
    this.#bar.dataset.state = problem ? 'problem' : state;
    this.#attention.show(state);
    if (state === 'listening' && this.#sound) this.#sound = chime(this.#sound);
    const code = problem?.code ?? 'voice-failed';
    const reason = problem && (optionalText(`voice.talk.${code}`) ?? optionalText(`voice.${code}`));
    setText(this.#words, problem ? (reason ?? t('voice.talk.voice-failed')) : t(`voice.talk.${state}`));
    this.#showMute();
    if (state === 'ended') this.#over(problem !== null);
  }

  /** @param {boolean} isFault its words stay until they are closed */
  #over(isFault) {
    const hadFocus = this.#bar.contains(document.activeElement);
    const why = isFault ? null : this.#why;
    this.#talk = this.#sound = null;
    this.#attention.end();
    this.#awake.release();
    this.#start.ariaPressed = 'false';
    this.#mute.hidden = true;
    if (why) setText(this.#words, t(`voice.talk.${why}`));
    if (isFault || why) setText(this.#end, t('voice.talk.close'));
    else this.#close();
    if (hadFocus) this.#start.focus();
    this.#listener.onChange(false);
    if (why) this.#mouth.speak(t('voice.talk.over'), () => {}); // the user may not look at the page
  }

  #close() {
    const hadFocus = this.#bar.contains(document.activeElement);
    this.#bar.hidden = true;
    setText(this.#end, t('voice.talk.end'));
    if (hadFocus) this.#start.focus();
  }
}
