/**
 * Looking: asks for status and log by GET whenever the channel cannot be relied on. When to look
 * next is decided in pace.js.
 */

import { BrainError, ConnectionClosed } from './errors.js';
import { pauseBeforeLook } from './pace.js';

/**
 * @typedef {object} Watched
 * @property {import('./gateway.js').Gateway} gateway
 * @property {import('./log.js').Log} log
 * @property {import('./run.js').RunState} run
 * @property {import('./types.js').World} world
 * @property {() => {isLive: boolean, isActive: boolean}} facts
 * @property {() => void} onLooked called after each look
 */

const PAGE_LENGTH = 100; // entries; what a day holds for most, in one answer

export class Watch {
  /** @type {BrainError | null} */
  problem = null;
  #watched;
  #isLooking = false;
  #isWanted = false;
  #mustRead = false;
  #isStopped = false;
  #failures = 0;
  #quietLooks = 0;
  #dueMs = Infinity;
  #cancelTimer = () => {};

  /** @param {Watched} watched */
  constructor(watched) {
    this.#watched = watched;
  }

  /** Plan the next look. Never later than planned before: a steady stream of news delays none. */
  plan() {
    if (this.#isStopped || this.#isLooking) return;
    const { clock, random } = this.#watched.world;
    const pauseMs = pauseBeforeLook(this.#facts(), random);
    if (pauseMs === null) return this.#unplan();
    if (clock.now() + pauseMs >= this.#dueMs) return;
    this.#unplan();
    this.#dueMs = clock.now() + pauseMs;
    this.#cancelTimer = clock.after(pauseMs, () => this.look());
  }

  /** Something new is to be expected: look as often as at first again. */
  rouse() {
    this.#quietLooks = 0;
    this.plan();
  }

  /**
   * Look now. With `readsLog` the log is read without asking the status first whether it grew.
   */
  look(readsLog = false) {
    if (this.#isStopped) return;
    this.#mustRead ||= readsLog;
    this.#isWanted = true;
    if (!this.#isLooking) void this.#lookWhileWanted();
  }

  /**
   * The server failed us. With a 401 (renewed in vain) only a new sign-in helps: all looking ends.
   * @param {BrainError} problem
   */
  fail(problem) {
    this.problem = problem;
    this.#failures += 1;
    if (problem.status === 401) this.stop();
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
      quietLooks: this.#quietLooks,
      retryAfterMs: this.problem?.retryAfterMs ?? 0,
    };
  }

  #unplan() {
    this.#cancelTimer();
    this.#dueMs = Infinity;
  }

  async #lookWhileWanted() {
    this.#isLooking = true;
    this.#unplan();
    try {
      while (this.#isWanted && !this.#isStopped) {
        this.#isWanted = false;
        await this.#lookOnce();
      }
    } finally {
      this.#isLooking = false;
      this.plan();
    }
  }

  async #lookOnce() {
    const { log, onLooked } = this.#watched;
    const before = log.deliveredSeq;
    try {
      // After a failure too: a status that fails must not hide the messages.
      if (this.#mustRead || this.#failures > 0) await this.#readLog();
      const isNew = await this.#readStatus();
      if (log.isBehind) await this.#readLog();
      this.#failures = 0;
      this.problem = null;
      this.#quietLooks = isNew || log.deliveredSeq !== before ? 0 : this.#quietLooks + 1;
    } catch (error) {
      if (error instanceof ConnectionClosed) return;
      if (!(error instanceof BrainError)) throw error;
      this.fail(error);
    }
    onLooked();
  }

  async #readLog() {
    const { gateway, log } = this.#watched;
    this.#mustRead = false;
    let asked;
    do {
      asked = log.deliveredSeq;
      const query = `?sinceSeq=${asked}&limit=${PAGE_LENGTH}`;
      log.takePage((await gateway.read('/api/messages', query)).body, asked);
    } while (log.isBehind && log.deliveredSeq !== asked);
  }

  async #readStatus() {
    const { gateway, log, run } = this.#watched;
    const { body, isNew } = await gateway.read('/api/status');
    run.hearStatus(body);
    log.hear(body.lastSeq);
    return isNew;
  }
}
