/** The state of each question, from the log and the server. No I/O. */

import { isChanged } from './arguments.js';

/** @typedef {import('../client/types.js').Entry} Entry */
/** @typedef {import('../client/types.js').Message} Message */
/** @typedef {'waiting' | 'approved' | 'changed' | 'rejected' | 'expired' | 'closed'} DecisionState */

export class Decisions {
  /** @type {Map<string, Message>} */
  #asked = new Map(); // questions for the user, by their ids
  /** @type {Map<string, DecisionState>} */
  #decided = new Map();
  /** @type {Map<string, Record<string, any> | undefined>} */
  #arguments = new Map(); // of the decisions
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
    const question = this.#asked.get(decision.questionId)?.question;
    const was = question && isChanged(question.arguments, decision.arguments ?? question.arguments);
    const yes = was ? 'changed' : 'approved';
    this.#arguments.set(decision.questionId, decision.arguments);
    this.#decided.set(decision.questionId, decision.verdict === 'reject' ? 'rejected' : yes);
    return false;
  }

  /** @param {string | null} id of the open question, according to the server */
  setWaiting(id) {
    this.#waiting = id;
  }

  /** Return the arguments that were decided on, if it is known. @param {string} id */
  argumentsOf(id) {
    return this.#arguments.get(id);
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
