/** Calls of askBrain in a Realtime session: asked once, answered by an output and a response. */

import { callOf } from '../machine.js';

/** @typedef {import('../machine.js').Work} Work */
/** @typedef {import('../machine.js').Spoken} Spoken */

const TOOL = 'askBrain';
const MOST_CHARS = 8000; // of a text; the server accepts no longer one
const LATER = 'The answer comes later by itself. Say nothing about this.';
const MALFORMED = 'The arguments must be {"text": "what the user wants"}. Call askBrain again.';
const UNREACHED = 'The brain cannot be reached. Tell the user so in one sentence.';

/** @param {Work} work @param {any} call `arguments` is JSON */
export function onCall(work, call) {
  const { call_id: callId, name = TOOL, status = 'completed' } = call;
  const { calls } = work.state;
  if (name !== TOOL || status !== 'completed' || typeof callId !== 'string') return;
  if (Object.hasOwn(calls, callId)) return; // it is told in several events
  const text = textOf(call.arguments);
  calls[callId] = { isOpen: text !== '', isPromised: false, runId: null };
  if (text) return work.ask(text, callId);
  put(work, callId, { status: 'error', note: MALFORMED });
  createFor(work, callId);
}

/** @param {Work} work @param {string} callId @param {any} reply @param {Spoken | null} message */
export function onReply(work, callId, reply, message) {
  const call = work.state.calls[callId];
  if (call) call.runId = reply.runId ?? null;
  if (message) return tell(work, message, callId);
  if (!call?.isOpen || call.isPromised) return;
  if (reply.state === 'failed') {
    call.isOpen = false;
    put(work, callId, { status: 'error', note: UNREACHED });
    return createFor(work, callId);
  }
  call.isPromised = true; // an answer comes later, or there is nothing to say
  if (reply.state === 'done' || reply.message) call.isOpen = false;
  put(work, callId, { status: 'working', note: LATER });
}

/** @param {Work} work @param {Spoken} message */
export function onMessage(work, message) {
  if (message.isSilent && !callOf(work.state.calls, message)) return;
  tell(work, message, message.done ? callOf(work.state.calls, message) : null);
}

/**
 * @param {Work} work
 * @param {Spoken} message
 * @param {string | null} callId the call that it answers
 */
function tell(work, message, callId) {
  const call = callId === null ? null : work.state.calls[callId];
  const isFirst = call?.isOpen && !call.isPromised && !call.isLost;
  if (call) call.isOpen = false;
  if (isFirst && callId !== null) {
    call.isPromised = true;
    put(work, callId, { status: 'answer', say: message.words });
  }
  if (!message.words || message.isSilent) return;
  work.state.queue.push({ ...message, needsItem: !isFirst });
}

/** @param {Work} work @param {string} callId @param {object} output */
function put(work, callId, output) {
  if (!work.state.open || work.state.calls[callId].isLost) return; // the call is gone
  const item = { type: 'function_call_output', call_id: callId, output: JSON.stringify(output) };
  work.send({ type: 'conversation.item.create', item });
}

/** Have the model speak on the call's output. @param {Work} work @param {string} callId */
function createFor(work, callId) {
  const { calls, queue } = work.state;
  const none = { id: '', kind: 'output', words: '', runId: null, expiresAt: null };
  const first = { tries: 0, faults: 0, needsItem: false };
  if (!calls[callId].isLost) queue.push({ ...none, ...first, seq: null, callId });
}

/** @param {unknown} json @returns {string} '' if it has none */
function textOf(json) {
  try {
    const { text } = JSON.parse(/** @type {string} */ (json));
    return typeof text === 'string' ? text.trim().slice(0, MOST_CHARS) : '';
  } catch {
    return '';
  }
}
