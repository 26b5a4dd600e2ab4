/** What was heard of each message in a Realtime session. */

import { listIn } from '../machine.js';

/** @typedef {import('../machine.js').Work} Work */

const CHARS_PER_S = 15; // of speech, for a text that was cut off
const JUDGE_MS = 1500; // after an interruption, until its length must have been told
const SILENT_MS = 10_000; // after a whole response, until its sound must have begun
const MOST_FAULTS = 3; // of a message whose response fails
const PAUSE_MS = 2000; // after a response that failed

/** @param {Work} work @param {string} responseId @param {any} message */
export function onTold({ state }, responseId, message) {
  const none = { itemId: null, transcript: '', startedMs: null, judgeMs: null };
  state.telling[responseId] = { message, ...none };
}

/** A response has ended; its sound may go on. @param {Work} work @param {any} response */
export function finish(work, { id, status, output }) {
  const told = work.state.telling[id];
  if (!told) return;
  told.itemId ??= listIn(output).find((item) => item?.type === 'message')?.id ?? null;
  if (told.startedMs !== null) {
    if (status === 'cancelled') told.judgeMs = work.nowMs + JUDGE_MS;
  } else if (status === 'failed' && told.message.faults < MOST_FAULTS) {
    told.message.faults += 1;
    delete work.state.telling[id];
    work.state.queue.unshift(told.message);
    work.state.holdMs = work.nowMs + PAUSE_MS;
  } else {
    told.judgeMs = work.nowMs + (status === 'completed' ? SILENT_MS : JUDGE_MS);
  }
}

/** @param {Work} work @param {any} event the sound of a response begins or ends */
export function onAudio(work, { type, response_id: named }) {
  const { state } = work;
  const id = named ?? '';
  const told = state.telling[id];
  const isStart = type.endsWith('started');
  if (isStart) state.playing = id;
  else if (state.playing === id) state.playing = null;
  if (!told) return;
  if (isStart) {
    told.startedMs = work.nowMs;
    told.judgeMs = null;
  } else if (type.endsWith('cleared')) {
    told.judgeMs = work.nowMs + JUDGE_MS; // how much was heard is told by another event
  } else {
    mark(work, id, 'played');
  }
}

/** @param {Work} work @param {any} event that names a response and its item */
export function onTranscript({ state }, event) {
  const told = state.telling[event.response_id];
  if (!told) return;
  if (!event.item || event.item.type === 'message') told.itemId = event.item_id ?? event.item?.id ?? null;
  if (typeof event.delta === 'string') told.transcript += event.delta;
  if (typeof event.transcript === 'string') told.transcript = event.transcript;
}

/** @param {Work} work @param {any} event the user interrupted an item */
export function onTruncated(work, { item_id: itemId, audio_end_ms: endMs = 0 }) {
  const all = /** @type {[string, any][]} */ (Object.entries(work.state.telling));
  const found =
    all.find(([, told]) => told.itemId === itemId) ??
    all.find(([id, told]) => told.itemId === null && isHeard(work, id));
  if (found) mark(work, found[0], 'cutOff', endMs);
}

/** @param {Work} work @param {string} id */
function isHeard({ state }, id) {
  const { startedMs, judgeMs } = state.telling[id];
  return startedMs !== null && (state.playing === id || judgeMs !== null);
}

/** Judge what nobody told how it ended. @param {Work} work */
export function judge(work) {
  for (const [id, told] of /** @type {[string, any][]} */ (Object.entries(work.state.telling))) {
    if (!work.due(told.judgeMs)) continue;
    if (told.startedMs === null) mark(work, id, 'unspoken');
    else mark(work, id, 'cutOff', told.judgeMs - JUDGE_MS - told.startedMs);
  }
}

/** The connection is gone. @param {Work} work */
export function onClosed(work) {
  const { state } = work;
  const unheard = [];
  for (const [id, told] of /** @type {[string, any][]} */ (Object.entries(state.telling))) {
    if (told.startedMs === null) unheard.push(told.message);
    else mark(work, id, 'cutOff', work.nowMs - told.startedMs);
  }
  if (state.creating) unheard.push(state.creating.message);
  const messages = [...unheard, ...state.queue].filter(({ seq }) => seq !== null);
  for (const call of /** @type {any[]} */ (Object.values(state.calls))) call.isLost = true;
  const none = { telling: {}, active: [], creating: null, holdMs: null, playing: null };
  const queue = messages.map((message) => ({ ...message, needsItem: true }));
  Object.assign(state, none, { queue, hasUserSpeaking: false });
  work.connect(null);
}

/** @param {Work} work @param {string} id @param {string} how @param {number} [ms] of sound */
function mark(work, id, how, ms = 0) {
  const { message, transcript } = work.state.telling[id];
  const said = Math.min(transcript.length, Math.round((ms / 1000) * CHARS_PER_S));
  delete work.state.telling[id];
  work.heard(message.seq, how, how === 'cutOff' ? said : undefined);
}
