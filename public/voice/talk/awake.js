/** Keeps the screen on while somebody talks: a phone that locks itself ends the conversation. */

export class Awake {
  #isWanted = false;
  /** @type {WakeLockSentinel | null} */
  #lock = null;

  /** Browsers may refuse, as with a low battery; then the screen goes off as usual. */
  async hold() {
    if (this.#isWanted) return;
    this.#isWanted = true;
    const lock = await globalThis.navigator?.wakeLock?.request('screen').catch(() => null);
    if (this.#isWanted) this.#lock = lock ?? null;
    else void lock?.release();
  }

  release() {
    this.#isWanted = false;
    void this.#lock?.release();
    this.#lock = null;
  }
}
