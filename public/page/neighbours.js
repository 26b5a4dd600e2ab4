/**
 * The page's other tabs in this browser. The channel does not carry what the user says in one tab,
 * nor the answer in that tab's open request. So each tab announces how far its log is, and a tab
 * that is behind polls.
 */

import { browserSurroundings } from '../client/surroundings.js';

const NAME = 'second-brain-pages';
const GRACE_MS = 500; // an entry on its own road has arrived by then

export class Neighbours {
  #channel = openChannel();
  #userId = '';
  #seq = 0;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  constructor() {
    this.#channel?.addEventListener('message', ({ data }) => {
      if (data.userId === this.#userId) setTimeout(() => this.#compare(data.seq), GRACE_MS);
    });
  }

  /** The browser's surroundings; an announcement of another tab counts as a change. */
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

  /** @param {number} seq the last one in this tab's log */
  announce(seq) {
    if (seq <= this.#seq) return;
    this.#seq = seq;
    this.#channel?.postMessage({ userId: this.#userId, seq });
  }

  /** @param {number} seq */
  #compare(seq) {
    if (seq > this.#seq) for (const listener of this.#listeners) listener();
  }
}

function openChannel() {
  try {
    return globalThis.BroadcastChannel ? new BroadcastChannel(NAME) : null;
  } catch {
    return null; // refused, as where storage is blocked: this tab is the only one
  }
}
