/** Sends texts and decisions to the brain, by the best road, until the server accepts them. */

import { BrainError, brokenOff } from './errors.js';
import { receiveEvent } from './roads/receiving.js';
import { canStream, refusal } from './http.js';
import { pauseBeforeRetry } from './pace.js';
import { pause } from './waiting.js';

/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').Reply} Reply */
/** @typedef {import('./types.js').Retrying} Retrying */
/** @typedef {{text: string, messageId: string, patience?: number}} Order */

/**
 * @typedef {object} Context
 * @property {import('./outside.js').World} world
 * @property {import('./gateway.js').Gateway} gateway
 * @property {import('./types.js').Receiver} receiver takes what arrives
 */

const SEND_BUDGET_MS = 60_000; // then it fails, and the user may try again
const REPLY_LIMIT_MS = 20_000; // the server's default patience is 8 s
const REPLY_MARGIN_MS = 10_000; // added to the patience that the caller chose
const LONGEST_RUN_MS = 310_000; // an invocation lasts 300 s at most
const FIRST_BYTES_MS = 10_000; // a stream starts as soon as the text is accepted
const PLAIN_MS = 300_000; // do not stream for this long after a stream was held back

export class Sending {
  #context;
  #roads;
  #onChange;
  /** @type {Map<string, Retrying | null>} */
  #pending = new Map(); // requests in progress, by messageId
  #plainUntilMs = 0;

  /**
   * @param {Context} context
   * @param {import('./roads.js').Roads} roads
   * @param {(hasFailed?: boolean) => void} onChange
   */
  constructor(context, roads, onChange) {
    this.#context = context;
    this.#roads = roads;
    this.#onChange = onChange;
  }

  get isActive() {
    return this.#pending.size > 0;
  }

  get retrying() {
    return [...this.#pending.values()].filter((one) => one !== null);
  }

  /**
   * @param {Order} order
   * @param {AbortSignal} [signal]
   * @returns {Promise<Reply>}
   */
  sendText(order, signal) {
    const { patience, messageId } = order;
    const longestMs = patience ? patience * 1000 + REPLY_MARGIN_MS : LONGEST_RUN_MS;
    const limitMs = patience === undefined ? REPLY_LIMIT_MS : longestMs;
    const plain = { json: order, limitMs, signal };
    const quick = () => this.#sendQuickly(order, longestMs, signal);
    return this.#sendUntilTaken(messageId, '/api/voiceToBrain', plain, quick);
  }

  /**
   * Send a command: stop, a decision, or what was heard.
   * @param {Frame} json the body of POST /api/control
   * @returns {Promise<any>}
   */
  control(json) {
    const plain = { json, limitMs: REPLY_LIMIT_MS };
    const quick = () => this.#roads.socket && this.#roads.socket.send(json, LONGEST_RUN_MS);
    return this.#sendUntilTaken(json.questionId ?? json.type, '/api/control', plain, quick);
  }

  /**
   * Send by socket or stream if possible. If that fails, retry by plain POST; the server recognizes
   * a text that it already has by its messageId.
   *
   * @param {string} id
   * @param {string} path
   * @param {import('./http.js').Call} plain
   * @param {() => Promise<any> | false | undefined} quick
   */
  async #sendUntilTaken(id, path, plain, quick) {
    const { world, gateway } = this.#context;
    const { clock, random } = world;
    let lastStartMs = 0;
    this.#pending.set(id, null);
    this.#onChange();
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return (attempt === 1 && (await quick())) || (await gateway.call(path, plain)).body;
        } catch (error) {
          this.#onChange(true);
          if (!(error instanceof BrainError) || !error.isPassing) throw error;
          const { retryAfterMs, title: reason } = error;
          const pauseMs = pauseBeforeRetry(attempt, random, retryAfterMs);
          // The budget starts at the first failure: a long wait is not a failure.
          lastStartMs ||= clock.now() + SEND_BUDGET_MS;
          if (clock.now() + pauseMs > lastStartMs) throw error;
          this.#pending.set(id, { messageId: id, attempt, pauseMs, reason });
          this.#onChange();
          await pause(world, pauseMs, plain.signal);
        }
      }
    } finally {
      this.#pending.delete(id);
      this.#onChange();
    }
  }

  /**
   * Send on a road that also brings pieces, if there is one.
   * @param {Order} order
   * @param {number} limitMs
   * @param {AbortSignal} [signal]
   * @returns {Promise<Reply> | false}
   */
  #sendQuickly(order, limitMs, signal) {
    const { socket, standing } = this.#roads;
    const { world } = this.#context;
    if (socket) return socket.send({ type: 'say', ...order }, limitMs, signal);
    const mayStream =
      canStream(world) &&
      standing !== 'polling' &&
      world.clock.now() >= this.#plainUntilMs;
    return mayStream && this.#sendByStream(order, signal);
  }

  /**
   * @param {Order} json
   * @param {AbortSignal} [signal]
   * @returns {Promise<Reply>}
   */
  async #sendByStream(json, signal) {
    const { world, gateway, receiver } = this.#context;
    const beganMs = world.clock.now();
    let hasBegun = false;
    /** @type {Reply | undefined} */
    let reply;
    try {
      const { body } = await gateway.call('/api/voiceToBrain', {
        json,
        signal,
        limitMs: FIRST_BYTES_MS,
        onBytes: () => (hasBegun = true),
        onEvent: ({ event, data }) => {
          const what = JSON.parse(data);
          if (event === 'error') throw refusal(what);
          if (event !== 'done') return receiveEvent(receiver, event, what);
          reply = what;
          return true;
        },
      });
      reply ??= body; // the server did not stream
    } catch (error) {
      const isLate = world.clock.now() - beganMs >= FIRST_BYTES_MS;
      if (isLate && !hasBegun) this.#plainUntilMs = world.clock.now() + PLAIN_MS;
      throw error;
    }
    if (!reply) throw brokenOff();
    return reply;
  }
}
