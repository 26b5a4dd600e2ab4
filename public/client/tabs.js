/** Lets one tab act at a time: by Web Locks, or by a claim in the storage that tabs share. */

import { pause } from './waiting.js';

/** @typedef {import('./outside.js').World} World */

const RENEW_MS = 1000;
const CLAIM_MS = 4000; // a claim that is not renewed for this long has ended: its tab is gone
const SETTLE_MS = 50; // enough for another tab that claims at the same time to write too

/**
 * Call `act` while no other tab of this user does.
 * @template T
 * @param {World} world
 * @param {string} what
 * @param {() => T | Promise<T>} act
 * @returns {Promise<T>}
 */
export async function alone(world, what, act) {
  const { locks, lifetime, userStorage } = world;
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return act();
  };
  try {
    if (locks?.request) return await locks.request(userStorage.nameOf(what), { signal: lifetime }, begin);
  } catch (error) {
    // A browser that blocks its storage refuses locks too.
    if (hasBegun || lifetime.aborted) throw error;
  }
  return aloneByClaim(world, what, act);
}

/**
 * @template T
 * @param {World} world
 * @param {string} what
 * @param {() => T | Promise<T>} act
 * @returns {Promise<T>}
 */
async function aloneByClaim({ userStorage, ...world }, what, act) {
  const { clock, random } = world;
  const place = `claim:${what}`;
  const mine = random();
  const bell = bellOf(world.BroadcastChannel, userStorage.nameOf(what));
  const read = () => userStorage.numbers(place);
  const claim = () => userStorage.write(place, [mine, clock.now()]);
  let cancel = () => {};
  const renew = () => {
    claim();
    cancel = clock.after(RENEW_MS, renew);
  };
  let seenMs = 0;
  try {
    while (read()[0] !== mine) {
      const [, atMs = seenMs] = read();
      const isFree = atMs === seenMs;
      const pauseMs = isFree ? SETTLE_MS : CLAIM_MS;
      const dueMs = clock.now() + pauseMs;
      if (isFree) claim();
      await pause(world, pauseMs, undefined, (resolve) => {
        if (bell && !isFree) bell.onmessage = resolve;
      });
      // If this tab was suspended, the claiming one may have been too, so wait again.
      seenMs = clock.now() > dueMs + RENEW_MS ? 0 : atMs;
    }
    renew();
    return await act();
  } finally {
    cancel();
    if (read()[0] === mine) userStorage.write(place, null);
    bell?.postMessage(''); // wakes the tabs that wait
    bell?.close();
  }
}

/**
 * @param {World['BroadcastChannel']} BroadcastChannel
 * @param {string} name
 */
function bellOf(BroadcastChannel, name) {
  try {
    return BroadcastChannel && new BroadcastChannel(name);
  } catch {
    return null; // refused, as where storage is blocked
  }
}
