/** Clock, tab and network of the browser. Also works without a browser. */

/** @typedef {import('./outside.js').Clock} Clock */
/** @typedef {import('./outside.js').Surroundings} Surroundings */

/** @type {Clock} */
export const browserClock = {
  now: () => Date.now(),
  steady: () => (globalThis.performance ?? Date).now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

const CHANGES = 'visibilitychange online offline pageshow resume pagehide freeze'.split(' ');
let isFrozen = false; // also in the back/forward cache, or about to be

/** @type {Surroundings} */
export const browserSurroundings = {
  get isHidden() {
    return !!globalThis.document?.hidden;
  },
  get isOnline() {
    return globalThis.navigator?.onLine !== false; // if unknown, online
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
    // Events of the document pass the window in the capture phase.
    const how = { capture: true, signal: ending.signal };
    for (const change of CHANGES) globalThis.window?.addEventListener(change, note, how);
    return () => ending.abort();
  },
};

/** @returns {import('./outside.js').StorageLike | null} null if the browser does not allow it */
export function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
