/**
 * The adapter of OpenAI Realtime: what to do on each event of the session, of the brain and of the
 * user. One response at a time; each message of the brain gets a response of its own.
 */

import { begun, stepOf } from './machine.js';
import { onCall, onMessage, onReply } from './realtime/calls.js';
import { createNext, onDone, onRefused, onStarted } from './realtime/responses.js';
import { judge, onAudio, onClosed, onTranscript, onTruncated } from './realtime/telling.js';

/** @typedef {import('./machine.js').Work} Work */

const OWN = {
  calls: {}, // by call id: what was asked, and whether it was answered
  active: [], // ids of responses that are being made
  creating: null, // our create that has no response yet
  holdMs: null, // until when a refused create waits; the end of a response ends it too
  hasUserSpeaking: false,
  telling: {}, // by response id: the message that it tells
  playing: null, // id of the response that is heard now
};

/** @type {Record<string, (work: Work, event: any) => void>} */
const EVENTS = {
  'input_audio_buffer.speech_started': ({ state }) => (state.hasUserSpeaking = true),
  'input_audio_buffer.speech_stopped': ({ state }) => (state.hasUserSpeaking = false),
  'input_audio_buffer.cleared': ({ state }) => (state.hasUserSpeaking = false),
  'response.created': onStarted,
  'response.done': onDone,
  'response.function_call_arguments.done': onCall,
  'response.output_item.added': onTranscript,
  'response.output_item.done': (work, event) => {
    if (event.item?.type === 'function_call') onCall(work, event.item);
    else onTranscript(work, event);
  },
  'response.output_audio_transcript.delta': onTranscript,
  'response.output_audio_transcript.done': onTranscript,
  'output_audio_buffer.started': onAudio,
  'output_audio_buffer.stopped': onAudio,
  'output_audio_buffer.cleared': onAudio,
  'conversation.item.truncated': onTruncated,
  error: onRefused,
};

/** @type {import('./machine.js').Adapter} */
const ADAPTER = {
  onEvent: (work, event) => Object.hasOwn(EVENTS, event.type) && EVENTS[event.type](work, event),
  onOpen: () => {},
  onClosed,
  onReply,
  onMessage,
  onUser(work, act) {
    if (act === 'end') work.end('user');
    if (act === 'mute') work.state.hasUserSpeaking = false; // a muted microphone does not hear them end
  },
  settle(work) {
    judge(work);
    createNext(work);
  },
  look({ state }) {
    if (state.muted) return 'muted';
    if (state.playing !== null && !state.hasUserSpeaking) return 'speaking';
    const calls = /** @type {{isOpen: boolean}[]} */ (Object.values(state.calls));
    return calls.some(({ isOpen }) => isOpen) ? 'thinking' : 'listening';
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
