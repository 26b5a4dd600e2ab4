/** Has messages spoken one after the other, in one tab at a time. speaking.js decides the order. */

import { SPOKEN } from './storage.js';
import { deference, Speaking } from './speaking.js';
import { alone } from './tabs.js';
import { waitFor } from './waiting.js';

/** @typedef {import('./types.js').Heard} Heard */
/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').SpeakListener} SpeakListener */

/**
 * @typedef {object} SpeakerContext
 * @property {import('./outside.js').World} world
 * @property {Set<unknown>} ours includes the ids of runs that this tab started
 * @property {import('./log.js').Log} log
 * @property {(seq: number, how: Heard, chars?: number) => Promise<unknown>} heard
 * @property {(isMute: boolean) => void} onMute whether what was spoken last gave no sound
 */

const SLOWEST_MS = 200; // for one character; the slowest voices need half of it
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
   * @param {SpeakListener} listener replaces an earlier one
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
    const { world, heard } = this.#context;
    const stale = this.#speaking.receive(entry, isNew, world.clock.now()) ?? [];
    for (const { seq, kind } of this.#listener ? stale : []) {
      const isAnswer = kind === 'say' && !world.userStorage.has(SPOKEN, seq);
      if (isAnswer) heard(seq, 'unspoken').catch(() => {}); // the brain may offer it once more
    }
  }

  /** Have the next message spoken when it is this tab's turn. */
  plan() {
    this.#cancel();
    const next = this.#isBusy ? null : this.#next();
    if (next) this.#cancel = this.#context.world.clock.after(next.pauseMs, () => this.#speak());
  }

  stop() {
    this.#listener = null;
    this.#cancel();
  }

  /** Return the next message to speak and how long it has to wait. */
  #next() {
    const { world, log, ours } = this.#context;
    const { clock, userStorage, surroundings } = world;
    if (!this.#listener || log.isBehind) return null; // a later entry may replace this one
    if (clock.isSure === false) return null; // it may have expired; a poll asks for the time
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
    }).catch(() => {}); // closed
    this.#isBusy = false;
    this.plan();
  }

  /** @param {Message} message */
  async #say(message) {
    const { world, heard, onMute } = this.#context;
    // Take it before it is spoken: if the page dies in between, it is not spoken rather than twice.
    world.userStorage.take(SPOKEN, message.seq);
    const limitMs = LEAST_MS + SLOWEST_MS * message.text.length;
    // In case nobody calls `done`: the next message must not wait for ever.
    /** @type {import('./waiting.js').Settling<[Heard | 'mute', number?]>} */
    const cutOff = (resolve) => resolve(['cutOff']);
    const [how, chars] = await waitFor(world, limitMs, undefined, cutOff, (resolve) =>
      this.#listener?.(message, (...outcome) => resolve(outcome)),
    ).catch((error) => {
      if (!world.lifetime.aborted) console.error('A listener failed.', error);
      return /** @type {[Heard | 'mute', number?]} */ (['unspoken']);
    });
    const isMute = how === 'mute';
    if (/mute|played|cut/.test(how)) onMute(isMute);
    heard(message.seq, isMute ? 'unspoken' : how, chars).catch(() => {}); // without a report it counts as not heard
  }
}
