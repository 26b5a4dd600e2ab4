/** Runs in the browser's sound thread: takes the microphone's samples down to 16 kHz, 16 bits. */

const RATE_HZ = 16_000;
const CHUNK = 640; // samples: 40 ms

const scope = /** @type {any} */ (globalThis); // of a worklet: it has no types here

/** Each sample is the mean of those that it replaces, so that high tones do not become noise. */
class Capture extends scope.AudioWorkletProcessor {
  #chunk = new Int16Array(CHUNK);
  #filled = 0;
  #sum = 0;
  #count = 0;
  #phase = 0; // of the next sample, 0 to 1

  /** @param {Float32Array[][]} inputs */
  process([input = []]) {
    const [samples] = input;
    const share = RATE_HZ / scope.sampleRate;
    for (const sample of samples ?? []) {
      this.#sum += sample;
      this.#count += 1;
      this.#phase += share;
      if (this.#phase < 1) continue;
      const mean = this.#sum / this.#count;
      for (; this.#phase >= 1; this.#phase -= 1) this.#put(mean);
      this.#sum = this.#count = 0;
    }
    return true;
  }

  /** @param {number} value -1 to 1 */
  #put(value) {
    this.#chunk[this.#filled] = Math.max(-1, Math.min(1, value)) * 32_767;
    this.#filled += 1;
    if (this.#filled < CHUNK) return;
    const { buffer } = this.#chunk;
    this.port.postMessage(buffer, [buffer]);
    this.#chunk = new Int16Array(CHUNK);
    this.#filled = 0;
  }
}

scope.registerProcessor('capture', Capture);
