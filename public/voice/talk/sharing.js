/**
 * Which messages a spoken conversation tells. The answer to what was asked here is told at once. What
 * came for no device, or late, is told if the server gives this device the right to it: otherwise
 * another device would say it too. Whatever it is, the adapter gets it, as silent if it is not told.
 */

import { SPOKEN } from '../../client/storage.js';
import { pause } from '../../client/waiting.js';
import { claim } from '../claims.js';

/** @typedef {import('../../client/types.js').Entry} Entry */
/** @typedef {import('../../client/types.js').Message} Message */
/** @typedef {import('../../client/speaker.js').Held} Held */

const LONGEST_MS = 180_000; // a message that the vendor has not said by then may be said elsewhere

export class Sharing {
  #context;
  #pass;
  /** @type {Map<number, {held: Held, end: () => void}>} */
  #told = new Map(); // by seq: what is told by a right of this device
  #isOver = false;

  /**
   * @param {import('../../client/speaker.js').SpeakerContext} context
   * @param {(entry: Entry) => void} pass gives an entry to the adapter
   */
  constructor(context, pass) {
    this.#context = context;
    this.#pass = pass;
  }

  /** @param {Entry} entry that is new in the log */
  take(entry) {
    if (entry.role !== 'brain') return this.#pass(entry);
    // Another tab of this browser has the same right, so the tabs agree by what is stored.
    const isFirst = this.#context.world.userStorage.take(SPOKEN, entry.seq);
    const isOurs = this.#context.isOursNow(entry);
    if (isOurs || !hasWords(entry)) this.#pass(entry);
    else if (isFirst) this.#share(entry).catch(() => {}); // the connection was closed
    else this.#pass(silent(entry));
  }

  /**
   * What the adapter has noticed: the right has served its purpose.
   * @param {number} seq
   * @returns {number | undefined} the number of the claim, for the report
   */
  end(seq) {
    const told = this.#told.get(seq);
    told?.end();
    return told?.held.number;
  }

  /** The conversation has ended: other devices may say what is left. */
  close() {
    this.#isOver = true;
    for (const { end } of [...this.#told.values()]) end();
  }

  /** @param {Message} message */
  async #share(message) {
    const { world } = this.#context;
    const waiting = { message, sinceMs: 0 };
    let isTold = false;
    const tell = (/** @type {Held} */ held) => ((isTold = true), this.#tell(message, held));
    while (!this.#isOver) {
      const state = await claim(this.#context, waiting, tell);
      if (isTold) return;
      if (state === 'over') return this.#pass(silent(message));
      if (state === 'held') await pause(world, Math.max(waiting.sinceMs - world.clock.now(), 0));
    }
  }

  /**
   * Have the vendor told, and keep the right until it has said it.
   * @param {Message} message
   * @param {Held} held
   * @returns {Promise<void>}
   */
  #tell(message, held) {
    const { seq } = message;
    return new Promise((resolve) => {
      const cancel = this.#context.world.clock.after(LONGEST_MS, () => this.end(seq));
      const end = () => {
        this.#told.delete(seq);
        cancel();
        resolve();
      };
      this.#told.set(seq, { held, end });
      held.lost.then((state) => {
        // Only another device's right counts: `over` may mean that the page has shown the message.
        if (state === 'held' && this.#told.has(seq)) this.#pass({ ...message, withdrawn: true });
        end();
      });
      if (this.#isOver) end();
      else this.#pass(message);
    });
  }
}

/** @param {Message} message */
function hasWords({ speak, question, speech, text }) {
  return speak !== 'silent' && question?.for !== 'client' && (speech ?? text).trim() !== '';
}

/** @template {Entry} T @param {T} entry @returns {T} */
function silent(entry) {
  return { ...entry, speak: 'silent' };
}
