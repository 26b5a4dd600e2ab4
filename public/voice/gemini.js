/**
 * The adapter of Gemini Live: what to do on each frame of the session, of the brain and of the user.
 * A call of askBrain stays open until the brain answers; the server finds the pause to speak.
 */

import { begun, stepOf } from './machine.js';
import { onCalls, onCancelled, onMessage, onReply, respond } from './gemini/calls.js';
import { flush, judge, onContent } from './gemini/turns.js';
import { onClosed, onGoAway, onHandle } from './gemini/wire.js';

/** @typedef {import('./machine.js').Work} Work */

const OWN = {
  isReady: false, // the session is set up: something may be sent
  isResumed: false, // the connection was made with a handle
  resumable: null, // the last handle
  resumes: 0, // connections with a handle that failed in a row
  calls: {}, // by call id
  outputs: [], // responses to calls that wait for a connection
  isModelSpeaking: false,
  isInterrupted: false, // by the user, in this turn
  userUntilMs: 0, // until when the user counts as speaking
  turnMs: null, // the last sign of the model's turn
  hasTurnWords: false, // a transcript of what the model says in this turn has come
  lateUntilMs: null, // until when the transcript of the last turn may come
  output: '', // what the model has said since the oldest message in `told`
  told: [], // messages that were handed over and are not known to be heard
};

/** @type {import('./machine.js').Adapter} */
const ADAPTER = {
  onEvent(work, frame) {
    work.state.isReady = true; // the server says nothing before the session is set up
    work.state.resumes = 0;
    if (frame.sessionResumptionUpdate) onHandle(work, frame.sessionResumptionUpdate);
    if (frame.serverContent) onContent(work, frame.serverContent);
    if (frame.toolCall) onCalls(work, frame.toolCall);
    if (frame.toolCallCancellation) onCancelled(work, frame.toolCallCancellation);
    if (frame.goAway) onGoAway(work);
  },
  onOpen: ({ state }) => (state.isReady = false),
  onClosed,
  onReply,
  onMessage,
  onUser(work, act) {
    if (act === 'end') work.end('user');
    if (act === 'mute') work.state.userUntilMs = 0;
  },
  settle(work) {
    respond(work);
    judge(work);
    flush(work);
  },
  look({ state }) {
    if (state.muted) return 'muted';
    if (state.isModelSpeaking && !state.isInterrupted) return 'speaking';
    const calls = /** @type {{state: string}[]} */ (Object.values(state.calls));
    return calls.some((call) => call.state === 'open') ? 'thinking' : 'listening';
  },
};

/** @param {{patienceS?: number, language?: string}} [options] */
export function begin(options) {
  return begun(options, OWN);
}

/**
 * @param {any} state
 * @param {import('./machine.js').Input} input
 * @param {number} nowMs
 */
export function step(state, input, nowMs) {
  return stepOf(ADAPTER, state, input, nowMs);
}
