/**
 * Has messages spoken one after the other, on one device and in one tab at a time. speaking.js
 * decides the order, and the server which device says what came for none of them, or late.
 */

import { SPOKEN } from './storage.js';
import { deference, Speaking } from './speaking.js';
import { claims } from './later.js';
import { alone } from './tabs.js';
import { waitFor } from './waiting.js';

/** @typedef {import('./types.js').Heard} Heard */
/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').SpeakListener} SpeakListener */

/**
 * @typedef {object} SpeakerContext
 * @property {import('./outside.js').World} world
 * @property {(message: Message) => boolean} isOurs whether it answers a text of this tab
 * @property {(message: Message) => boolean} isOursNow whether it came as this tab waited for it
 * @property {import('./log.js').Log} log
 * @property {(seq: number) => Promise<Claim>} claim asks for the right to say a message
 * @property {(seq: number, how: Heard, chars?: number, claim?: number) => Promise<unknown>} heard
 * @property {(isMute: boolean) => void} onMute whether what was spoken last gave no sound
 *
 * @typedef {object} Claim
 * @property {'yours' | 'held' | 'over'} [state] held: by another device; over: nobody says it now
 * @property {number} [claim] its number
 * @property {number} [leftMs] how long it lasts, whoever has it
 *
 * @typedef {object} Held
 * @property {number} [number] of the claim
 * @property {Promise<string>} lost resolves when this device may not say it any more, with the claim's state
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

  get isOn() {
    return !!this.#listener;
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
    const { world, log, isOurs } = this.#context;
    const { clock, userStorage, surroundings } = world;
    if (!this.#listener || log.isBehind) return null; // a later entry may replace this one
    if (clock.isSure === false) return null; // it may have expired; a poll asks for the time
    const next = this.#speaking.next(clock.now(), ({ seq }) => userStorage.has(SPOKEN, seq));
    if (!next) return null;
    const { message, sinceMs } = next;
    const dueMs = sinceMs + deference(isOurs(message), surroundings.isHidden);
    return { next, pauseMs: Math.max(dueMs - clock.now(), 0) };
  }

  async #speak() {
    this.#isBusy = true;
    await alone(this.#context.world, 'voice', async () => {
      for (let due = this.#next(); due?.pauseMs === 0; due = this.#next()) {
        const { message } = due.next;
        const say = (/** @type {Held} */ held) => this.#say(message, held);
        // If the code cannot be loaded, it is said without a claim.
        const loaded = !this.#context.isOursNow(message) && (await claims().catch(() => null));
        await (loaded ? loaded.claim(this.#context, due.next, say) : this.#say(message));
      }
    }).catch(() => {}); // closed
    this.#isBusy = false;
    this.plan();
  }

  /**
   * @param {Message} message
   * @param {Held} [held] the right to say it, if it is needed
   */
  async #say(message, held) {
    const { world, heard, onMute } = this.#context;
    if (this.#next()?.next.message !== message) return; // overtaken while it was claimed
    // Take it before it is spoken: if the page dies in between, it is not spoken rather than twice.
    world.userStorage.take(SPOKEN, message.seq);
    const limitMs = LEAST_MS + SLOWEST_MS * message.text.length;
    // In case nobody calls `done`: the next message must not wait for ever.
    /** @type {import('./waiting.js').Settling<[Heard | 'mute', number?]>} */
    const cutOff = (resolve) => resolve(['cutOff']);
    const [how, chars] = await waitFor(world, limitMs, undefined, cutOff, (resolve) => {
      held?.lost.then(() => resolve(['cutOff']));
      this.#listener?.(message, (...outcome) => resolve(outcome));
    }).catch((error) => {
      if (!world.lifetime.aborted) console.error('A listener failed.', error);
      return /** @type {[Heard | 'mute', number?]} */ (['unspoken']);
    });
    const isMute = how === 'mute';
    if (/mute|played|cut/.test(how)) onMute(isMute);
    heard(message.seq, isMute ? 'unspoken' : how, chars, held?.number).catch(() => {}); // without a report it counts as not heard
  }
}
