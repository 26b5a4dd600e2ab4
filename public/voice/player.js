/** Plays samples one after the other, without gaps. */

const RATE_HZ = 24_000;
const LEAD_S = 0.05; // before the first sound, so that the next one is there in time

export class Player {
  #context;
  #endS = 0; // in the context's time
  /** @type {Set<AudioBufferSourceNode>} */
  #playing = new Set();

  /** @param {AudioContext} context */
  constructor(context) {
    this.#context = context;
  }

  /** @param {unknown} data samples of 16 bits, little-endian, in base64 */
  play(data) {
    const samples = samplesOf(data);
    if (samples.length === 0) return;
    const buffer = this.#context.createBuffer(1, samples.length, RATE_HZ);
    buffer.copyToChannel(samples, 0);
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#context.destination);
    source.onended = () => this.#playing.delete(source);
    const { currentTime } = this.#context;
    const startS = this.#endS > currentTime ? this.#endS : currentTime + LEAD_S;
    source.start(startS);
    this.#endS = startS + buffer.duration;
    this.#playing.add(source);
  }

  stop() {
    for (const source of this.#playing) source.stop();
    this.#playing.clear();
    this.#endS = 0;
  }
}

/** @param {unknown} data base64; anything else is no sound */
export function samplesOf(data) {
  const bytes = Uint8Array.from(decoded(data), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length >> 1 }, (_, place) => view.getInt16(place * 2, true) / 32_768);
}

/** @param {unknown} data @returns {string} */
function decoded(data) {
  try {
    return typeof data === 'string' ? atob(data) : '';
  } catch {
    return '';
  }
}
