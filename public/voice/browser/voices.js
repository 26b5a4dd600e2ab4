/** The browser's voices, which are there only some time after the page, and how an utterance uses them. */

import { rate, spokenLanguage, voiceName } from '../choices.js';
import { languageOf, tagOf, voicesFor } from './language.js';

const LOADING_MS = 1000; // some browsers never say that they have none
const PITCHES = [1, 0.7, 1.35, 0.85]; // where there are fewer voices than speakers

let isLoaded = false;

/** @returns {SpeechSynthesisVoice[]} */
export function allVoices() {
  return globalThis.speechSynthesis?.getVoices?.() ?? [];
}

/** Call `act` once the list of voices has been loaded: at once if it has. @param {() => void} act */
export function whenLoaded(act) {
  const synthesis = globalThis.speechSynthesis;
  isLoaded ||= !synthesis?.getVoices || !synthesis.addEventListener || allVoices().length > 0;
  if (isLoaded) return act();
  const done = () => {
    clearTimeout(timer);
    synthesis.removeEventListener?.('voiceschanged', done);
    isLoaded = true;
    act();
  };
  const timer = setTimeout(done, LOADING_MS);
  synthesis.addEventListener('voiceschanged', done);
}

/**
 * Give an utterance its language, voice and rate.
 * @param {SpeechSynthesisUtterance} utterance
 * @param {string} whole the text that it belongs to
 * @param {number | null} place of the speaker, in the order of speaking, if several speak
 * @returns {string | null} the language, if the browser has voices but none for it
 */
export function dress(utterance, whole, place = null) {
  const spoken = spokenLanguage();
  const tag = languageOf(utterance.text, whole, spoken, navigator.languages);
  const voices = allVoices();
  const fitting = voicesFor(voices, tag, place === null ? voiceName() : '');
  const voice = fitting[(place ?? 0) % (fitting.length || 1)];
  utterance.lang = voice && place === null ? tagOf(voice.lang) : tag;
  utterance.rate = rate();
  if (voice) utterance.voice = voice;
  if (place !== null && place >= fitting.length) utterance.pitch = PITCHES[place % PITCHES.length];
  return voices.length > 0 && !voice ? tag : null;
}
