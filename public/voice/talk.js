/**
 * A spoken conversation over a vendor: connects the adapter, which decides, with the vendor, the
 * brain, the microphone and the loudspeaker. Loaded only when a conversation begins.
 */

import { Pcm } from './pcm.js';
import { Rtc } from './rtc.js';
import { closeMicrophone, openMicrophone, prime, release, turnMicrophone, VoiceProblem } from './sound.js';
import * as gemini from './gemini.js';
import * as live from './live.js';
import * as realtime from './realtime.js';
import { VoiceSession } from './talk/session.js';
import { Sharing } from './talk/sharing.js';

/** @typedef {import('../client/types.js').TalkOptions} TalkOptions */
/** @typedef {import('../client/types.js').TalkState} TalkState */
/** @typedef {import('../client/types.js').TalkListener} TalkListener */
/** @typedef {import('../client/types.js').SpeechListener} SpeechListener */
/** @typedef {import('./machine.js').Action} Action */
/** @typedef {import('./machine.js').Input} Input */

/**
 * @typedef {object} Parts of a connection to the brain.
 * @property {import('../client/outside.js').World} world
 * @property {import('../client/gateway.js').Gateway} gateway
 * @property {import('../client/connection.js').Connection} connection
 * @property {import('../client/dialogue.js').Dialogue} dialogue
 */

const VENDORS = {
  'openai-live': { adapter: live, Line: Rtc },
  'openai-realtime': { adapter: realtime, Line: Rtc },
  'gemini-live': { adapter: gemini, Line: Pcm },
};

export class Talk {
  #parts;
  #sound;
  #vendor;
  #session;
  #sharing;
  /** @type {any} */
  #state;
  /** @type {TalkState} */
  #shown = 'connecting';
  /** @type {VoiceProblem | null} */
  #problem = null;
  /** @type {Set<TalkListener>} */
  #listeners = new Set();
  /** @type {Set<SpeechListener>} */
  #speechListeners = new Set();
  /** @type {MediaStream | null} */
  #microphone = null;
  /** @type {Rtc | Pcm | null} */
  #line = null;
  #hasEnded = false;
  #isMuted = false;
  #cancelWake = () => {};
  /** @type {(() => void)[]} */
  #undo = [];

  /** @param {Parts} parts @param {TalkOptions} options */
  constructor(parts, { vendor, language = parts.world.locale.language, sound = prime() }) {
    if (!Object.hasOwn(VENDORS, vendor)) throw new VoiceProblem('vendor-unknown');
    this.#parts = parts;
    this.#sound = sound;
    this.#vendor = VENDORS[vendor];
    this.#session = new VoiceSession(parts, vendor, language);
    this.#state = this.#vendor.adapter.begin({ language });
    this.#sharing = new Sharing(parts.dialogue.speaking, (entry) => this.#give({ from: 'brain', entry }));
    parts.dialogue.talks += 1;
    void this.#begin();
  }

  mute = () => this.#turn(true);

  unmute = () => this.#turn(false);

