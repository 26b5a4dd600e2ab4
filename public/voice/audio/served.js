/** The server's voice reads messages aloud, sentence by sentence. Takes the place of `Synthesizer`. */

import { SpokenQueue } from './queue.js';

/** @typedef {import('../../client/types.js').Heard} Heard */
/** @typedef {(how: Heard, chars?: number) => void} Done */
/** @typedef {import('../../client/sse.js').ServerEvent} ServerEvent */
/** @typedef {(path: string, onEvent: (event: ServerEvent) => void, signal: AbortSignal) => Promise<void>} Follow */

export class ServedVoice {
  /** The browser allows no sound before a press. */
  isMute = false;
  /** The server speaks every language. @type {string | null} */
  lacking = null;
  #follow;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {SpokenQueue | null} */
  #queue = null;
  #leaving = new AbortController();

  /** @param {Follow} follow reads events of the server until they end */
  constructor(follow) {
    this.#follow = follow;
  }

  get isAvailable() {
    return globalThis.AudioContext !== undefined;
  }

  /** Allow sound. Call it within a press: without one the browser plays nothing. */
  prime() {
    this.#context ??= new AudioContext();
    this.#context.resume().catch(() => {});
  }

  /**
   * @param {string} text what is spoken
   * @param {Done} done
   * @param {number} seq of the message
   */
  speak(text, done, seq) {
    this.stop();
    const { userActivation } = navigator;
    this.isMute = !this.#context && !!userActivation && !userActivation.hasBeenActive;
    if (this.isMute) return done('unspoken');
    this.prime();
    const context = /** @type {AudioContext} */ (this.#context);
    const queue = new SpokenQueue(context, text.length, done);
    this.#queue = queue;
    this.#leaving = new AbortController();
    this.#follow(
      `/api/audioStream?seq=${seq}`,
      ({ event, data }) => {
        if (event === 'audio') queue.add(JSON.parse(data));
        if (event === 'spoken') queue.complete(JSON.parse(data).skipped ?? []);
      },
      this.#leaving.signal,
    ).then(
      () => queue.breakOff(),
      () => queue.breakOff(),
    );
  }

  stop() {
    this.#leaving.abort();
    this.#queue?.stop();
    this.#queue = null;
  }
}
