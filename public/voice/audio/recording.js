/** Records takes, for a server that turns them into text. Takes the place of `Recognizer`. */

import { closeMicrophone, openMicrophone } from '../sound.js';

/** @typedef {import('../recognition.js').Listener} Listener */

const MOST_BYTES = 4 * 1024 * 1024; // of a take, as the server accepts it
const ROOM_BYTES = 64 * 1024; // for what the recorder still has when it is stopped
const SLICE_MS = 1000; // how often the length is looked at; only all slices together are a file
const BITS_PER_SECOND = 24_000; // enough for speech: 4 MiB are more than 20 minutes

/** In the order of preference: Chrome, Firefox and Safari record the first or the second. */
const TYPES = [
  'audio/webm;codecs=opus',
  'audio/mp4;codecs=mp4a.40.2',
  'audio/mp4',
  'audio/webm',
  'audio/ogg;codecs=opus',
];

/**
 * Return the first type that a browser can record; '' leaves the choice to the browser.
 * @param {(type: string) => boolean} isSupported
 */
export function typeToRecord(isSupported) {
  return TYPES.find(isSupported) ?? '';
}

/** Records one take at a time: a press begins it, and another one sends it. */
export class TakeRecognizer {
  #listener;
  #transcribe;
  /** @type {Take | null} */
  #take = null;

  /**
   * @param {Listener} listener
   * @param {(take: Blob) => Promise<string>} transcribe
   */
  constructor(listener, transcribe) {
    this.#listener = listener;
    this.#transcribe = transcribe;
  }

  get isAvailable() {
    return globalThis.MediaRecorder !== undefined;
  }

  get isListening() {
    return this.#take !== null;
  }

  listen() {
    const take = new Take((blob, isFull) => void this.#ended(take, blob, isFull));
    this.#take = take;
    this.#listener.onChange(true);
    take.begin().catch(({ code = 'failed' }) => {
      if (this.#leave(take)) this.#listener.onProblem(code);
    });
  }

  /** Send what was recorded. */
  finish() {
    this.#take?.finish();
  }

  /** Discard what was recorded. */
  stop() {
    const take = this.#take;
    if (!take) return;
    this.#leave(take);
    take.discard();
  }

  /**
   * @param {Take} take
   * @param {Blob} blob
   * @param {boolean} isFull it ended because no more can be sent
   */
  async #ended(take, blob, isFull) {
    if (!this.#leave(take)) return;
    if (blob.size > MOST_BYTES) return this.#listener.onProblem('too-long');
    if (blob.size === 0) return this.#listener.onProblem('no-speech');
    if (isFull) this.#listener.onProblem('full');
    this.#listener.onUpload?.(true);
    try {
      this.#listener.onText(await this.#transcribe(blob));
    } catch (error) {
      this.#listener.onProblem(codeOf(error), error);
    } finally {
      this.#listener.onUpload?.(false);
    }
  }

  /** @param {Take} take @returns {boolean} false for one that was discarded */
  #leave(take) {
    if (this.#take !== take) return false;
    this.#take = null;
    this.#listener.onChange(false);
    return true;
  }
}

/** One recording, from the microphone to the whole file. */
class Take {
  #onEnd;
  /** @type {MediaStream | null} */
  #microphone = null;
  /** @type {MediaRecorder | null} */
  #recorder = null;
  /** @type {Blob[]} */
  #slices = [];
  #bytes = 0;
  #isFull = false;
  #isOver = false;

  /** @param {(blob: Blob, isFull: boolean) => void} onEnd */
  constructor(onEnd) {
    this.#onEnd = onEnd;
  }

  /** Rejects with a VoiceProblem. */
  async begin() {
    const microphone = await openMicrophone();
    if (this.#isOver) return closeMicrophone(microphone);
    this.#microphone = microphone;
    const mimeType = typeToRecord((type) => MediaRecorder.isTypeSupported(type));
    const options = { audioBitsPerSecond: BITS_PER_SECOND, ...(mimeType && { mimeType }) };
    const recorder = new MediaRecorder(microphone, options);
    this.#recorder = recorder;
    recorder.ondataavailable = ({ data }) => this.#add(data);
    recorder.onerror = () => this.finish();
    recorder.onstop = () => this.#end(recorder.mimeType);
    recorder.start(SLICE_MS);
  }

  finish() {
    if (this.#recorder?.state === 'recording') this.#recorder.stop();
    else if (!this.#recorder) this.#end(''); // before the microphone was open
  }

  discard() {
    this.#onEnd = () => {};
    this.finish();
  }

  /** @param {Blob} slice */
  #add(slice) {
    this.#slices.push(slice);
    this.#bytes += slice.size;
    if (this.#bytes < MOST_BYTES - ROOM_BYTES || this.#recorder?.state !== 'recording') return;
    this.#isFull = true;
    this.#recorder.stop();
  }

  /** @param {string} type as the recorder names it */
  #end(type) {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#microphone) closeMicrophone(this.#microphone);
    this.#onEnd(new Blob(this.#slices, { type: this.#slices[0]?.type || type }), this.#isFull);
  }
}

/** Say in one word why a take was not understood. @param {any} error of the server */
function codeOf(error) {
  const [fault] = error?.errors ?? [];
  if (error?.status === 422 && fault?.message === 'nothing was heard') return 'no-speech';
  if (error?.status === 413) return 'too-long';
  return 'not-understood';
}
