/** The browser's time, tab and network, as far as there is a browser. */

/** @typedef {import('./types.js').Clock} Clock */
/** @typedef {import('./types.js').Surroundings} Surroundings */

/** @type {Clock} */
export const browserClock = {
  now: () => Date.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

const CHANGES = 'visibilitychange online offline pageshow resume pagehide freeze'.split(' ');
let isFrozen = false; // or kept whole behind another page, or about to be

/** @type {Surroundings} */
export const browserSurroundings = {
  get isHidden() {
    return !!globalThis.document?.hidden;
  },
  get isOnline() {
    return globalThis.navigator?.onLine !== false; // unknown counts as online
  },
  get isFrozen() {
    return isFrozen;
  },
  onChange(listener) {
    const ending = new AbortController();
    const note = (/** @type {Event} */ { type }) => {
      isFrozen = /hide|freeze/.test(type) || (isFrozen && !/show|resume/.test(type));
      listener();
    };
    // What happens to the document passes the window first, in the phase of capture.
    const how = { capture: true, signal: ending.signal };
    for (const change of CHANGES) globalThis.window?.addEventListener(change, note, how);
    return () => ending.abort();
  },
};

/** @returns {import('./types.js').StorageLike | null} null where the browser allows none */
export function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
