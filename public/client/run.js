/** What the brain is doing, according to status, roads, replies and log. No I/O. */

/** @typedef {import('./types.js').Run} Run */

/** @type {Run} */
const IDLE = { state: 'idle', runId: null, activity: '', progress: null, loop: 0 };

export class RunState {
  /** @type {Map<string | null, Run>} */
  #running = new Map(); // a question about a long run is answered by a second run beside it
  #last = IDLE;
  /** @type {Set<string | null>} */
  #ended = new Set(); // events of ended runs may arrive late
  /** @type {Map<string | null, number>} */
  #awaited = new Map(); // runs that must still answer, with the seq of the text

  /** The run in progress (the newest, if there are several), else the last one. */
  get current() {
    return [...this.#running.values()].at(-1) ?? this.#last;
  }

  /** True while news is expected. */
  get isActive() {
    return this.#awaited.size > 0 || this.#running.size > 0;
  }

  /**
   * A text was accepted, and its answer comes later.
   * @param {{seq: number, runId: string}} reply
   */
  await({ seq, runId }) {
    this.#ended.delete(runId); // it had ended with a question, which was answered
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
    if (Math.max(...this.#awaited.values()) > lastSeq) return; // the status is older than the text
    if (state !== 'running') {
      this.#running.clear();
      this.#awaited.clear(); // the answers are in the log, up to lastSeq
      this.#end(runId, state);
    } else if (!this.#ended.has(runId)) {
      this.#running.delete(runId); // moved to the end: the run of the status is shown
      this.#running.set(runId, { state, runId, activity, progress, loop });
    }
  }

  /** @param {string | null} runId */
  #begin(runId) {
    if (this.#running.has(runId) || this.#ended.has(runId)) return; // a late event
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
    // The last message of a run does not say that it was stopped.
    const isStopped = wasStopped || state === 'stopped';
    this.#last = { ...IDLE, runId, state: isStopped ? 'stopped' : 'idle' };
  }
}
