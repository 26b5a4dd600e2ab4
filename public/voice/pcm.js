/** A socket to Gemini: the microphone goes out as 16 kHz samples, 24 kHz samples come in. */

import { listIn } from './machine.js';
import { Player } from './player.js';
import { parsed } from './rtc.js';

const CAPTURE = new URL('./capture.js', import.meta.url).href;
const IN_TYPE = 'audio/pcm;rate=16000';
const MOST_BUFFERED = 256 * 1024; // bytes; more means that the network is too slow for live sound

export class Pcm {
  #sound;
  #microphone;
  #listener;
  #player;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {AudioNode[]} */
  #nodes = [];
  #isReady = false; // the vendor takes sound
  #isMuted = false;
  #isClosed = false;

  /**
   * @param {import('./sound.js').Sound} sound
   * @param {MediaStream} microphone
   * @param {import('./rtc.js').Listener} listener
   */
  constructor(sound, microphone, listener) {
    this.#sound = sound;
    this.#microphone = microphone;
    this.#listener = listener;
    this.#player = new Player(sound.context);
  }

  async offer() {
    return undefined; // a socket needs none
  }

  /**
   * @param {{url?: string, token?: string, model?: string}} session
   * @param {string | null} [handle] of the session to resume
   */
  async begin({ url = '', token = '', model = '' }, handle = null) {
    const address = new URL(url);
    address.searchParams.set('access_token', token);
    await this.#capture();
    if (this.#isClosed) return;
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.send({ setup: { model, sessionResumption: handle ? { handle } : {} } });
      this.#listener.onOpen();
    };
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code }) => this.#lose(code);
  }

  /** @param {object} frame */
  send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** @param {boolean} isMuted */
  mute(isMuted) {
    this.#isMuted = isMuted;
    // The vendor would wait for the rest of what was said.
    if (isMuted && this.#isReady) this.send({ realtimeInput: { audioStreamEnd: true } });
  }

  close() {
    this.#isClosed = true;
    this.#player.stop();
    for (const node of this.#nodes) node.disconnect();
    this.#nodes = [];
    this.#socket?.close();
  }

  async #capture() {
    const { context } = this.#sound;
    await context.audioWorklet.addModule(CAPTURE);
    if (this.#isClosed) return;
    const source = context.createMediaStreamSource(this.#microphone);
    const capture = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 });
    capture.port.onmessage = ({ data }) => this.#pass(data);
    source.connect(capture);
    this.#nodes = [source, capture];
  }

  /** @param {ArrayBuffer} samples of 16 bits */
  #pass(samples) {
    if (!this.#isReady || this.#isMuted || !this.#socket) return;
    if (this.#socket.bufferedAmount > MOST_BUFFERED) return;
    this.send({ realtimeInput: { audio: { data: base64(samples), mimeType: IN_TYPE } } });
  }

  /** @param {string | ArrayBuffer} data */
  #take(data) {
    if (this.#isClosed) return;
    const frame = parsed(typeof data === 'string' ? data : new TextDecoder().decode(data));
    if (!frame) return;
    if (frame.setupComplete) this.#isReady = true;
    const { serverContent } = frame;
    for (const part of listIn(serverContent?.modelTurn?.parts)) {
      if (!part?.inlineData) continue;
      this.#player.play(part.inlineData.data);
      part.inlineData = {}; // the adapter needs no sound
    }
    if (serverContent?.interrupted) this.#player.stop();
    this.#listener.onEvent(frame);
  }

  /** @param {number} code */
  #lose(code) {
    if (this.#isClosed) return;
    this.close();
    this.#listener.onClosed(code);
  }
}

/** @param {ArrayBuffer} buffer */
function base64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}
