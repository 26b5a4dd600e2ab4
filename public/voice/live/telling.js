/** Messages to GPT-Live: steps as thinking, answers and what is unasked as commentary. */

import { sentencesOf } from '../ear.js';
import { callOf, suffix } from '../machine.js';

/** @typedef {import('../machine.js').Work} Work */
/** @typedef {import('../machine.js').Spoken} Spoken */

const MOST_BYTES = 480; // of a piece; the vendor's limit is 500 tokens
const QUIET_MS = 2000; // without a fragment either way, before something unasked is said
const MOST_TOPIC = 120; // characters of a question that names what an answer is about
const UNREACHED = 'I cannot reach the brain right now.';

const bytesOf = (/** @type {string} */ text) => new TextEncoder().encode(text).length;

/** @param {Work} work @param {string} callId @param {any} reply @param {Spoken | null} message */
export function onReply(work, callId, reply, message) {
  const call = work.state.calls[callId];
  if (call) call.runId = reply.runId ?? null;
  if (message) return tell(work, message, call ? callId : null);
  if (!call?.isOpen) return;
  if (reply.state === 'done' || reply.message) call.isOpen = false; // there is nothing to say
  if (reply.state !== 'failed') return;
  call.isOpen = false;
  if (work.state.open && !call.isLost) append(work, 'commentary', `failed_${callId}`, callId, UNREACHED);
}

/** @param {Work} work @param {Spoken} message */
export function onMessage(work, message) {
  tell(work, message, callOf(work.state.calls, message));
}

/** @param {Work} work @param {Spoken} message @param {string | null} callId */
function tell(work, message, callId) {
  const { state } = work;
  const call = callId === null ? null : state.calls[callId];
  const isStep = message.kind === 'breadcrumb';
  if (call && message.done) call.isOpen = false;
  if (!message.words || (message.isSilent && !isStep)) return;
  if (call) state.ready.push({ ...message, delegation: callId });
  else state.queue.push({ ...message, delegation: null });
}

/** Hand over what may be said now. @param {Work} work */
export function tellNext(work) {
  const { state } = work;
  work.dropVoid();
  state.ready = state.ready.filter((/** @type {Spoken} */ one) => !work.isVoid(one));
  if (!state.open) return;
  for (const message of state.ready) handOver(work, message);
  state.ready = [];
  const quietMs = state.fragmentMs === null ? work.nowMs : state.fragmentMs + QUIET_MS;
  if (state.queue.length === 0 || !work.due(quietMs)) return;
  for (const message of state.queue) handOver(work, message);
  state.queue = [];
}

/** @param {Work} work @param {any} message */
function handOver(work, message) {
  const { state } = work;
  const call = message.delegation === null ? null : state.calls[message.delegation];
  const isStep = message.kind === 'breadcrumb';
  // An id is known only to the connection on which it was made.
  const id = call && !call.isLost ? message.delegation : null;
  const content = call && id === null ? about(call.text, message.words) : message.words;
  const name = `${message.seq}${suffix(message.tries)}`;
  const eventIds = append(work, isStep ? 'thinking' : 'commentary', name, id, content);
  if (isStep) return;
  const none = { inputMs: null, hasBegun: false };
  const told = { ...message, tries: message.tries + 1, eventIds, from: state.output.length };
  state.told.push({ ...told, ...none, atMs: work.nowMs });
}

/** @param {string} question @param {string} words */
function about(question, words) {
  const topic = question.length > MOST_TOPIC ? `${question.slice(0, MOST_TOPIC)}…` : question;
  return topic ? `About “${topic}”: ${words}` : words;
}

/**
 * @param {Work} work
 * @param {'thinking' | 'commentary'} kind
 * @param {string} name unique
 * @param {string | null} delegationId
 * @param {string} text
 * @returns {string[]} the ids of the events
 */
function append(work, kind, name, delegationId, text) {
  return piecesOf(text).map((content, place) => {
    const eventId = `brain_${name}${place ? `_${place + 1}` : ''}`;
    const type = `session.${kind}.append`;
    work.send({ type, event_id: eventId, delegation_id: delegationId, content });
    return eventId;
  });
}

/** @param {string} text @returns {string[]} of at most MOST_BYTES, at the ends of sentences */
function piecesOf(text) {
  if (bytesOf(text) <= MOST_BYTES) return [text];
  const pieces = [''];
  for (const part of sentencesOf(text).flatMap(partsOf)) {
    const longer = `${pieces[pieces.length - 1]} ${part}`.trim();
    if (bytesOf(longer) <= MOST_BYTES) pieces[pieces.length - 1] = longer;
    else pieces.push(part);
  }
  return pieces.filter((piece) => piece !== '');
}

/** @param {string} sentence @returns {string[]} of at most MOST_BYTES */
function partsOf(sentence) {
  const parts = [''];
  for (const character of sentence) {
    if (bytesOf(parts[parts.length - 1] + character) > MOST_BYTES) parts.push('');
    parts[parts.length - 1] += character;
  }
  return parts;
}

/** The connection is gone, and with it the delegations. @param {Work} work */
export function onClosed(work) {
  const { state } = work;
  for (const call of /** @type {any[]} */ (Object.values(state.calls))) call.isLost = true;
  for (const one of state.told) {
    if (one.hasBegun) work.heard(one.seq, 'cutOff', one.chars);
    else (one.delegation === null ? state.queue : state.ready).push(one);
  }
  Object.assign(state, { told: [], output: '', fragmentMs: null, wordsEndMs: 0 });
  Object.assign(state, { isPaused: false, saidMs: null });
  work.connect(null);
}
