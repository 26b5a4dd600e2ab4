/**
 * The page's other tabs in this browser. What one of them has said reaches the log, and an answer
 * its open request; neither comes by the channel. So each tab tells the others how far it is, and
 * who is behind looks.
 */

import { browserSurroundings } from '../client/surroundings.js';

const NAME = 'second-brain-pages';
const GRACE_MS = 500; // what comes by a road of its own is there by then

export class Neighbours {
  #channel = globalThis.BroadcastChannel ? new BroadcastChannel(NAME) : null;
  #userId = '';
  #seq = 0;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  constructor() {
    this.#channel?.addEventListener('message', ({ data }) => {
      if (data.userId === this.#userId) setTimeout(() => this.#compare(data.seq), GRACE_MS);
    });
  }

  /** The browser's surroundings, in which a neighbour's news is a change. */
  get surroundings() {
    const listen = (/** @type {() => void} */ listener) => {
      const unlisten = browserSurroundings.onChange(listener);
      this.#listeners.add(listener);
      return () => {
        unlisten();
        this.#listeners.delete(listener);
      };
    };
    return Object.create(browserSurroundings, { onChange: { value: listen } });
  }

  /** @param {import('../client/types.js').Session} session */
  begin({ userId, cursor }) {
    this.#userId = userId;
    this.#seq = cursor;
  }

  /** @param {number} seq that the log of this tab has reached */
  tell(seq) {
    if (seq <= this.#seq) return;
    this.#seq = seq;
    this.#channel?.postMessage({ userId: this.#userId, seq });
  }

  /** @param {number} seq */
  #compare(seq) {
    if (seq > this.#seq) for (const listener of this.#listeners) listener();
  }
}
