/** What the user has chosen for ear and mouth: language, voice, rate. Kept on this device. */

import { deviceStorage } from '../client/surroundings.js';

const PREFIX = 'second-brain-';

/** @param {string} name @returns {string | null} */
export const kept = (name) => deviceStorage.getItem(PREFIX + name);

/** @param {string} name @param {string} value */
export const keep = (name, value) => deviceStorage.setItem(PREFIX + name, value);

/** The language that the user speaks, and the ear listens for: a BCP 47 tag. */
export const spokenLanguage = () => kept('language') || globalThis.navigator?.language || 'en';

/** The voice's speed: 1 is the usual one. */
export const rate = () => Number(kept('rate')) || 1;

/** The voice that the user prefers, by its `voiceURI`; '' = whichever fits. */
export const voiceName = () => kept('voice') ?? '';
