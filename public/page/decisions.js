/** The state of each question, from the log and the server. No I/O. */

import { changedNames } from './arguments.js';

/** @typedef {import('../client/types.js').Entry} Entry */
/** @typedef {import('../client/types.js').Message} Message */
/** @typedef {{arguments: Record<string, any>, names: string[]}} Changed what was done instead */
/** @typedef {'waiting' | 'approved' | 'changed' | 'rejected' | 'expired' | 'closed'} DecisionState */

export class Decisions {
  /** @type {Map<string, Message>} */
  #asked = new Map(); // questions for the user, by their ids
  /** @type {Map<string, DecisionState>} */
  #decided = new Map();
  /** @type {Map<string, Changed>} */
  #changed = new Map(); // of the approvals with changes
  /** @type {string | null | undefined} */
  #waiting = undefined; // id of the open question, as the server says; undefined = unknown

  /** @param {string} id */
  knows(id) {
    return this.#asked.has(id);
  }

  /**
   * @param {Entry} entry
   * @returns {boolean} true if the server must be asked which question is open
   */
  receive(entry) {
    if (entry.role === 'brain') {
      if (entry.question?.for !== 'user') return false;
      this.#asked.set(entry.id, entry);
      return true;
    }
    const { decision } = entry;
    if (!decision) return false;
    const { questionId, verdict, arguments: done = {} } = decision;
    const asked = this.#asked.get(questionId)?.question?.arguments ?? done;
    const names = decision.changed ?? changedNames(asked, decision.arguments ?? asked);
    const yes = names.length > 0 ? 'changed' : 'approved';
    if (yes === 'changed') this.#changed.set(questionId, { arguments: done, names });
    this.#decided.set(questionId, verdict === 'reject' ? 'rejected' : yes);
    return false;
  }

  /** @param {string | null} id of the open question, according to the server */
  setWaiting(id) {
    this.#waiting = id;
  }

  /** Return what the user changed before they approved. @param {string} id */
  changesOf(id) {
    return this.#changed.get(id);
  }

  /**
   * @param {string} id
   * @param {number} nowMs
   * @returns {DecisionState | null} null = unknown
   */
  of(id, nowMs) {
    const decided = this.#decided.get(id);
    if (decided) return decided;
    if (this.#waiting === id) return 'waiting';
    const expiresMs = Date.parse(this.#asked.get(id)?.question?.expiresAt ?? '');
    if (expiresMs <= nowMs) return 'expired';
    return this.#waiting === undefined ? null : 'closed';
  }
}
