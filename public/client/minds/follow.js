/**
 * Follows a job by reading its status: often while it changes, seldom while it does not, never in a
 * hidden tab, and no longer than it lasts.
 */

import { pause } from '../waiting.js';

/** @typedef {import('./types.js').JobState} JobState */

const ENDED = ['complete', 'failed', 'stopped'];
const OFTEN_MS = 1000; // plus up to half of it
const SELDOM_MS = 3000; // plus up to 2 s
const SELDOM_SPREAD_MS = 2000;
const QUIET_ANSWERS = 5; // unchanged ones in a row; then seldom
const FAILED_MS = 2000; // doubles
const MOST_MS = 30_000;
const REPORT_ANSWERS = 40; // without a change after the end: two minutes; no report will come

/**
 * Return the pause before the next look.
 * @param {{quiet: number, failures: number, retryAfterMs: number}} facts
 * @param {() => number} random
 */
export function pauseBeforeLook({ quiet, failures, retryAfterMs }, random) {
  if (failures > 0) {
    const backoffMs = Math.min(FAILED_MS * 2 ** (failures - 1), MOST_MS);
    return Math.max(backoffMs, retryAfterMs) + OFTEN_MS * random();
  }
  if (quiet >= QUIET_ANSWERS) return SELDOM_MS + SELDOM_SPREAD_MS * random();
  return OFTEN_MS * (1 + random() / 2);
}

/**
 * @param {import('./calls.js').Parts} parts
 * @param {string} path of the status
 * @param {(state: JobState) => void} listener
 * @param {AbortSignal} [signal]
 * @returns {Promise<JobState | null>} the last state; rejects if the job cannot be read
 */
export async function follow(parts, path, listener, signal) {
  const { world, gateway } = parts;
  const facts = { quiet: 0, failures: 0, retryAfterMs: 0 };
  /** @type {JobState | null} */
  let state = null;
  let etag = '""'; // matches nothing
  while (!signal?.aborted) {
    await shown(world, signal);
    if (signal?.aborted) break;
    try {
      const received = await gateway.call(path, { headers: { 'If-None-Match': etag }, signal });
      facts.failures = facts.retryAfterMs = 0;
      facts.quiet += 1;
      const { eventSequence = -1 } = state ?? {};
      if (received.status !== 304 && received.body.eventSequence >= eventSequence) {
        facts.quiet = 0;
        etag = received.headers.get('ETag') ?? '""';
        state = received.body;
        if (!signal?.aborted) listener(received.body);
      }
    } catch (error) {
      if (signal?.aborted) break;
      note(facts, /** @type {any} */ (error));
    }
    if (state && isOver(state, facts.quiet)) break;
    await pause(world, pauseBeforeLook(facts, world.random), signal).catch((reason) => {
      if (!signal?.aborted) throw reason; // the connection was closed
    });
  }
  return state;
}

/** @param {JobState} state @param {number} quiet answers without a change */
function isOver({ status, reportReady }, quiet) {
  return ENDED.includes(status) && (reportReady || quiet >= REPORT_ANSWERS);
}

/**
 * Note a failure that may pass; throw one that will not.
 * @param {{failures: number, retryAfterMs: number}} facts
 * @param {{isPassing?: boolean, retryAfterMs?: number}} error
 */
function note(facts, error) {
  if (!error.isPassing) throw error;
  facts.failures += 1;
  facts.retryAfterMs = error.retryAfterMs ?? 0;
}

/**
 * Resolves at once in a tab that is shown, else when it is.
 * @param {import('../outside.js').Outside} world
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function shown({ surroundings, lifetime }, signal) {
  const isAway = () => surroundings.isHidden || surroundings.isFrozen;
  if (!isAway()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      unlisten();
      for (const one of [lifetime, signal]) one?.removeEventListener('abort', end);
      resolve();
    };
    const unlisten = surroundings.onChange(() => !isAway() && end());
    for (const one of [lifetime, signal]) one?.addEventListener('abort', end);
  });
}
