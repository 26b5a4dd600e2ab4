/** Decides which message is spoken next, and how long each tab waits. No I/O. */

/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').Message} Message */

const SHOWN_MS = 300; // by then the tab that asked has started, if it can speak
const HIDDEN_MS = 2000; // by then a visible tab has started
const UNSAID_MS = 60_000; // younger messages are spoken even if an earlier page missed them

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
    if (entry.role === 'user') {
      const { decision, withdraws = [] } = entry;
      const isOver = (/** @type {Message} */ { id, seq }) => id === decision?.questionId || withdraws.includes(seq);
      return this.#withdraw(isOver);
    }
    this.#withdraw(
      ({ id, kind, runId }) =>
        id === entry.supersedes ||
        // Steps are no longer news once the answer is there.
        (entry.doneAfterThis && kind === 'breadcrumb' && runId === entry.runId),
    );
    const isFresh = isNew || nowMs - Date.parse(entry.createdAt) < UNSAID_MS;
    if (!isFresh || entry.speak === 'silent' || entry.withdrawn) return;
    this.#waiting.set(entry.seq, { message: entry, sinceMs: nowMs });
  }

  /**
   * Return the message to speak next: those marked `now` come first.
   * @param {number} nowMs
   * @param {(message: Message) => boolean} isTaken true if it was already spoken
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
 * Return how long a tab waits so that a better one can speak.
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
