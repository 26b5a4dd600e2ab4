/** The commands of a connection: ask, stop, decide, speak, report what was heard. */

import { Handlers } from './handlers.js';
import { SPOKEN } from './storage.js';
import { newMessageId } from './ids.js';
import { Speaker } from './speaker.js';

/** @typedef {import('./types.js').Answer} Answer */
/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./outside.js').World} World */

const LATER = 'The answer comes later. Do not say this to the user.';
const STOPPED = 'The user stopped the task. Do not say this to the user.';

export class Dialogue {
  talks = 0; // spoken conversations that go on here
  #world;
  #connection;
  /** @type {Set<string | number | null | undefined>} */
  #ours = new Set(); // ids of this tab's texts, decisions, runs and replies, of agent calls in
  // progress, and seqs of its texts

  /**
   * @param {World} world
   * @param {import('./connection.js').Connection} connection
   */
  constructor(world, connection) {
    this.#world = world;
    this.#connection = connection;
    const ours = this.#ours;
    const { log } = connection.inbox;
    this.handlers = new Handlers({ world, ours, decide: this.decide });
    const isOurs = (/** @type {Message} */ { answersSeq }) => ours.has(answersSeq);
    /** @type {import('./speaker.js').SpeakerContext} */
    this.speaking = {
      world,
      log,
      isOurs,
      isOursNow: (message) => ours.has(message.id) || (connection.sending.isActive && isOurs(message)),
      claim: (seq) => connection.sending.control({ type: 'claim', seq, device: world.device }),
      heard: this.heard,
      onMute: connection.hearMute,
    };
    this.speaker = new Speaker(this.speaking);
  }

  /**
   * @param {Entry} entry
   * @param {boolean} isNew
   */
  receive(entry, isNew) {
    if (entry.role === 'user' && entry.kind === 'withdrawal') {
      return this.speaker.receive(entry, isNew);
    }
    if (entry.role === 'user' && this.#ours.has(entry.decision?.questionId ?? entry.messageId)) {
      this.#ours.add(entry.runId).add(entry.seq);
      this.#connection.run.await(entry);
    }
    this.handlers.receive(entry, isNew);
    this.speaker.receive(entry, isNew);
    // A voice agent that waits for this answer speaks it itself.
    const isForAgent =
      entry.role === 'brain' && entry.doneAfterThis && this.#ours.has(entry.callId);
    if (isForAgent) this.#world.userStorage.take(SPOKEN, entry.seq);
  }

  plan() {
    this.speaker.plan();
  }

  /**
   * @param {string} text
   * @param {import('./types.js').AskOptions} [options]
   * @returns {Promise<Answer>}
   */
  askBrain = async (text, { signal, ...options } = {}) => {
    const messageId = options.messageId ?? newMessageId(this.#world.random);
    const device = this.#device;
    const order = { clientTools: this.handlers.forms, ...this.#world.locale, device, ...options, text, messageId };
    const callId = order.callId ?? messageId;
    this.#ours.add(messageId).add(callId);
    this.#connection.rouse();
    try {
      let answer = this.#settle(await this.#connection.sending.sendText(order, signal));
      for (;;) {
        // A tool of this page may answer the question.
        const final = await this.handlers.answerTo(answer.message);
        if (!final) return answer;
        answer = final;
      }
    } finally {
      this.#ours.delete(callId);
    }
  };

  /** @returns {Promise<import('./types.js').Stopped>} */
  stop = async () => {
    const { run, sending } = this.#connection;
    const { state, runId } = run.current;
    const shown = state === 'running' ? runId : undefined;
    const stopped = await sending.control({ type: 'stop', runId: shown });
    run.receiveEvent(stopped);
    this.#connection.onEntry(stopped.message);
    return stopped;
  };

  /**
   * @param {string} questionId
   * @param {import('./types.js').Decision} decision
   * @returns {Promise<Answer>}
   */
  decide = async (questionId, { verdict, ...more }) => {
    const order = { type: verdict, questionId, device: this.#device, ...more };
    this.#ours.add(questionId);
    return this.#settle(await this.#connection.sending.control(order));
  };

  /**
   * @param {number} seq
   * @param {import('./types.js').Heard} how
   * @param {number} [chars]
   * @param {number} [claim]
   */
  heard = (seq, how, chars, claim) =>
    this.#connection.sending.control({ type: 'heard', seq, how, chars, claim });

  /** This page, for what it sends. */
  get #device() {
    const { device: id, socketId } = this.#world;
    return { id, socketId, speaks: this.talks > 0 || this.speaker.isOn };
  }

  /**
   * @param {import('./types.js').Reply} reply
   * @returns {Answer}
   */
  #settle({ message, runId, seq, state }) {
    const { run } = this.#connection;
    const isStopped = !message && state === 'done';
    this.#ours.add(runId).add(seq).add(message?.id);
    if (isStopped) run.receiveEvent({ runId, state: 'stopped' });
    else if (!message && state !== 'withdrawn') run.await({ runId, seq });
    // The user's own entry arrives by a stream or is read from the log.
    this.#connection.onEntry(message, seq);
    const forVoiceAgent = message
      ? message.speech || message.text
      : (isStopped ? STOPPED : LATER);
    return { message, runId, seq, state, forVoiceAgent };
  }
}
