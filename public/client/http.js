/** One HTTP request: its time limit, its body, its errors. */

import {
  BrainError,
  notReached,
  SERVER_FAILED,
  tooLate,
  UNEXPECTED,
  UNREACHABLE,
} from './errors.js';
import { EventParser } from './sse.js';
import { follow } from './waiting.js';

/**
 * @typedef {object} Call
 * @property {object} [json] a body, sent as JSON by POST
 * @property {Record<string, string>} [headers]
 * @property {number} [limitMs] for a stream of events: until its first bytes
 * @property {AbortSignal} [signal]
 * @property {(event: import('./sse.js').ServerEvent) => unknown} [onEvent] asks for a stream of
 *   events; true = this was the last one wanted
 * @property {() => void} [onBytes] called when bytes of the stream come, comments too
 */

/** @typedef {{status: number, headers: Headers, body: any}} Received */

const READ_LIMIT_MS = 15_000; // a cold function takes two or three seconds, and may wait for others
const SILENCE_MS = 20_000; // of a stream, which sends a comment every 15 s at the latest
const EVENTS = 'text/event-stream';

/** Whether answers can be read while they come. */
export const canStream = globalThis.Response?.prototype.hasOwnProperty('body');

/**
 * One request within its limit, the body read too. Any status is an answer; a BrainError of
 * status 0 says that none came, or not all of it. After a stream of events the body is null.
 *
 * @param {import('./types.js').Outside} world
 * @param {string} path
 * @param {Call} request
 * @returns {Promise<Received>}
 */
export async function send({ baseUrl, fetch, clock, lifetime }, path, request) {
  const { limitMs = READ_LIMIT_MS, signal, onEvent, onBytes } = request;
  const ending = new AbortController();
  const undo = [lifetime, signal].map((one) => follow(one, (reason) => ending.abort(reason)));
  const late = () => ending.abort(tooLate());
  let cancel = clock.after(limitMs, late);
  const renewLimit = () => {
    cancel();
    cancel = clock.after(SILENCE_MS, late);
    onBytes?.();
  };
  try {
    const response = await fetch(baseUrl + path, { ...requestInit(request), signal: ending.signal });
    const { status, headers } = response;
    const streams = onEvent && headers.get('Content-Type')?.startsWith(EVENTS);
    const body = streams ? await readEvents(response, onEvent, renewLimit) : await readJson(response);
    return { status, headers, body };
  } catch (error) {
    if (ending.signal.aborted) throw ending.signal.reason;
    if (error instanceof BrainError) throw error;
    throw notReached(UNREACHABLE, error);
  } finally {
    cancel();
    for (const act of undo) act();
    ending.abort(); // a stream of which no more is wanted ends with it
  }
}

/**
 * The same, if it is no refusal; else the refusal is thrown.
 * @param {Received} received
 */
export function accepted(received) {
  const { status, headers, body } = received;
  if (status < 400) return received;
  throw refusal({ ...body, status }, Number(headers.get('Retry-After')) * 1000 || 0); // no dates
}

/**
 * @param {any} problem as in RFC 9457
 * @param {number} [retryAfterMs]
 */
export function refusal({ status, title = SERVER_FAILED, detail, errors }, retryAfterMs) {
  return new BrainError({ status, title, detail, errors, retryAfterMs });
}

/**
 * @param {Call} request
 * @returns {RequestInit}
 */
function requestInit({ json, headers, onEvent }) {
  return {
    method: json ? 'POST' : 'GET',
    body: json && JSON.stringify(json),
    headers: {
      ...(json && { 'Content-Type': 'application/json' }),
      ...(onEvent && { Accept: EVENTS }),
      ...headers,
    },
    cache: 'no-store', // the answers are ours to keep, and a 304 must reach us as one
  };
}

/**
 * @param {Response} response
 * @param {(event: import('./sse.js').ServerEvent) => unknown} onEvent
 * @param {() => void} onBytes
 * @returns {Promise<null>}
 */
async function readEvents({ body }, onEvent, onBytes) {
  const reader = /** @type {ReadableStream} */ (body).getReader();
  const parser = new EventParser(onEvent);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return null;
    onBytes();
    if (parser.take(value)) return null;
  }
}

/** @param {Response} response */
async function readJson(response) {
  const text = await response.text();
  try {
    return JSON.parse(text || 'null');
  } catch (cause) {
    if (!response.ok) return null;
    // The sign-in page of a network or of a protected deployment says 200 in the server's place.
    throw notReached(UNEXPECTED, cause);
  }
}
