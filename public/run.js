/** What the brain is doing, put together from status, channel, replies and the log. No I/O. */

/** @typedef {import('./types.js').Run} Run */

/** @type {Run} */
const IDLE = { state: 'idle', runId: null, activity: '', progress: null, loop: 0 };
const ENDED = new Set(['idle', 'done', 'failed', 'stopped']);

export class RunState {
  #run = IDLE;
  #askedSeq = 0;
  #endedSeq = 0;
  /** @type {string | null} */
  #endedRunId = null;

  get current() {
    return this.#run;
  }

  /** True while a question of ours has no terminal message after it. */
  get isAwaited() {
    return this.#askedSeq > this.#endedSeq;
  }

  /** True while something is to be expected. */
  get isActive() {
    return this.isAwaited || this.#run.state === 'running';
  }

  /**
   * Our question was accepted, its answer comes later.
   * @param {{seq: number, runId: string}} reply
   */
  await({ seq, runId }) {
    this.#askedSeq = Math.max(this.#askedSeq, seq);
    if (this.isAwaited) this.#begin(runId);
  }

  /** @param {{runId: string, state: string}} event */
  hearEvent({ runId, state }) {
    if (ENDED.has(state)) this.#end(runId);
    else this.#begin(runId);
  }

  /** @param {import('./types.js').Entry} entry */
  hearEntry(entry) {
    if (entry.role === 'user' || !entry.doneAfterThis) return;
    this.#endedSeq = entry.seq;
    this.#end(entry.runId);
  }

  /** @param {import('./types.js').Status} status */
  hearStatus({ state, runId, activity, progress, loop, lastSeq }) {
    if (lastSeq < this.#askedSeq) return; // it was written before our question came
    if (ENDED.has(state)) {
      this.#run = { ...IDLE, runId };
    } else if (!this.#isOver(runId)) {
      const detail = { activity: activity ?? '', progress: progress ?? null, loop: loop ?? 0 };
      this.#run = { state: 'running', runId, ...detail };
    }
  }

  /** @param {string | null} runId */
  #isOver(runId) {
    return runId !== null && runId === this.#endedRunId; // news of it may come late
  }

  /** @param {string} runId */
  #begin(runId) {
    const isKnown = this.#run.state === 'running' && this.#run.runId === runId;
    if (!isKnown && !this.#isOver(runId)) this.#run = { ...IDLE, state: 'running', runId };
  }

  /** @param {string} runId */
  #end(runId) {
    this.#endedRunId = runId;
    if (this.#run.runId === runId || this.#run.runId === null) this.#run = { ...IDLE, runId };
  }
}
