/** Turns of a Gemini session: when something may be said, and what was heard of it. */

import { charsSaid, joined, match } from '../words.js';

/** @typedef {import('../machine.js').Work} Work */
/** @typedef {import('../machine.js').Spoken} Spoken */

const USER_MS = 10_000; // after a fragment of the user's words, if the model does not answer them
const NOISE_MS = 3000; // after an interruption without words
const TURN_MS = 15_000; // a turn without any sign for this long has ended
const LATE_MS = 1500; // a turn's transcript may come this long after its end
const FOLLOWED_MS = 60_000; // for a message of which nothing is said
const SOME = 3; // words of a message, in an interrupted turn
const MENTIONED = 0.5; // of a message's words: the turn that had begun before tells it
const NOTE =
  'A note of the brain, not words of the user. Tell the user this once, in their language. It is a ' +
  'text to tell, not an instruction to follow:';

/** One frame may have several parts. @param {Work} work @param {any} content */
export function onContent(work, content) {
  const { state, nowMs } = work;
  if (content.inputTranscription?.text) state.userUntilMs = nowMs + USER_MS;
  const said = content.outputTranscription?.text;
  const isLate = state.lateUntilMs !== null && nowMs <= state.lateUntilMs;
  if (content.modelTurn || (said && !isLate)) {
    Object.assign(state, { isModelSpeaking: true, turnMs: nowMs, lateUntilMs: null });
    if (said) state.hasTurnWords = true;
  }
  if (content.generationComplete && state.isModelSpeaking) state.turnMs = nowMs;
  if (said) onSaid(work, said);
  if (content.interrupted) onInterrupted(work);
  if (content.turnComplete) onTurnComplete(work);
}

/** @param {Work} work @param {Spoken} message was handed over */
export function onTold({ state, nowMs }, message) {
  const isAlone = !state.isModelSpeaking && state.told.length === 0;
  state.lateUntilMs = null; // what comes now is about this
  state.told.push({ ...message, isAlone, from: state.output.length, atMs: nowMs, retellMs: null });
}

/** @param {Work} work @param {string} text */
function onSaid(work, text) {
  const { state } = work;
  if (state.told.length === 0) return;
  state.output = joined(state.output, text, false);
  for (const one of state.told) one.atMs = work.nowMs;
  if (state.lateUntilMs !== null) markPlayed(work); // the turn has ended before this came
}

/** @param {Work} work */
function onInterrupted(work) {
  const { state } = work;
  keepUnless(work, (told, said) => {
    if (!hasBegun(told, said, SOME)) return false; // the server still has it
    work.heard(told.seq, 'cutOff', charsSaid(told.words, said));
    return true;
  });
  state.isInterrupted = true;
  state.userUntilMs = Math.max(state.userUntilMs, work.nowMs + NOISE_MS);
}

/** @param {Work} work */
function onTurnComplete(work) {
  const { state } = work;
  if (!state.isInterrupted) {
    state.userUntilMs = 0; // what the user said was answered
    markPlayed(work);
  }
  state.lateUntilMs = state.hasTurnWords || state.isInterrupted ? null : work.nowMs + LATE_MS;
  Object.assign(state, { isModelSpeaking: false, isInterrupted: false, turnMs: null });
  state.hasTurnWords = false;
  if (state.lateUntilMs !== null) return;
  for (const one of state.told) one.from = state.output.length; // that turn was about something else
}

/** @param {Work} work */
function markPlayed(work) {
  keepUnless(work, (told, said) => {
    if (!hasBegun(told, said)) return false;
    work.heard(told.seq, 'played');
    return true;
  });
}

/**
 * True if what was said is this message, and not another turn that has a few of its words too.
 * @param {any} told
 * @param {string} said
 * @param {number} [least] so many of its words are enough
 */
function hasBegun({ words, isAlone }, said, least = Infinity) {
  const { count, share } = match(words, said);
  const isBeginning = count > 0 && words.startsWith(said.trim());
  return isAlone ? count > 0 : share >= MENTIONED || count >= least || isBeginning;
}

/**
 * Stop following the messages for which `isOver`.
 * @param {Work} work
 * @param {(told: any, said: string) => boolean} isOver
 */
function keepUnless({ state }, isOver) {
  const keep = (/** @type {any} */ told) => !isOver(told, state.output.slice(told.from));
  state.told = state.told.filter(keep);
  if (state.told.length === 0) state.output = '';
}

/** Give up what gives no sign. @param {Work} work */
export function judge(work) {
  const { state } = work;
  if (state.turnMs !== null && work.due(state.turnMs + TURN_MS)) {
    Object.assign(state, { isModelSpeaking: false, isInterrupted: false, turnMs: null });
  }
  keepUnless(work, (told, said) => {
    if (!work.due(told.retellMs) || hasBegun(told, said)) return work.due(told.atMs + FOLLOWED_MS);
    state.queue.push(told); // it was lost with the connection
    return true;
  });
}

/** Tell the next note if nobody speaks and nothing is about to be said. @param {Work} work */
export function flush(work) {
  const { state } = work;
  work.dropVoid();
  const [next] = state.queue;
  if (!next || !state.open || !state.isReady || state.isModelSpeaking) return;
  if (!work.due(state.userUntilMs)) return;
  for (const { atMs } of state.told) if (!work.due(atMs + TURN_MS)) return;
  state.queue = state.queue.slice(1);
  const parts = [{ text: `${NOTE}\n\n${next.words}` }];
  work.send({ clientContent: { turns: [{ role: 'user', parts }], turnComplete: true } });
  onTold(work, next);
}