  end = () => {
    if (this.#microphone) turnMicrophone(this.#microphone, false); // the vendor may take a moment
    this.#give({ from: 'user', act: 'end' });
  };

  /** @param {TalkListener} listener called now and at every change */
  onState = (listener) => {
    /** @type {TalkListener} */
    const own = (...now) => listener(...now);
    this.#listeners.add(own);
    own(this.#shown, this.#problem);
    return () => this.#listeners.delete(own);
  };

  /** @param {SpeechListener} listener called when the user is heard */
  onSpeech = (listener) => {
    this.#speechListeners.add(listener);
    return () => this.#speechListeners.delete(listener);
  };

  async #begin() {
    const { world, connection } = this.#parts;
    const leave = () => this.#hangUp();
    world.lifetime.addEventListener('abort', leave);
    globalThis.addEventListener?.('pagehide', leave);
    this.#undo = [
      () => world.lifetime.removeEventListener('abort', leave),
      () => globalThis.removeEventListener?.('pagehide', leave),
      connection.inbox.subscribe((entry, { isNew }) => isNew && this.#sharing.take(entry)),
    ];
    try {
      const microphone = await openMicrophone();
      if (this.#hasEnded) return closeMicrophone(microphone);
      this.#microphone = microphone;
      for (const track of microphone.getAudioTracks()) {
        track.onended = () => this.#fail(new VoiceProblem('audio-capture')); // it was unplugged
      }
      turnMicrophone(microphone, !this.#isMuted);
      await this.#connect(null);
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * Open a line: with a handle to the session that we have, else to a new one.
   * @param {string | null} handle
   */
  async #connect(handle) {
    this.#line?.close();
    /** @type {Rtc | Pcm} */
    const line = new this.#vendor.Line(this.#sound, /** @type {MediaStream} */ (this.#microphone), {
      onOpen: () => this.#line === line && this.#give({ from: 'wire', open: true }),
      onClosed: (closed) => this.#line === line && this.#give({ from: 'wire', closed }),
      onEvent: (event) => this.#line === line && this.#hear(event),
    });
    this.#line = line;
    line.mute(this.#isMuted);
    const isIt = () => this.#line === line && !this.#hasEnded;
    try {
      const offer = await line.offer();
      const form = handle === null ? await this.#session.open(offer) : this.#session.form;
      if (isIt()) await line.begin(form, handle);
      if (this.#hasEnded) this.#session.close();
    } catch (error) {
      if (isIt()) throw error; // another line is under way, or the end has come
    }
  }

  /** @param {any} event */
  #hear(event) {
    this.#session.noteUsage(event);
    const words = wordsIn(event);
    if (words !== null) this.#tell(words, false);
    this.#give({ from: 'vendor', event });
  }

  /** @param {Input} input */
  #give(input) {
    if (this.#hasEnded) return;
    const { clock } = this.#parts.world;
    const { state, actions, wakeMs } = this.#vendor.adapter.step(this.#state, input, clock.now());
    this.#state = state;
    this.#cancelWake();
    if (wakeMs !== null) {
      const pauseMs = Math.max(wakeMs - clock.now(), 0);
      this.#cancelWake = clock.after(pauseMs, () => this.#give({ from: 'clock' }));
    }
    for (const action of actions) this.#act(action);
    // The adapter shows its own changes. A new connection is not one of them.
    if (this.#shown === 'connecting' && state.open && state.shown) this.#show(state.shown);
  }

  /** @param {string} words @param {boolean} isWhole */
  #tell(words, isWhole) {
    for (const listener of [...this.#speechListeners]) listener(words, isWhole);
  }

  /** @param {Action} action */
  #act(action) {
    const { dialogue } = this.#parts;
    if (action.do === 'send') this.#line?.send(action.event);
    if (action.do === 'ask') void this.#ask(action);
    if (action.do === 'heard') {
      const claim = this.#sharing.end(action.seq);
      dialogue.heard(action.seq, action.how, action.chars, claim).catch(() => {});
    }
    if (action.do === 'connect') void this.#reconnect(action.handle ?? null);
    if (action.do === 'show') this.#show(action.state);
    if (action.do === 'hangUp') this.#hangUp(action.why);
  }

  /** @param {Action} action */
  async #ask({ text, callId, patience, recentContext }) {
    const { dialogue } = this.#parts;
    this.#tell(text, true);
    await null; // the listener may end it, over the promise of client/later.js
    if (this.#hasEnded) return;
    let reply;
    try {
      reply = await dialogue.askBrain(text, { callId, patience, ...(recentContext && { recentContext }) });
    } catch {
      reply = { message: null, state: 'failed' }; // the model tells the user
    }
    this.#give({ from: 'reply', callId, reply: /** @type {any} */ (reply) });
  }

  /** @param {string | null} handle */
  async #reconnect(handle) {
    this.#show('connecting');
    try {
      await this.#connect(handle);
    } catch (error) {
      if (error instanceof VoiceProblem && error.code === 'unreachable') {
        this.#give({ from: 'wire', closed: null }); // the adapter waits and tries again
      } else {
        this.#fail(error);
      }
    }
  }

  /** @param {boolean} isMuted */
  #turn(isMuted) {
    this.#isMuted = isMuted;
    if (this.#microphone) turnMicrophone(this.#microphone, !isMuted);
    this.#line?.mute(isMuted);
    this.#give({ from: 'user', act: isMuted ? 'mute' : 'unmute' });
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#hasEnded) return;
    this.#problem = error instanceof VoiceProblem ? error : new VoiceProblem('voice-failed', error);
    this.#hangUp();
  }

  /** Release everything. @param {string} [why] */
  #hangUp(why) {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (why === 'lost') this.#problem ??= new VoiceProblem('unreachable');
    this.#cancelWake();
    for (const act of this.#undo) act();
    this.#sharing.close();
    this.#parts.dialogue.talks -= 1;
    this.#line?.close();
    if (this.#microphone) closeMicrophone(this.#microphone);
    release(this.#sound);
    this.#session.close();
    this.#show('ended');
  }

  /** @param {TalkState} state */
  #show(state) {
    if (this.#shown === 'ended') return;
    this.#shown = state;
    for (const listener of [...this.#listeners]) listener(state, this.#problem);
  }
}

/**
 * What the user is heard to say, in an event of any vendor.
 * @param {any} event
 * @returns {string | null} '' if the words are not known; null if the event is about something else
 */
function wordsIn({ type, delta, serverContent }) {
  if (/^input_audio_buffer\.speech_st(?:arted|opped)$/.test(type)) return '';
  const words = type === 'session.input_transcript.delta' ? delta : serverContent?.inputTranscription?.text;
  return typeof words === 'string' ? words : null;
}
