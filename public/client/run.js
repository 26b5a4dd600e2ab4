/** What the brain is doing, put together from status, roads, replies and the log. No I/O. */

/** @typedef {import('./types.js').Run} Run */

/** @type {Run} */
const IDLE = { state: 'idle', runId: null, activity: '', progress: null, loop: 0 };

export class RunState {
  /** @type {Map<string | null, Run>} */
  #running = new Map(); // an answer to "how far are you?" is a run of its own, beside the long one
  #last = IDLE;
  /** @type {Set<string | null>} */
  #ended = new Set(); // news of them may come late
  /** @type {Map<string | null, number>} */
  #awaited = new Map(); // runs that owe us an answer, and the seq of what we asked

  /** The run that is on, the one that began last if there are several; else the last one. */
  get current() {
    return [...this.#running.values()].at(-1) ?? this.#last;
  }

  /** True while something is to be expected. */
  get isActive() {
    return this.#awaited.size > 0 || this.#running.size > 0;
  }

  /**
   * Our question was accepted, its answer comes later.
   * @param {{seq: number, runId: string}} reply
   */
  await({ seq, runId }) {
    this.#ended.delete(runId); // a question had ended it, and we have answered
    this.#awaited.set(runId, seq);
    this.#begin(runId);
  }

  /** @param {{runId: string | null, state: string}} event */
  receiveEvent({ runId, state }) {
    if (state === 'running') this.#begin(runId);
    else this.#end(runId, state);
    if (state === 'stopped') this.#awaited.delete(runId);
  }

  /** @param {import('./types.js').Entry} entry */
  receiveEntry(entry) {
    if (entry.role === 'user' || !entry.doneAfterThis) return;
    if (entry.seq > (this.#awaited.get(entry.runId) ?? 0)) this.#awaited.delete(entry.runId);
    this.#end(entry.runId, 'done');
  }

  /** @param {import('./types.js').Status} status */
  receiveStatus({ state, runId, activity, progress, loop, lastSeq }) {
    if (Math.max(...this.#awaited.values()) > lastSeq) return; // it is older than our question
    if (state !== 'running') {
      this.#running.clear();
      this.#awaited.clear(); // what was owed is in the log, which reaches to lastSeq
      this.#end(runId, state);
    } else if (!this.#ended.has(runId)) {
      this.#running.delete(runId); // what the status tells of is the one to show
      this.#running.set(runId, {
        state,
        runId,
        activity: activity ?? '',
        progress: progress ?? null,
        loop: loop ?? 0,
      });
    }
  }

  /** @param {string | null} runId */
  #begin(runId) {
    if (this.#running.has(runId) || this.#ended.has(runId)) return; // news of it may come late
    this.#running.set(runId, { ...IDLE, state: 'running', runId });
  }

  /**
   * @param {string | null} runId
   * @param {string} state
   */
  #end(runId, state) {
    this.#running.delete(runId);
    this.#ended.add(runId);
    const wasStopped = this.#last.runId === runId && this.#last.state === 'stopped';
    const isStopped = wasStopped || state === 'stopped'; // its last word says only that it ended
    this.#last = { ...IDLE, runId, state: isStopped ? 'stopped' : 'idle' };
  }
}
