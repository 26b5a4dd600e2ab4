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

/** @type {Surroundings} */
export const browserSurroundings = {
  get isHidden() {
    return globalThis.document?.visibilityState === 'hidden';
  },
  get isOnline() {
    return globalThis.navigator?.onLine !== false; // unknown counts as online
  },
  onChange(listener) {
    const targets = [
      { target: globalThis.document, events: ['visibilitychange'] },
      { target: globalThis.window, events: ['online', 'offline'] },
    ].filter(({ target }) => target !== undefined);
    for (const { target, events } of targets) {
      for (const event of events) target.addEventListener(event, listener);
    }
    return () => {
      for (const { target, events } of targets) {
        for (const event of events) target.removeEventListener(event, listener);
      }
    };
  },
};
