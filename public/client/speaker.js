/** Has messages said, one after the other, by one tab of all. What is said when: speaking.js. */

import { SPOKEN } from './storage.js';
import { deference, Speaking } from './speaking.js';
import { alone } from './tabs.js';
import { waitFor } from './waiting.js';

/** @typedef {import('./types.js').Heard} Heard */
/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').SpeakListener} SpeakListener */

/**
 * @typedef {object} SpeakerContext What a speaker has to know of its surroundings.
 * @property {import('./types.js').World} world
 * @property {Set<unknown>} ours the runs that were begun here, among others
 * @property {import('./log.js').Log} log
 * @property {(seq: number, how: Heard, chars?: number) => Promise<unknown>} heard
 */

const SLOWEST_MS = 200; // for one character; the slowest voices need half of that
const LEAST_MS = 30_000;

export class Speaker {
  #context;
  #speaking = new Speaking();
  /** @type {SpeakListener | null} */
  #listener = null;
  #isBusy = false;
  #cancel = () => {};

  /** @param {SpeakerContext} context */
  constructor(context) {
    this.#context = context;
  }

  /**
   * @param {SpeakListener} listener takes the place of an earlier one
   * @returns {() => void}
   */
  listen = (listener) => {
    this.#listener = listener;
    this.plan();
    return () => {
      if (this.#listener === listener) this.#listener = null;
    };
  };

  /**
   * @param {import('./types.js').Entry} entry
   * @param {boolean} isNew
   */
  receive(entry, isNew) {
    this.#speaking.receive(entry, isNew, this.#context.world.clock.now());
  }

  /** Have the next one said when this tab's turn has come. */
  plan() {
    this.#cancel();
    const next = this.#isBusy ? null : this.#next();
    if (next) this.#cancel = this.#context.world.clock.after(next.pauseMs, () => this.#speak());
  }

  stop() {
    this.#listener = null;
    this.#cancel();
  }

  /** What is to be said next, and how long it has to wait yet. */
  #next() {
    const { world, log, ours } = this.#context;
    const { clock, userStorage, surroundings } = world;
    if (!this.#listener || log.isBehind) return null; // the rest may overtake what is here
    const next = this.#speaking.next(clock.now(), ({ seq }) => userStorage.has(SPOKEN, seq));
    if (!next) return null;
    const { message, sinceMs } = next;
    const dueMs = sinceMs + deference(ours.has(message.runId), surroundings.isHidden);
    return { message, pauseMs: Math.max(dueMs - clock.now(), 0) };
  }

  async #speak() {
    this.#isBusy = true;
    await alone(this.#context.world, 'voice', async () => {
      for (let next = this.#next(); next?.pauseMs === 0; next = this.#next()) {
        await this.#say(next.message);
      }
    }).catch(() => {}); // closed meanwhile
    this.#isBusy = false;
    this.plan();
  }

  /** @param {Message} message */
  async #say(message) {
    const { world, heard } = this.#context;
    // Take first, say second: a page that dies in between leaves it unsaid, not said twice.
    world.userStorage.take(SPOKEN, message.seq);
    const limitMs = LEAST_MS + SLOWEST_MS * message.text.length;
    // Where nobody calls `done`: others want to speak.
    /** @type {import('./waiting.js').Settling<[Heard, number?]>} */
    const cutOff = (resolve) => resolve(['cutOff']);
    const [how, chars] = await waitFor(world, limitMs, undefined, cutOff, (resolve) =>
      this.#listener?.(message, (...outcome) => resolve(outcome)),
    ).catch((error) => {
      if (!world.lifetime.aborted) console.error('A listener failed.', error);
      return /** @type {[Heard, number?]} */ (['unspoken']);
    });
    heard(message.seq, how, chars).catch(() => {}); // what is not told counts as not heard
  }
}
