/** How long to wait: decided here, waited elsewhere. All in milliseconds. */

const RETRY_BASE_MS = 250; // doubled for each failure; a dropped connection is often back at once
const RETRY_MOST_MS = 60_000;
const POLL_ACTIVE_MS = 1000; // plus up to as much again: an answer may come any moment
const POLL_IDLE_MS = 3000; // plus up to 2 s: only another tab or an event can bring something
const POLL_IDLE_SPREAD_MS = 2000;
const POLL_HIDDEN_MS = 30_000; // nobody is looking
const POLL_LIVE_MS = 5000; // the channel may lose a message without a gap
const POLL_REST_MS = 60_000; // even a message that nobody waits for: a minute late at most
const POLL_REST_HIDDEN_MS = 300_000;
const POLL_FAILED_MS = 2000; // first pause after a look that failed; doubles
const POLL_MOST_MS = 30_000;

/**
 * The pause before something is tried again. Chance alone spreads those whom one server lost at
 * once.
 *
 * @param {number} attempt how many have failed
 * @param {() => number} random
 * @param {number} [retryAfterMs] what the server asks for
 */
export function pauseBeforeRetry(attempt, random, retryAfterMs = 0) {
  return retryAfterMs + Math.min(RETRY_BASE_MS * 2 ** attempt, RETRY_MOST_MS) * random();
}

/**
 * @typedef {object} PollFacts
 * @property {boolean} isLive a road brings messages
 * @property {boolean} isActive a run is on, or an answer is awaited
 * @property {boolean} isBehind the log is known to hold more than was read
 * @property {boolean} isHidden
 * @property {number} failures looks that failed in a row
 * @property {number} retryAfterMs what the last failure asked for
 * @property {number} quietPolls looks in a row that brought nothing new
 */

/**
 * The pause before status and log are asked next.
 *
 * @param {PollFacts} facts
 * @param {() => number} random
 */
export function pauseBeforePoll(facts, random) {
  const { isLive, isActive, isBehind, isHidden, failures, retryAfterMs, quietPolls } = facts;
  if (failures > 0 || isBehind) {
    const backoffMs = doubled(POLL_FAILED_MS, Math.max(failures - 1, quietPolls));
    const leastMs = isHidden ? POLL_HIDDEN_MS : 0;
    return Math.max(backoffMs, leastMs, retryAfterMs) + POLL_ACTIVE_MS * random();
  }
  if (isLive && !isActive) return isHidden ? POLL_REST_HIDDEN_MS : POLL_REST_MS;
  if (isHidden) return POLL_HIDDEN_MS;
  if (isLive) return doubled(POLL_LIVE_MS, quietPolls);
  if (isActive) return POLL_ACTIVE_MS * (1 + random());
  return POLL_IDLE_MS + POLL_IDLE_SPREAD_MS * random();
}

/**
 * @param {number} firstMs
 * @param {number} times
 */
function doubled(firstMs, times) {
  return Math.min(firstMs * 2 ** times, POLL_MOST_MS);
}
