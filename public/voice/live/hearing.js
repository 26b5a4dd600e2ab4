/** What was heard of each message, by the transcript of what GPT-Live says. */

import { joined, match } from '../words.js';

/** @typedef {import('../machine.js').Work} Work */

const PLAYED = 0.8; // of a message's words, in order
const CUT_MS = 2000; // without output after words of the user: the voice has stopped
const FORGET_MS = 120_000; // a message of which nothing was said for this long is not followed
const MOST_ASIDE = 1000; // characters

/** @param {Work} work @param {any} event */
export function onOutput(work, { delta }) {
  const { state } = work;
  if (typeof delta !== 'string' || !delta) return;
  state.fragmentMs = state.saidMs = work.nowMs;
  if (state.told.length === 0) {
    state.aside = joined(state.aside, delta, false).slice(-MOST_ASIDE);
    return;
  }
  state.output += delta;
  state.told = state.told.filter((/** @type {any} */ told) => {
    const { count, share, chars } = match(told.words, state.output.slice(told.from));
    Object.assign(told, { inputMs: null, atMs: work.nowMs, hasBegun: count > 0, chars });
    if (share < PLAYED) return true;
    work.heard(told.seq, 'played');
    return false;
  });
  if (state.told.length === 0) state.output = '';
}

/** Judge what the user may have interrupted. @param {Work} work */
export function judge(work) {
  const { state } = work;
  state.told = state.told.filter((/** @type {any} */ told) => {
    const cutMs = told.inputMs === null ? null : told.inputMs + CUT_MS;
    if (work.due(cutMs)) {
      work.heard(told.seq, 'cutOff', told.chars ?? 0);
      return false;
    }
    return !work.due(told.atMs + FORGET_MS);
  });
  if (state.told.length === 0) state.output = '';
}

/** The vendor refused what we sent: try once more without a delegation. @param {Work} work @param {any} event */
export function onRefused(work, event) {
  const { state } = work;
  const eventId = event.client_event_id ?? event.error?.client_event_id;
  const told = state.told.find((/** @type {any} */ { eventIds }) => eventIds.includes(eventId));
  if (!told) return;
  state.told = state.told.filter((/** @type {any} */ one) => one !== told);
  if (told.tries > 1) return work.heard(told.seq, 'unspoken');
  const call = told.delegation === null ? null : state.calls[told.delegation];
  if (call) call.isLost = true;
  state.ready.push(told);
}
