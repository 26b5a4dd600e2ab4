/** Decides which message is spoken next, and how long each tab waits. No I/O. */

/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').Message} Message */
/** @typedef {{message: Message, sinceMs: number}} Waiting `sinceMs` later than now: put off */

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
   * @returns {Message[] | void} messages that are not spoken, because the user has gone on
   */
  receive(entry, isNew, nowMs) {
    if (entry.role === 'user') {
      const { decision, text, seq, withdraws = [] } = entry;
      this.#withdraw((message) => withdraws.includes(message.seq));
      // If the user goes on, what is left of an earlier answer is stale, except what was done.
      return this.#withdraw(({ id, kind, answersSeq, confirms }) =>
        decision
          ? id === decision.questionId
          : text && !confirms && answersSeq < seq && /^(say|breadcrumb)$/.test(kind),
      );
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
   * Return the message to speak next: those marked `now` come first. One waits until `sinceMs`, if
   * that was put off.
   * @param {number} nowMs
   * @param {(message: Message) => boolean} isTaken true if it was already spoken
   */
  next(nowMs, isTaken) {
    this.#withdraw((message) => isTaken(message) || isExpired(message, nowMs));
    const all = [...this.#waiting.values()];
    const ready = all.filter(({ sinceMs }) => sinceMs <= nowMs);
    return ready.find(({ message }) => message.speak !== 'whenIdle') ?? ready[0] ?? all[0];
  }

  /**
   * @param {(message: Message) => unknown} isWithdrawn
   * @returns {Message[]}
   */
  #withdraw(isWithdrawn) {
    const withdrawn = [...this.#waiting.values()].map(({ message }) => message).filter(isWithdrawn);
    for (const { seq } of withdrawn) this.#waiting.delete(seq);
    return withdrawn;
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
