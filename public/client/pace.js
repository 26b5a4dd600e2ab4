/** Decides how long to wait. All values are in milliseconds. */

const RETRY_BASE_MS = 250; // doubles with each failure; a dropped connection is often back at once
const RETRY_MOST_MS = 60_000;
const POLL_ACTIVE_MS = 1000; // plus up to the same again: an answer may come at any moment
const POLL_IDLE_MS = 3000; // plus up to 2 s: only another tab or an event can cause news
const POLL_IDLE_SPREAD_MS = 2000;
const POLL_HIDDEN_MS = 30_000; // nobody is looking
const POLL_LIVE_MS = 5000; // the channel may lose a message without leaving a gap
const POLL_REST_MS = 60_000; // a lost message is at most a minute late
const POLL_REST_HIDDEN_MS = 300_000;
const POLL_FAILED_MS = 2000; // first pause after a poll that failed; doubles
const POLL_MOST_MS = 30_000;

/**
 * Return the pause before a retry. It is random, so that clients that lost a server together do
 * not come back together.
 *
 * @param {number} attempt how many attempts have failed
 * @param {() => number} random
 * @param {number} [retryAfterMs] the pause that the server asks for
 */
export function pauseBeforeRetry(attempt, random, retryAfterMs = 0) {
  return retryAfterMs + Math.min(RETRY_BASE_MS * 2 ** attempt, RETRY_MOST_MS) * random();
}

/**
 * @typedef {object} PollFacts
 * @property {boolean} isLive a road delivers messages
 * @property {boolean} isActive a run is in progress, or an answer is awaited
 * @property {boolean} isBehind the log has entries that were not read
 * @property {boolean} isHidden
 * @property {number} failures polls that failed in a row
 * @property {number} retryAfterMs the pause that the last failure asked for
 * @property {number} quietPolls polls in a row without news
 */

/**
 * Return the pause before the next poll of status and log.
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
