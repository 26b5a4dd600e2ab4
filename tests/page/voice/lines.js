/** Lines of event logs, in few words: events of the vendors, and of the brain. */

export const vendor = (t, ev) => ({ t, dir: 'vendor>page', ev });
export const closed = (t, code = null) => vendor(t, { closed: code });
export const opened = (t) => ({ t, dir: 'wire', ev: { open: true } });
export const user = (t, act) => ({ t, dir: 'user>page', ev: { act } });
export const entry = (t, message) => ({ t, dir: 'brain>page', ev: { message } });
export const sent = (t, ev) => ({ t, dir: 'page>vendor', ev });
export const asked = (t, text, callId) => ({ t, dir: 'page>brain', ev: { text, callId } });

/** The reply of askBrain; `message` null: it comes later. */
export function replied(t, callId, message, more = {}) {
  const state = message ? 'done' : 'running';
  const reply = { runId: message?.runId ?? `run-${callId}`, seq: 1, state, ...more };
  return { t, dir: 'brain>page', ev: { http: 200, callId, message, ...reply } };
}

export function heard(t, seq, how, chars) {
  const ev = { type: 'heard', seq, how };
  return { t, dir: 'page>brain', ev: chars === undefined ? ev : { ...ev, chars } };
}

/** A message of the brain; an answer to the call if one is given. */
export function message(seq, text, more = {}) {
  const { callId = null } = more;
  const form = { id: `m${seq}`, seq, role: 'brain', kind: 'say', text, doneAfterThis: true };
  const rest = { speak: 'now', expiresAt: null, supersedes: null, answersSeq: 1 };
  const runId = callId ? `run-${callId}` : `run-of-${seq}`;
  return { ...form, ...rest, runId, callId, createdAt: '2026-01-01T00:00:00Z', ...more };
}

export const step = (seq, text, callId, more = {}) =>
  message(seq, text, { kind: 'breadcrumb', doneAfterThis: false, speak: 'whenIdle', callId, ...more });

export const news = (seq, text, more = {}) =>
  message(seq, text, { kind: 'notification', doneAfterThis: false, speak: 'whenIdle', ...more });

/** What the user took back: an entry of its own, or another text in its place. */
export const withdrawal = (seq, ...withdraws) => ({
  ...{ id: `m${seq}`, seq, role: 'user', kind: 'withdrawal', text: '', messageId: 'w', withdraws },
  createdAt: '2026-01-01T00:00:00Z',
});

/** OpenAI Realtime */
export const rt = {
  call: (t, callId, args, more = {}) => {
    const json = typeof args === 'string' ? args : JSON.stringify(args);
    const event = { type: 'response.function_call_arguments.done', call_id: callId, name: 'askBrain' };
    return vendor(t, { ...event, arguments: json, ...more });
  },
  created: (t, id, seq) => {
    const metadata = seq === undefined ? {} : { metadata: { brain_seq: `${seq}` } };
    return vendor(t, { type: 'response.created', response: { id, status: 'in_progress', ...metadata } });
  },
  done: (t, id, seq, more = {}) => {
    const metadata = seq === undefined ? {} : { metadata: { brain_seq: `${seq}` } };
    const response = { id, status: 'completed', output: [], ...metadata, ...more };
    return vendor(t, { type: 'response.done', response });
  },
  speech: (t, what) => vendor(t, { type: `input_audio_buffer.speech_${what}` }),
  audio: (t, what, id) => vendor(t, { type: `output_audio_buffer.${what}`, response_id: id }),
  said: (t, id, item, delta) =>
    vendor(t, { type: 'response.output_audio_transcript.delta', response_id: id, item_id: item, delta }),
  truncated: (t, item, ms) =>
    vendor(t, { type: 'conversation.item.truncated', item_id: item, audio_end_ms: ms }),
  refused: (t, eventId, code = 'conversation_already_has_active_response') =>
    vendor(t, { type: 'error', error: { type: 'invalid_request_error', code, event_id: eventId } }),
  output: (t, callId, output) => {
    const item = { type: 'function_call_output', call_id: callId, output: JSON.stringify(output) };
    return sent(t, { type: 'conversation.item.create', item });
  },
  item: (t, text) => {
    const content = [{ type: 'input_text', text: `~ ${text}` }];
    return sent(t, { type: 'conversation.item.create', item: { type: 'message', role: 'system', content } });
  },
  create: (t, seq) => {
    const response = seq === undefined ? {} : { metadata: { brain_seq: `${seq}` } };
    return sent(t, { type: 'response.create', response });
  },
};

/** GPT-Live */
export const gl = {
  heard: (t, delta, more = {}) => vendor(t, { type: 'session.input_transcript.delta', delta, ...more }),
  said: (t, delta) => vendor(t, { type: 'session.output_transcript.delta', delta }),
  delegation: (t, id) => vendor(t, { type: 'session.delegation.created', delegation: { id, target: 'client' } }),
  event: (t, type, more = {}) => vendor(t, { type: `session.${type}`, ...more }),
  commentary: (t, id, content) =>
    sent(t, { type: 'session.commentary.append', delegation_id: id, content }),
  thinking: (t, id, content) => sent(t, { type: 'session.thinking.append', delegation_id: id, content }),
};

/** Gemini Live */
export const gm = {
  ready: (t) => vendor(t, { setupComplete: {} }),
  heard: (t, text) => vendor(t, { serverContent: { inputTranscription: { text } } }),
  said: (t, text) => vendor(t, { serverContent: { outputTranscription: { text } } }),
  turn: (t, more = {}) => vendor(t, { serverContent: { turnComplete: true, ...more } }),
  interrupted: (t) => vendor(t, { serverContent: { interrupted: true } }),
  call: (t, id, text) =>
    vendor(t, { toolCall: { functionCalls: [{ id, name: 'askBrain', args: { text } }] } }),
  cancelled: (t, ...ids) => vendor(t, { toolCallCancellation: { ids } }),
  handle: (t, newHandle, resumable = true) =>
    vendor(t, { sessionResumptionUpdate: { newHandle, resumable } }),
  goAway: (t) => vendor(t, { goAway: { timeLeft: '10s' } }),
  response: (t, id, response, more = {}) =>
    sent(t, { toolResponse: { functionResponses: [{ id, name: 'askBrain', response, ...more }] } }),
  note: (t, text) => {
    const turns = [{ role: 'user', parts: [{ text: `~ ${text}` }] }];
    return sent(t, { clientContent: { turns, turnComplete: true } });
  },
};
