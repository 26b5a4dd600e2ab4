/**
 * Decides what happens to what is being said when the user seems to speak: first it is lowered, then
 * cut, and it goes on if nothing came of it. A pure state machine, as the vendors' adapters.
 */

import { match } from './words.js';

const VOICE_MS = 500; // of voice within the window; coughs and clicks are shorter
const WINDOW_MS = 1500;
const CUT_MS = 1200; // of voice, even if no word was understood
const RESUME_MS = 2000; // without voice or words, after which it was no interruption
const ECHO = 0.6; // of the understood words are words that are being said
const STOP = new Set('stop stopp halt wait warte quiet ruhe enough genug pause'.split(' '));
const NODS = new Set('mhm hm hmm mm uh ah aha oh ok okay yes yeah ja jaja right genau'.split(' '));

/** @typedef {'lower' | 'cut' | 'resume' | 'stop'} Order `stop`: the user does not want the rest */

/** @typedef {{voiceMs: number[], state: string, lastMs: number, saying: string}} State */

/** @returns {State} */
export function begin() {
  return { voiceMs: [], state: 'quiet', lastMs: 0, saying: '' };
}

/**
 * @param {State} state
 * @param {{saying: string} | {isVoice: boolean, ms: number} | {words: string}} input what is being
 *   said ('' = nothing); a piece of sound of `ms`; or words that were understood
 * @param {number} nowMs
 * @returns {{state: State, order: Order | null}}
 */
export function step(state, input, nowMs) {
  if ('saying' in input) return { state: { ...begin(), saying: input.saying }, order: null };
  if (!state.saying) return { state, order: null };
  return 'words' in input ? understood(state, input.words, nowMs) : sounded(state, input, nowMs);
}

/** @param {State} state @param {string} text @param {number} nowMs */
function understood(state, text, nowMs) {
  const words = wordsOf(text);
  const spoken = wordsOf(state.saying);
  if (words.some((word) => STOP.has(word) && !spoken.includes(word))) {
    return { state: begin(), order: /** @type {Order} */ ('stop') };
  }
  if (words.every((word) => NODS.has(word)) || isEcho(text, state.saying)) {
    return { state, order: null };
  }
  const order = state.state === 'cut' ? null : /** @type {Order} */ ('cut');
  return { state: { ...state, state: 'cut', lastMs: nowMs }, order };
}

/** @param {State} state @param {{isVoice: boolean, ms: number}} piece @param {number} nowMs */
function sounded(state, { isVoice, ms }, nowMs) {
  const recent = state.voiceMs.filter((atMs) => nowMs - atMs < WINDOW_MS);
  const voiceMs = isVoice ? [...recent, nowMs] : recent;
  const lastMs = isVoice ? nowMs : state.lastMs;
  const spokenMs = voiceMs.length * ms;
  /** @param {string} name @param {Order} order */
  const become = (name, order) => ({ state: { ...state, voiceMs, lastMs, state: name }, order });
  if (state.state === 'quiet' && spokenMs >= VOICE_MS) return become('lower', 'lower');
  if (state.state === 'lower' && spokenMs >= CUT_MS) return become('cut', 'cut');
  if (state.state !== 'quiet' && nowMs - lastMs >= RESUME_MS) return become('quiet', 'resume');
  return { state: { ...state, voiceMs, lastMs }, order: null };
}

/**
 * True if the microphone has heard the loudspeaker.
 * @param {string} text
 * @param {string} saying
 */
export function isEcho(text, saying) {
  const { count, share } = match(text, saying);
  return count > 1 && share >= ECHO;
}

/** @param {string} text @returns {string[]} */
function wordsOf(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
