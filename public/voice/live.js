/**
 * The adapter of OpenAI GPT-Live: what to do on each event of the session, of the brain and of the
 * user. The vendor's model decides when it speaks; what it said is read from its transcript.
 */

import { begun, stepOf } from './machine.js';
import { askDue, onDelegation, onInput } from './live/asking.js';
import { judge, onOutput, onRefused } from './live/hearing.js';
import { onClosed, onMessage, onReply, tellNext } from './live/telling.js';

/** @typedef {import('./machine.js').Work} Work */

const CLOSING_MS = 2000; // for the vendor's last event, until we hang up without it
const SPEAKING_MS = 1500; // after a fragment of what the voice says
const AGAIN = ['connection_lost']; // of the reasons for an end: those after which we connect again

const OWN = {
  calls: {}, // by delegation id: when it is asked, and what
  words: '', // the user's, since the last question
  wordsEndMs: 0, // in the time of the session's audio
  aside: '', // what the voice said by itself since the last question
  fragmentMs: null, // when the last fragment came, either way
  output: '', // what the voice has said since the oldest message in `told`
  told: [], // messages that were handed over and are not known to be heard
  ready: [], // what goes out as soon as there is a connection
  saidMs: null, // when the voice last said something
  closingMs: null,
  isPaused: false,
};

/** @type {Record<string, (work: Work, event: any) => void>} */
const EVENTS = {
  'session.input_transcript.delta': onInput,
  'session.output_transcript.delta': onOutput,
  'session.delegation.created': onDelegation,
  'session.paused': ({ state }) => (state.isPaused = true),
  'session.resumed': ({ state }) => (state.isPaused = false),
  'session.closed': (work, { reason }) => {
    if (AGAIN.includes(reason) && work.state.closingMs === null) onClosed(work);
    else work.end(reason ?? 'closed');
  },
  error: onRefused,
};

/** @type {import('./machine.js').Adapter} */
const ADAPTER = {
  onEvent: (work, event) => Object.hasOwn(EVENTS, event.type) && EVENTS[event.type](work, event),
  onOpen(work) {
    if (work.state.muted) mute(work);
  },
  onClosed(work) {
    if (work.state.closingMs === null) onClosed(work);
    else work.end('user');
  },
  onReply,
  onMessage,
  onUser(work, act) {
    if (act === 'end') close(work);
    else if (work.state.open) mute(work);
  },
  settle(work) {
    if (work.due(work.state.closingMs)) return work.end('user');
    if (work.state.closingMs !== null) return;
    askDue(work);
    judge(work);
    tellNext(work);
  },
  look(work) {
    const { state } = work;
    if (state.muted) return 'muted';
    if (state.isPaused) return 'paused';
    if (state.saidMs !== null && !work.due(state.saidMs + SPEAKING_MS)) return 'speaking';
    const calls = /** @type {{isOpen: boolean}[]} */ (Object.values(state.calls));
    return calls.some(({ isOpen }) => isOpen) ? 'thinking' : 'listening';
  },
};

/** @param {Work} work */
function mute(work) {
  const { muted } = work.state;
  const type = muted ? 'session.input_audio.mute' : 'session.input_audio.unmute';
  work.send({ type, event_id: `sound_${(work.state.sounds = (work.state.sounds ?? 0) + 1)}` });
}

/** @param {Work} work */
function close(work) {
  if (!work.state.open) return work.end('user');
  if (work.state.closingMs !== null) return;
  work.send({ type: 'session.close', event_id: 'bye' });
  work.state.closingMs = work.nowMs + CLOSING_MS;
}

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
