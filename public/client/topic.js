/** Listeners, told one after the other; one that throws does not keep the others from hearing. */

/** @template T */
export class Topic {
  /** @type {Set<(value: T) => void>} */
  #listeners = new Set();
  /** @type {T[]} */
  #held = [];
  #mostHeld;

  /** @param {number} [mostHeld] values that wait for the first listener, when there is none yet */
  constructor(mostHeld = 0) {
    this.#mostHeld = mostHeld;
  }

  get hasListener() {
    return this.#listeners.size > 0;
  }

  /**
   * @param {(value: T) => void} listener
   * @returns {() => void} unsubscribes
   */
  subscribe = (listener) => {
    const own = (/** @type {T} */ value) => listener(value);
    this.#listeners.add(own);
    const held = this.#held;
    this.#held = [];
    for (const value of held) tell(own, value);
    return () => this.#listeners.delete(own);
  };

  /** @param {T} value */
  emit = (value) => {
    if (!this.hasListener && this.#held.push(value) > this.#mostHeld) this.#held.shift();
    for (const listener of [...this.#listeners]) tell(listener, value);
  };
}

/**
 * @template T
 * @param {(value: T) => void} listener
 * @param {T} value
 */
function tell(listener, value) {
  try {
    listener(value);
  } catch (error) {
    console.error('A listener of the brain failed.', error);
  }
}
