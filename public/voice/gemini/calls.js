/** Calls of askBrain in a Gemini session: asked once, left open, answered when the brain answers. */

import { callOf, listIn, objectIn } from '../machine.js';
import { onTold } from './turns.js';

/** @typedef {import('../machine.js').Work} Work */
/** @typedef {import('../machine.js').Spoken} Spoken */

const TOOL = 'askBrain';
const MOST_CHARS = 8000; // of a text; the server accepts no longer one
const MALFORMED = 'The arguments must be {"text": "what the user wants"}. Call askBrain again.';
const UNREACHED = 'The brain cannot be reached. Tell the user so in one sentence.';

/** @param {Work} work @param {any} toolCall */
export function onCalls(work, { functionCalls }) {
  const { calls } = work.state;
  for (const call of listIn(functionCalls)) {
    const { id, name = TOOL, args } = objectIn(call);
    if (name !== TOOL || typeof id !== 'string' || Object.hasOwn(calls, id)) continue;
    const text = typeof args?.text === 'string' ? args.text.trim().slice(0, MOST_CHARS) : '';
    calls[id] = { name, state: 'open', runId: null };
    if (text) work.ask(text, id);
    else finish(work, id, { error: MALFORMED }, null);
  }
}

/** The call gets no response: what the brain answers is told as a note. @param {Work} work @param {any} cancellation */
export function onCancelled({ state }, { ids }) {
  for (const id of listIn(ids)) {
    const call = Object.hasOwn(state.calls, id) ? state.calls[id] : null;
    if (call?.state === 'open') call.state = 'cancelled';
    const waiting = state.outputs.filter((/** @type {any} */ one) => one.id === id);
    state.outputs = state.outputs.filter((/** @type {any} */ one) => one.id !== id);
    for (const { message } of waiting) if (message) state.queue.push(message);
  }
}

/** @param {Work} work @param {string} callId @param {any} reply @param {Spoken | null} message */
export function onReply(work, callId, reply, message) {
  const call = work.state.calls[callId];
  if (call) call.runId = reply.runId ?? null;
  if (message) return tell(work, message, call ? callId : null);
  if (call?.state !== 'open') return;
  if (reply.state === 'failed') finish(work, callId, { error: UNREACHED }, null);
}

/** @param {Work} work @param {Spoken} message */
export function onMessage(work, message) {
  tell(work, message, callOf(work.state.calls, message));
}

/** @param {Work} work @param {Spoken} message @param {string | null} callId */
function tell(work, message, callId) {
  const isOpen = callId !== null && work.state.calls[callId].state === 'open';
  const isStep = message.kind === 'breadcrumb';
  if (isOpen && message.done) {
    const answer = message.words || 'There is nothing to say.'; // an empty one is asked again
    finish(work, callId, { answer }, message.words && !message.isSilent ? message : null);
  } else if (isOpen && message.words) {
    const scheduling = isStep || message.isSilent ? 'SILENT' : 'WHEN_IDLE';
    const response = { step: message.words };
    put(work, callId, { response, willContinue: true, scheduling }, isStep || message.isSilent ? null : message);
  } else if (message.words && !message.isSilent && !(isStep && callId !== null)) {
    work.state.queue.push(message);
  }
}

/**
 * @param {Work} work
 * @param {string} id
 * @param {object} response
 * @param {Spoken | null} message that is in it
 */
function finish(work, id, response, message) {
  work.state.calls[id].state = 'answered';
  put(work, id, { response, scheduling: message || 'error' in response ? 'WHEN_IDLE' : 'SILENT' }, message);
}

/** @param {Work} work @param {string} id @param {object} more @param {Spoken | null} message */
function put({ state }, id, more, message) {
  state.outputs.push({ id, message, form: { id, name: state.calls[id].name, ...more } });
}

/** Send the responses that wait. @param {Work} work */
export function respond(work) {
  const { state } = work;
  if (!state.open || !state.isReady) return;
  for (const { form, message } of state.outputs) {
    if (message && work.isVoid(message) && form.willContinue) continue;
    work.send({ toolResponse: { functionResponses: [form] } });
    if (message) onTold(work, message);
  }
  state.outputs = [];
}
