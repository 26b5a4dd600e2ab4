/** Connections of a Gemini session: they end after about ten minutes and are resumed by a handle. */

import { charsSaid, match } from '../words.js';

/** @typedef {import('../machine.js').Work} Work */

const REFUSED = [1007, 1011]; // codes with which a handle is refused
const RETELL_MS = 15_000; // for the resumed session to say what it was given before
const WHOLE = 0.8; // of a message's words
const MOST_RESUMES = 3; // with a handle, in a row

/** @param {Work} work @param {any} update */
export function onHandle({ state }, { newHandle, resumable }) {
  // While it is not resumable, the handle before is the best there is.
  if (newHandle && resumable !== false) state.resumable = newHandle;
}

/** @param {Work} work */
export function onGoAway(work) {
  if (work.state.resumable) resume(work);
  else startAgain(work);
}

/** @param {Work} work @param {number | null} code */
export function onClosed(work, code) {
  const { state } = work;
  const isRefused = state.isResumed && REFUSED.includes(code ?? 0);
  if (!state.resumable || isRefused || state.resumes >= MOST_RESUMES) {
    if (state.isResumed) state.failed = 0; // the handle failed, not the network
    startAgain(work);
  } else {
    resume(work);
  }
}

/** @param {Work} work */
function resume(work) {
  const { state } = work;
  state.resumes += 1;
  const unheard = markHeard(work);
  const retellMs = work.nowMs + RETELL_MS;
  state.told = unheard.map((/** @type {any} */ told) => ({ ...told, retellMs, from: 0 }));
  Object.assign(state, { isReady: false, isResumed: true, ...BETWEEN });
  work.connect(state.resumable);
}

/** A new session, which knows nothing of the calls. @param {Work} work */
function startAgain(work) {
  const { state } = work;
  for (const call of /** @type {any[]} */ (Object.values(state.calls))) {
    if (call.state === 'open') call.state = 'lost';
  }
  const unheard = markHeard(work);
  const waiting = state.outputs.flatMap((/** @type {any} */ { message }) => message ?? []);
  const queue = [...unheard, ...waiting, ...state.queue];
  const none = { resumable: null, isResumed: false, resumes: 0, isReady: false };
  Object.assign(state, none, BETWEEN, { queue, outputs: [], told: [] });
  work.connect(null);
}

/**
 * What was being said has ended with the connection.
 * @param {Work} work
 * @returns {any[]} messages of which nothing was said
 */
function markHeard(work) {
  const { state } = work;
  const unheard = state.told.filter((/** @type {any} */ told) => {
    const said = state.output.slice(told.from);
    const { count, share } = match(told.words, said);
    if (count === 0) return true;
    if (share >= WHOLE) work.heard(told.seq, 'played');
    else work.heard(told.seq, 'cutOff', charsSaid(told.words, said));
    return false;
  });
  Object.assign(state, { told: [], output: '' });
  return unheard;
}

const BETWEEN = {
  isModelSpeaking: false,
  isInterrupted: false,
  userUntilMs: 0,
  turnMs: null,
  hasTurnWords: false,
  lateUntilMs: null,
};
