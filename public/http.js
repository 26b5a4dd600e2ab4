/** One HTTP request: its time limit, its body, its errors. */

import { BrainError } from './errors.js';

/**
 * @typedef {object} Call
 * @property {unknown} [json] a body, sent as JSON by POST
 * @property {URLSearchParams} [form] a body, sent as a form by POST
 * @property {Record<string, string>} [headers]
 * @property {number} [limitMs]
 * @property {AbortSignal} [signal]
 */

/** @typedef {{status: number, headers: Headers, body: any, nowMs: number}} Received */

const READ_LIMIT_MS = 10_000; // a cold function takes two or three seconds

/**
 * One request within its limit, the body read too. Any status is an answer; a BrainError of
 * status 0 says that none came.
 *
 * @param {import('./types.js').World} world
 * @param {string} path
 * @param {Call} request
 * @returns {Promise<Received>}
 */
export async function send({ baseUrl, fetch, clock, lifetime }, path, request) {
  const { limitMs = READ_LIMIT_MS, signal } = request;
  const ending = new AbortController();
  const signals = signal ? [lifetime, signal] : [lifetime];
  const undo = signals.map((other) => follow(other, ending));
  undo.push(clock.after(limitMs, () => ending.abort(tooLate())));
  try {
    const response = await fetch(baseUrl + path, { ...written(request), signal: ending.signal });
    const { status, headers } = response;
    return { status, headers, body: await parsed(response), nowMs: clock.now() };
  } catch (error) {
    if (ending.signal.aborted) throw ending.signal.reason;
    if (error instanceof BrainError) throw error;
    throw new BrainError({ status: 0, title: 'The server cannot be reached', cause: error });
  } finally {
    for (const act of undo) act();
  }
}

/**
 * The same, if it is no refusal; else the refusal is thrown.
 * @param {Received} received
 */
export function accepted(received) {
  const { status, headers, body, nowMs } = received;
  if (status < 400) return received;
  const { title = 'The server failed', detail, errors } = body ?? {};
  const retryAfterMs = pauseAskedFor(headers.get('Retry-After'), nowMs);
  throw new BrainError({ status, title, detail, errors, retryAfterMs });
}

/**
 * @param {Call} request
 * @returns {RequestInit}
 */
function written({ json, form, headers }) {
  // no-store: the answers are ours to keep, and a 304 must reach us as one.
  if (form) return { method: 'POST', body: form, headers, cache: 'no-store' };
  if (json === undefined) return { headers, cache: 'no-store' };
  const typed = { 'Content-Type': 'application/json', ...headers };
  return { method: 'POST', body: JSON.stringify(json), headers: typed, cache: 'no-store' };
}

/**
 * @param {AbortSignal} other
 * @param {AbortController} ending
 * @returns {() => void} stops following
 */
function follow(other, ending) {
  const end = () => ending.abort(other.reason);
  if (other.aborted) end();
  other.addEventListener('abort', end);
  return () => other.removeEventListener('abort', end);
}

function tooLate() {
  return new BrainError({ status: 0, title: 'The server gave no answer in time' });
}

/** @param {Response} response */
async function parsed(response) {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!response.ok) return null;
    // The sign-in page of a network or of a protected deployment says 200 in the server's place.
    throw new BrainError({ status: 0, title: 'Something else answered for the server', cause });
  }
}

/**
 * @param {string | null} header seconds, or a date
 * @param {number} nowMs
 */
function pauseAskedFor(header, nowMs) {
  if (!header) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000;
  return Math.max(ms || 0, 0);
}
