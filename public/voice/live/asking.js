/** Delegations of GPT-Live: they have no text, and their words may come after them. */

import { joined } from '../words.js';

/** @typedef {import('../machine.js').Work} Work */

const GRACE_MS = 1250; // after a delegation, for words that are still on their way
const WORDLESS_MS = 3000; // a delegation without any words is dropped after this
const MOST_CHARS = 8000; // of a text; the server accepts no longer one
const REPLY_WORDS = 4; // at most, in a text that needs its context
const MOST_ASIDE = 1000; // characters
const PAUSE_MS = 400; // of silence: what comes next is another word

/** @param {Work} work @param {any} event */
export function onInput(work, { delta, start_ms: startMs, end_ms: endMs }) {
  const { state } = work;
  if (typeof delta !== 'string' || !delta) return;
  const isAfterPause = startMs - state.wordsEndMs > PAUSE_MS;
  state.words = joined(state.words, delta, isAfterPause).slice(-MOST_CHARS);
  state.wordsEndMs = endMs ?? state.wordsEndMs;
  Object.assign(state, { fragmentMs: work.nowMs, saidMs: null });
  for (const one of state.told) {
    // While the voice has said nothing of it, it waits for the end of the user's words.
    if (one.inputMs === null || !one.hasBegun) one.inputMs = work.nowMs;
  }
}

/** @param {Work} work @param {any} event */
export function onDelegation(work, { delegation }) {
  const { calls } = work.state;
  const id = delegation?.id;
  if (typeof id !== 'string' || Object.hasOwn(calls, id)) return;
  const dueMs = work.nowMs + GRACE_MS;
  calls[id] = { dueMs, sinceMs: work.nowMs, text: '', isOpen: false, isLost: false, runId: null };
}

/** Ask what is due: all words since the last question. @param {Work} work */
export function askDue(work) {
  const { state } = work;
  for (const [id, call] of /** @type {[string, any][]} */ (Object.entries(state.calls))) {
    if (!work.due(call.dueMs)) continue;
    const text = state.words.trim();
    if (text) {
      // A short reply needs what it replies to; a whole question does not.
      const isReply = text.split(/\s+/).length <= REPLY_WORDS;
      const aside = isReply ? state.aside.trim().slice(-MOST_ASIDE) : '';
      const recentContext = aside ? [{ role: 'assistant', text: aside }] : [];
      Object.assign(call, { dueMs: null, text, isOpen: true });
      Object.assign(state, { words: '', aside: '' });
      work.ask(text, id, { recentContext });
    } else if (work.due(call.sinceMs + WORDLESS_MS)) {
      call.dueMs = null; // another question has taken its words
    }
  }
}
