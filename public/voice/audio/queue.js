/** Plays the sentences of one message one after the other, and reports how far they were heard. */

/** @typedef {import('../../client/types.js').Heard} Heard */

const CHARS_PER_SECOND = 15; // of speech
const LEAD_S = 0.05; // before the first sound, so that the next one is there in time

/**
 * @typedef {object} Part A sentence, as the server sends it.
 * @property {number} part counts from 0
 * @property {string} text
 * @property {string} data one whole audio file, in base64
 */

/** @typedef {{source: AudioBufferSourceNode, startS: number, seconds: number, isOver: boolean}} Playing */

export class SpokenQueue {
  #context;
  #chars;
  #done;
  #isDone = false;
  #isComplete = false; // no more sentences come
  #isWhole = true; // none was left out
  #decoding = Promise.resolve();
  /** @type {Playing[]} */
  #playing = [];
  #endS = 0; // of the last sound, in the context's time

  /**
   * @param {AudioContext} context
   * @param {number} chars of all that is to be spoken
   * @param {(how: Heard, chars?: number) => void} done
   */
  constructor(context, chars, done) {
    this.#context = context;
    this.#chars = chars;
    this.#done = done;
  }

  /** @param {Part} part */
  add({ data }) {
    const file = bytesOf(data);
    // One after the other: a short sentence is decoded sooner than the longer one before it.
    this.#decoding = this.#decoding.then(async () => {
      const buffer = await this.#context.decodeAudioData(file).catch(() => null);
      if (buffer) this.#play(buffer);
      else this.#isWhole = false;
    });
  }

  /** All sentences have come. @param {number[]} skipped those that could not be spoken */
  complete(skipped) {
    this.#isWhole &&= skipped.length === 0;
    this.#decoding = this.#decoding.then(() => {
      this.#isComplete = true;
      this.#look();
    });
  }

  /** No more sentences come, although some may be missing. */
  breakOff() {
    this.#decoding = this.#decoding.then(() => {
      if (this.#isComplete) return;
      this.#isWhole = false;
      this.#isComplete = true;
      this.#look();
    });
  }

  stop() {
    this.#finish('cutOff');
    for (const { source } of this.#playing) source.stop();
  }

  /** @param {AudioBuffer} buffer */
  #play(buffer) {
    if (this.#isDone) return;
    const source = this.#context.createBufferSource();
    const { currentTime } = this.#context;
    const startS = this.#endS > currentTime ? this.#endS : currentTime + LEAD_S;
    const playing = { source, startS, seconds: buffer.duration, isOver: false };
    source.buffer = buffer;
    source.connect(this.#context.destination);
    source.onended = () => {
      playing.isOver = true;
      this.#look();
    };
    source.start(startS);
    this.#endS = startS + buffer.duration;
    this.#playing.push(playing);
  }

  /** Finish once all that came was played. */
  #look() {
    if (!this.#isComplete || this.#playing.some(({ isOver }) => !isOver)) return;
    if (this.#playing.length === 0) this.#finish('unspoken');
    else this.#finish(this.#isWhole ? 'played' : 'cutOff');
  }

  /** @param {Heard} how */
  #finish(how) {
    if (this.#isDone) return;
    this.#isDone = true;
    const chars = this.#heardChars();
    if (how === 'cutOff' && chars === 0) this.#done('unspoken');
    else this.#done(how, how === 'cutOff' ? chars : undefined);
  }

  #heardChars() {
    const { currentTime } = this.#context;
    const seconds = this.#playing.reduce((sum, { startS, seconds, isOver }) => {
      return sum + (isOver ? seconds : Math.min(Math.max(currentTime - startS, 0), seconds));
    }, 0);
    return Math.min(Math.round(seconds * CHARS_PER_SECOND), this.#chars);
  }
}

/** @param {string} data */
function bytesOf(data) {
  return Uint8Array.from(atob(data), (character) => character.charCodeAt(0)).buffer;
}
