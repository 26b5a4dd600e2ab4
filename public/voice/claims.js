/**
 * The right to say what came for no device, or late: the server gives it to one device at a time.
 * Loaded when it is first needed.
 */

import { SPOKEN } from '../client/storage.js';
import { pause } from '../client/waiting.js';

/** @typedef {import('../client/speaker.js').Claim} Claim */

const AGAIN_MS = 5000; // until a claim that failed is tried again
const ELSEWHERE_MS = 1500; // by then the device that asked has the answer too
const LONGEST_MS = 2 ** 31 - 1; // of setTimeout

/**
 * Have a message said if this device may. While it takes long, the right is renewed.
 * @param {Pick<import('../client/speaker.js').SpeakerContext, 'world' | 'claim' | 'isOurs'>} context
 * @param {import('../client/speaking.js').Waiting} waiting is put off if it may not be said now
 * @param {(held: import('../client/speaker.js').Held) => Promise<void>} say
 * @returns {Promise<string>} the state of the claim
 */
export async function claim({ world, claim: request, isOurs }, waiting, say) {
  const { seq, answersSeq } = waiting.message;
  const { clock, userStorage, lifetime } = world;
  let isSaid = false;
  let cancel = () => {};
  const ask = async () => {
    const askedMs = clock.now();
    /** @type {Claim} */
    const { state = 'yours', leftMs = LONGEST_MS, ...more } = await request(seq).catch((error) =>
      // Anything else comes from an older server, which has no claims.
      error.isPassing || lifetime.aborted ? { state: 'held', leftMs: AGAIN_MS } : {},
    );
    // By the time that has passed here: no clock is compared with another.
    return { state, endMs: askedMs + leftMs, number: more.claim };
  };
  if (answersSeq > 0 && !isOurs(waiting.message)) await pause(world, ELSEWHERE_MS);
  const first = await ask();
  const { state, endMs } = first;
  if (state === 'over') userStorage.take(SPOKEN, seq);
  if (state === 'held') waiting.sinceMs = endMs;
  if (state !== 'yours' || endMs <= clock.now()) return state;
  /** @type {import('../client/speaker.js').Held} */
  const held = { number: first.number, lost: new Promise((lose) => keep(first, lose)) };
  await say(held).finally(() => {
    isSaid = true;
    cancel();
  });
  return state;

  /**
   * @param {{endMs: number}} one
   * @param {(state: string) => void} lose
   */
  function keep(one, lose) {
    cancel = clock.after(one.endMs - clock.now(), async () => {
      const again = await ask();
      if (isSaid) return;
      if (again.state !== 'yours') return lose(again.state);
      held.number = again.number;
      keep(again, lose);
    });
  }
}
