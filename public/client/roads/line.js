/** A road that is one long connection. It is opened again whenever it ends. */

import { pauseBeforeRetry } from '../pace.js';

/** @typedef {import('../types.js').Standing} Standing */

/**
 * @callback Connect Open one connection; settles when it has ended.
 * @param {AbortSignal} signal ends it
 * @param {() => void} isUp call it when the connection works
 * @returns {Promise<number | void>} the pause (ms) that the server asks for
 */

const STEADY_MS = 5000; // a connection that lasted this long counts as working
const MOST_QUICK_ENDS = 3; // in a row; then something on the way cuts connections
const AGAIN_MS = 1000; // the pause if the server asks for none

export class Line {
  #world;
  #connect;
  #onStanding;
  #ending = new AbortController();
  #failures = 0;
  #upMs = Infinity;
  #cancel = () => {};

  /**
   * @param {import('../outside.js').World} world
   * @param {Connect} connect
   * @param {(standing: Standing) => void} onStanding
   */
  constructor(world, connect, onStanding) {
    this.#world = world;
    this.#connect = connect;
    this.#onStanding = onStanding;
    this.#open();
  }

  close() {
    this.#cancel();
    this.#ending.abort();
  }

  #open() {
    const { signal } = this.#ending;
    this.#upMs = Infinity;
    this.#connect(signal, () => this.#up()).then(
      (requestedMs) => this.#again(requestedMs ?? AGAIN_MS, 0, true),
      ({ retryAfterMs = 0 }) => this.#again(AGAIN_MS, retryAfterMs, false),
    );
  }

  #up() {
    const { clock } = this.#world;
    if (this.#upMs < Infinity || this.#ending.signal.aborted) return;
    this.#upMs = clock.now();
    const live = () => this.#onStanding('live');
    if (this.#failures < MOST_QUICK_ENDS) live();
    else this.#cancel = clock.after(STEADY_MS, live); // wait until it has lasted
  }

  /**
   * The connection has ended: plan the next one.
   * @param {number} requestedMs
   * @param {number} retryAfterMs
   * @param {boolean} isClean
   */
  #again(requestedMs, retryAfterMs, isClean) {
    const { clock, random } = this.#world;
    if (this.#ending.signal.aborted) return;
    this.#cancel();
    this.#failures = clock.now() - this.#upMs >= STEADY_MS ? 0 : this.#failures + 1;
    const pauseMs = this.#failures
      ? pauseBeforeRetry(this.#failures, random, retryAfterMs)
      : requestedMs * (0.5 + random() / 2);
    this.#cancel = clock.after(pauseMs, () => this.#open());
    const isShort = this.#upMs === Infinity || this.#failures >= MOST_QUICK_ENDS;
    // Last, because the listener may close this line.
    if (isShort || !isClean) this.#onStanding('away');
  }
}
