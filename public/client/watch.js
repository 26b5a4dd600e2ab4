/**
 * The road of polling, which also backs up the others: reads status and log by GET. pace.js decides
 * when.
 */

import { BrainError, notReached, UNEXPECTED } from './errors.js';
import { pauseBeforePoll } from './pace.js';

/**
 * @typedef {object} Watched
 * @property {import('./gateway.js').Gateway} gateway
 * @property {import('./log.js').Log} log
 * @property {import('./run.js').RunState} run
 * @property {import('./outside.js').World} world
 * @property {() => {isLive: boolean, isActive: boolean}} facts
 */

const STATUS = 1; // what the next poll reads
const LOG = 2;
const PAGE_LENGTH = 100; // entries; enough for the day of most users

export class Watch {
  /** @type {BrainError | null} */
  problem = null;
  /** @type {import('./types.js').Status | null} */
  status = null;
  #watched;
  #onPolled;
  #isPolling = false;
  #wanted = 0;
  #isStopped = false;
  #failures = 0;
  #quietPolls = 0;
  #dueMs = Infinity;
  #etag = '""'; // matches no status
  #cancelTimer = () => {};

  /**
   * @param {Watched} watched
   * @param {() => void} onPolled called after each poll
   */
  constructor(watched, onPolled) {
    this.#watched = watched;
    this.#onPolled = onPolled;
  }

  /** Plan the next poll. It is never postponed, so a steady stream of news does not delay it. */
  plan() {
    if (this.#isStopped || this.#isPolling) return;
    const { clock, random } = this.#watched.world;
    const pauseMs = pauseBeforePoll(this.#facts(), random);
    if (clock.now() + pauseMs >= this.#dueMs) return;
    this.#unplan();
    this.#dueMs = clock.now() + pauseMs;
    this.#cancelTimer = clock.after(pauseMs, () => this.poll());
  }

  /** Expect news: poll as often as at first. */
  rouse() {
    this.#quietPolls = 0;
    this.plan();
  }

  /**
   * Poll now. With `readsLog`, read the log even if the status says nothing about new entries.
   */
  poll(readsLog = false) {
    if (this.#isStopped) return;
    this.#wanted = Math.max(this.#wanted, readsLog ? LOG : STATUS);
    if (!this.#isPolling) void this.#pollWhileWanted();
  }

  stop() {
    this.#isStopped = true;
    this.#unplan();
  }

  #facts() {
    const { log, world, facts } = this.#watched;
    return {
      ...facts(),
      isBehind: log.isBehind,
      isHidden: world.surroundings.isHidden,
      failures: this.#failures,
      quietPolls: this.#quietPolls,
      retryAfterMs: this.problem?.retryAfterMs ?? 0,
    };
  }

  #unplan() {
    this.#cancelTimer();
    this.#dueMs = Infinity;
  }

  async #pollWhileWanted() {
    this.#isPolling = true;
    this.#unplan();
    while (this.#wanted && !this.#isStopped) {
      const wanted = this.#wanted;
      this.#wanted = 0;
      await this.#pollOnce(wanted === LOG).catch((error) => this.#fail(error));
    }
    this.#isPolling = false;
    this.plan();
  }

  /** @param {boolean} readsLog */
  async #pollOnce(readsLog) {
    const { log } = this.#watched;
    const before = log.deliveredSeq;
    // After a failure too: a failing status must not hide messages.
    if (readsLog || this.#failures > 0) await this.#readLog();
    const isNew = await this.#readStatus();
    const isReset = this.status && this.status.lastSeq < before;
    if (log.isBehind || isReset) await this.#readLog();
    this.#failures = 0;
    this.problem = null;
    this.#quietPolls = isNew || log.deliveredSeq !== before ? 0 : this.#quietPolls + 1;
    this.#onPolled();
  }

  /**
   * A poll failed. After a 401 only a new sign-in helps, so polling ends.
   * @param {unknown} error
   */
  #fail(error) {
    if (this.#isStopped) return; // closed
    this.problem = error instanceof BrainError ? error : notReached(UNEXPECTED, error);
    this.#failures += 1;
    if (this.problem.status === 401) this.stop();
    this.#onPolled();
  }

  async #readLog() {
    const { gateway, log } = this.#watched;
    let asked;
    do {
      asked = log.deliveredSeq;
      const path = `/api/messages?sinceSeq=${asked}&limit=${PAGE_LENGTH}`;
      log.takePage((await gateway.call(path)).body, asked);
    } while (log.isBehind && log.deliveredSeq !== asked);
  }

  /** @returns {Promise<boolean>} whether it has changed */
  async #readStatus() {
    const { gateway, log, run, world } = this.#watched;
    const headers = { 'If-None-Match': this.#etag };
    const received = await gateway.call(`/api/status?device=${world.device}`, { headers });
    const isNew = received.status !== 304;
    if (isNew) {
      this.status = received.body;
      this.#etag = received.headers.get('ETag') ?? '""';
    }
    const status = /** @type {import('./types.js').Status} */ (this.status);
    run.receiveStatus(status);
    log.extendTo(status.lastSeq);
    return isNew;
  }
}
