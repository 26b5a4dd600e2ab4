/** Which message is said next, and how soon by which tab. No I/O. */

/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').Message} Message */

const SHOWN_MS = 300; // the tab that asked has begun by then, if it can speak
const HIDDEN_MS = 2000; // and one that is shown by then
const UNSAID_MS = 60_000; // what an earlier page did not come to say is said as long as it is fresh

export class Speaking {
  /** @type {Map<number, {message: Message, sinceMs: number}>} */
  #waiting = new Map(); // by seq, in that order

  /**
   * Take the next entry of the log.
   * @param {Entry} entry
   * @param {boolean} isNew
   * @param {number} nowMs
   */
  receive(entry, isNew, nowMs) {
    if (entry.role === 'user') return this.#withdraw(({ id }) => id === entry.decision?.questionId);
    this.#withdraw(
      ({ id, kind, runId }) =>
        id === entry.supersedes ||
        // The answer is there: a step on the way to it is no news.
        (entry.doneAfterThis && kind === 'breadcrumb' && runId === entry.runId),
    );
    const isFresh = isNew || nowMs - Date.parse(entry.createdAt) < UNSAID_MS;
    if (!isFresh || entry.speak === 'silent') return;
    this.#waiting.set(entry.seq, { message: entry, sinceMs: nowMs });
  }

  /**
   * The next one to be said when nothing is being said: what is for now goes before what waits.
   * @param {number} nowMs
   * @param {(message: Message) => boolean} isTaken by another tab, or before a reload
   */
  next(nowMs, isTaken) {
    this.#withdraw((message) => isTaken(message) || isExpired(message, nowMs));
    const all = [...this.#waiting.values()];
    return all.find(({ message }) => message.speak !== 'whenIdle') ?? all[0];
  }

  /** @param {(message: Message) => boolean} isWithdrawn */
  #withdraw(isWithdrawn) {
    for (const [seq, { message }] of this.#waiting) {
      if (isWithdrawn(message)) this.#waiting.delete(seq);
    }
  }
}

/**
 * How long a tab lets others go first.
 * @param {boolean} hasAsked
 * @param {boolean} isHidden
 */
export function deference(hasAsked, isHidden) {
  if (hasAsked) return 0;
  return isHidden ? HIDDEN_MS : SHOWN_MS;
}

/**
 * @param {Message} message
 * @param {number} nowMs
 */
export function isExpired({ expiresAt }, nowMs) {
  return Date.parse(expiresAt ?? '') <= nowMs;
}
