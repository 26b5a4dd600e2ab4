/** Listens whether somebody speaks while the page does. Nothing is recorded or sent. */

import { closeMicrophone, openMicrophone } from './sound.js';
import { isVoice } from './vad.js';

const PIECE_MS = 50;
const SAMPLES = 2048; // at 48 kHz: 43 ms

export class Monitor {
  #onPiece;
  /** @type {MediaStream | null} */
  #microphone = null;
  /** @type {AudioContext | null} */
  #context = null;
  #timer = 0;
  #isOn = false;

  /** @param {(isVoice: boolean, ms: number) => void} onPiece */
  constructor(onPiece) {
    this.#onPiece = onPiece;
  }

  /** Without a microphone it never hears anybody. */
  async start() {
    if (this.#isOn) return;
    this.#isOn = true;
    const microphone = await openMicrophone().catch(() => null);
    if (!microphone) return;
    if (!this.#isOn) return closeMicrophone(microphone);
    this.#microphone = microphone;
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = SAMPLES;
    this.#context.createMediaStreamSource(microphone).connect(analyser);
    const samples = new Float32Array(SAMPLES);
    const { sampleRate } = this.#context;
    this.#timer = window.setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.#onPiece(isVoice(samples, sampleRate), PIECE_MS);
    }, PIECE_MS);
  }

  stop() {
    this.#isOn = false;
    clearInterval(this.#timer);
    if (this.#microphone) closeMicrophone(this.#microphone);
    this.#context?.close().catch(() => {});
    this.#microphone = this.#context = null;
  }
}
