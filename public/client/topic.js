/** A list of listeners. One that throws does not affect the others. */

/** @template T */
export class Topic {
  /** @type {Set<(value: T) => void>} */
  #listeners = new Set();
  /** @type {T[]} */
  #buffered = [];
  #mostBuffered;

  /** @param {number} [mostBuffered] values to keep for the first listener */
  constructor(mostBuffered = 0) {
    this.#mostBuffered = mostBuffered;
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
    const buffered = this.#buffered;
    this.#buffered = [];
    for (const value of buffered) notify(own, value);
    return () => this.#listeners.delete(own);
  };

  /** @param {T} value */
  emit = (value) => {
    if (!this.hasListener && this.#buffered.push(value) > this.#mostBuffered) this.#buffered.shift();
    for (const listener of [...this.#listeners]) notify(listener, value);
  };
}

/**
 * @template T
 * @param {(value: T) => void} listener
 * @param {T} value
 */
function notify(listener, value) {
  try {
    listener(value);
  } catch (error) {
    console.error('A listener failed.', error);
  }
}
