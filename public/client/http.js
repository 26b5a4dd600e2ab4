/** Sends one HTTP request, with a time limit. */

import {
  BrainError,
  notReached,
  SERVER_FAILED,
  tooLate,
  UNEXPECTED,
  UNREACHABLE,
} from './errors.js';
import { EventParser } from './sse.js';
import { abort, follow, reasonOf } from './waiting.js';

/**
 * @typedef {object} Call
 * @property {object} [json] a body, sent as JSON by POST
 * @property {string} [method] another one
 * @property {Record<string, string>} [headers]
 * @property {number} [limitMs] for an event stream: the time until its first bytes
 * @property {AbortSignal} [signal]
 * @property {(event: import('./sse.js').ServerEvent) => unknown} [onEvent] requests an event
 *   stream; return true to end it
 * @property {() => void} [onBytes] called when bytes of the stream arrive, comments too
 */

/** @typedef {{status: number, headers: Headers, body: any}} Received */

const READ_LIMIT_MS = 15_000; // a cold function takes two or three seconds to start
const DATE_MS = 1000; // the header Date is in seconds
const SILENCE_MS = 20_000; // of a stream, which sends a comment every 10 s
const EVENTS = 'text/event-stream';

/** @type {WeakSet<Function>} */
const whole = new WeakSet(); // each fetch that gives no body to read while it arrives

/**
 * Whether a response can be read while it arrives.
 * @param {{fetch: Function}} outside
 */
export function canStream({ fetch }) {
  const { Response, TextDecoder } = globalThis;
  return !!TextDecoder && !!Response && 'body' in Response.prototype && !whole.has(fetch);
}

/**
 * Send a request and read the response. Resolves with any status. Rejects with a BrainError of
 * status 0 if the response did not arrive completely. The body of an event stream is null.
 *
 * @param {import('./outside.js').Outside} world
 * @param {string} path
 * @param {Call} request
 * @returns {Promise<Received>}
 */
export async function send({ baseUrl, fetch, clock, lifetime }, path, request) {
  const { limitMs = READ_LIMIT_MS, signal, onEvent, onBytes } = request;
  const ending = new AbortController();
  /** @type {(reason: Error) => void} */
  let fail = () => {};
  // Some kinds of fetch do not end when they are aborted.
  /** @type {Promise<never>} */
  const failed = new Promise((_, reject) => (fail = reject));
  const end = (/** @type {Error} */ reason) => {
    fail(reason);
    abort(ending, reason);
  };
  const undo = [lifetime, signal].map((one) => follow(one, end));
  const late = () => end(tooLate());
  let cancel = clock.after(limitMs, late);
  const renewLimit = () => {
    cancel();
    cancel = clock.after(SILENCE_MS, late);
    onBytes?.();
  };
  const told = clock.ask?.();
  const receive = async () => {
    if (ending.signal.aborted) return failed; // nothing is sent
    const response = await fetch(baseUrl + path, { ...requestInit(request), signal: ending.signal });
    const { status, headers } = response;
    told?.(headers.get('Date'), DATE_MS);
    const streams = onEvent && headers.get('Content-Type')?.startsWith(EVENTS);
    if (streams && !response.body?.getReader) {
      whole.add(fetch);
      throw notReached(UNEXPECTED);
    }
    const isOver = () => ending.signal.aborted;
    const body = streams ? await readEvents(response, onEvent, renewLimit, isOver) : await readJson(response);
    return { status, headers, body };
  };
  try {
    return await Promise.race([failed, receive()]);
  } catch (error) {
    if (ending.signal.aborted) throw reasonOf(ending.signal);
    if (error instanceof BrainError) throw error;
    throw notReached(UNREACHABLE, error);
  } finally {
    cancel();
    for (const act of undo) act();
    ending.abort(); // ends a stream that is no longer needed
  }
}

/**
 * Return the response, or throw a BrainError if its status is an error.
 * @param {Received} received
 */
export function accepted(received) {
  const { status, headers, body } = received;
  if (status < 400) return received;
  const retryAfterMs = Number(headers.get('Retry-After')) * 1000 || 0; // 0 for a date
  throw refusal({ ...body, status }, retryAfterMs);
}

/**
 * @param {any} problem as in RFC 9457
 * @param {number} [retryAfterMs]
 */
export function refusal(problem, retryAfterMs) {
  return new BrainError({ title: SERVER_FAILED, ...problem, retryAfterMs });
}

/**
 * @param {Call} request
 * @returns {RequestInit}
 */
function requestInit({ json, headers, onEvent, method = json ? 'POST' : 'GET' }) {
  return {
    method,
    body: json && JSON.stringify(json),
    headers: {
      ...(json && { 'Content-Type': 'application/json' }),
      ...(onEvent && { Accept: EVENTS }),
      ...headers,
    },
    cache: 'no-store', // the client does its own caching and must see a 304
  };
}

/**
 * @param {Response} response
 * @param {(event: import('./sse.js').ServerEvent) => unknown} onEvent
 * @param {() => void} onBytes
 * @param {() => boolean} isOver nobody waits for it any more
 * @returns {Promise<null>}
 */
async function readEvents({ body }, onEvent, onBytes, isOver) {
  const reader = /** @type {ReadableStream} */ (body).getReader();
  const parser = new EventParser(onEvent);
  for (;;) {
    const { done, value } = await reader.read();
    if (done || isOver()) return null;
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
    // For example the sign-in page of a network, which answers with status 200.
    throw notReached(UNEXPECTED, cause);
  }
}
