/** What the user has chosen for ear and mouth: language, voice, rate. Kept on this device. */

const PREFIX = 'second-brain-';

/** @type {Map<string, string>} */
const own = new Map(); // where the browser keeps nothing

/** @param {string} name @returns {string | null} */
export function kept(name) {
  try {
    return localStorage.getItem(PREFIX + name) ?? own.get(name) ?? null;
  } catch {
    return own.get(name) ?? null;
  }
}

/** @param {string} name @param {string} value */
export function keep(name, value) {
  own.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // It lasts until the page is closed.
  }
}

/** The language that the user speaks, and the ear listens for: a BCP 47 tag. */
export const spokenLanguage = () => kept('language') || globalThis.navigator?.language || 'en';

/** The voice's speed: 1 is the usual one. */
export const rate = () => Number(kept('rate')) || 1;

/** The voice that the user prefers, by its `voiceURI`; '' = whichever fits. */
export const voiceName = () => kept('voice') ?? '';
