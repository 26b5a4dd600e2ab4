/** One tab at a time: by Web Locks, or else by a claim in the storage that tabs share. */

import { pause } from './waiting.js';

/** @typedef {import('./types.js').World} World */

const RENEW_MS = 1000;
const CLAIM_MS = 4000; // a claim that was not renewed for so long is over: its tab is gone
const SETTLE_MS = 50; // in which another tab that claimed at the same time has written as well

/**
 * Do something while no other tab of this user does it.
 * @template T
 * @param {World} world
 * @param {string} what
 * @param {() => T | Promise<T>} act
 * @returns {Promise<T>}
 */
export async function alone(world, what, act) {
  const { clock, random, locks, lifetime, userStorage, BroadcastChannel } = world;
  if (locks) return locks.request(userStorage.nameOf(what), { signal: lifetime }, act);
  const place = `claim:${what}`;
  const mine = random();
  const bell = BroadcastChannel && new BroadcastChannel(userStorage.nameOf(what));
  const read = () => userStorage.read(place) ?? [];
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
      // Where this tab stood still, the one that speaks may have too.
      seenMs = clock.now() > dueMs + RENEW_MS ? 0 : atMs;
    }
    renew();
    return await act();
  } finally {
    cancel();
    if (read()[0] === mine) userStorage.write(place, null);
    bell?.postMessage(''); // whoever waits need not wait for the end of the claim
    bell?.close();
  }
}
