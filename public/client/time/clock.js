/**
 * The server's time, in which `createdAt` and `expiresAt` are. The device's clock may be wrong by
 * hours. So the time of the latest response counts, plus what has passed since by a clock that
 * nobody sets. That one may stand still while the device sleeps, until the next response.
 */

/**
 * @callback Told Note the time that a response states. Does nothing without one.
 * @param {unknown} time a date
 * @param {number} [roundedMs] by so much it may be rounded down
 * @returns {void}
 */

const APART_MS = 5000; // the device's two clocks may differ by this much between two responses
const NEAR_MS = 2000; // servers differ by seconds, and that does not matter
const VAGUE_MS = 60_000; // a response that took so long says nothing about the present time

export class ServerClock {
  /** Called when the estimate was corrected by much. */
  onJump = () => {};
  #device;
  #steady;
  #aheadMs; // the server's time, compared with the steady clock
  #apartMs; // the device's clock, compared with the steady one at the latest response

  /** @param {import('../outside.js').Clock} device */
  constructor(device) {
    this.#device = device;
    this.#steady = device.steady ?? device.now;
    this.#aheadMs = this.#apartMs = device.now() - this.#steady();
  }

  /** The server's time in ms since 1970, as far as known. Before the first response: the device's. */
  now = () => this.#steady() + this.#aheadMs;

  /** @type {import('../outside.js').Clock['after']} */
  after = (ms, act) => this.#device.after(ms, act);

  /** False after a sleep of the device, or when its clock was set, until the next response. */
  get isSure() {
    return Math.abs(this.#sleptMs) < APART_MS;
  }

  /**
   * Call it when a request is sent.
   * @returns {Told} to call when its response arrives
   */
  ask() {
    const [steadyMs, deviceMs] = [this.#steady(), this.#device.now()];
    return (time, roundedMs = 0) => {
      const saidMs = Date.parse(`${time}`);
      // The one that stood still, or was set back, is not to be believed.
      const tookMs = Math.max(this.#steady() - steadyMs, this.#device.now() - deviceMs);
      if (tookMs > VAGUE_MS) return;
      const latestMs = saidMs + roundedMs + tookMs;
      const nowMs = this.now();
      const isRight = nowMs > saidMs - NEAR_MS && nowMs < latestMs + NEAR_MS;
      // From a server that says nothing only the device knows how long a sleep was.
      const rightMs = saidMs > 0 ? (saidMs + latestMs) / 2 : nowMs + this.#sleptMs;
      this.#apartMs += this.#sleptMs;
      if (isRight) return;
      this.#aheadMs += rightMs - nowMs;
      if (Math.abs(rightMs - nowMs) > APART_MS) this.onJump();
    };
  }

  /** How far the device's clock went, and the steady one did not, since the latest response. */
  get #sleptMs() {
    return this.#device.now() - this.#steady() - this.#apartMs;
  }
}
