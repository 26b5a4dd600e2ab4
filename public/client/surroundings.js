/** Clock, tab and network of the browser. Also works without a browser. */

import { safely } from './storage.js';

/** @typedef {import('./outside.js').Clock} Clock */
/** @typedef {import('./outside.js').Surroundings} Surroundings */

/** @type {Clock} */
export const browserClock = {
  now: () => Date.now(),
  steady: () => (typeof globalThis.performance?.now === 'function' ? performance : Date).now(),
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
    const note = (/** @type {Event} */ { type }) => {
      isFrozen = /hide|freeze/.test(type) || (isFrozen && !/show|resume/.test(type));
      listener();
    };
    // A worker has no window, React Native one without events. Events of the document pass the
    // window in the capture phase.
    const target = globalThis.window ?? globalThis;
    const how = { capture: true };
    for (const change of CHANGES) target.addEventListener?.(change, note, how);
    return () => {
      for (const change of CHANGES) target.removeEventListener?.(change, note, how);
    };
  },
};

/** The device's time zone, an IANA name; undefined if it does not say. */
export function browserZone() {
  try {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch {
    // Some runtimes have only parts of Intl, and some browsers fail at a zone that they do not know.
    return undefined;
  }
}

/** What all tabs of this browser share. */
export const deviceStorage = /* @__PURE__ */ safely(() => globalThis.localStorage);

/** What is this tab's own. */
export const tabStorage = /* @__PURE__ */ safely(() => globalThis.sessionStorage);

/**
 * Storage for a connection. All connections of a page share what cannot be stored, so that only one
 * of them speaks. Without a page each stands for a device.
 */
export function browserStorage() {
  return globalThis.document ? deviceStorage : safely(() => globalThis.localStorage);
}
