/** What goes to the brain: texts and wishes, by the best way there is, until they are taken. */

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
 * @property {import('./types.js').World} world
 * @property {import('./gateway.js').Gateway} gateway
 * @property {import('./types.js').Receiver} receiver takes what comes
 */

const SEND_BUDGET_MS = 60_000; // then the user is told, and may try again
const REPLY_LIMIT_MS = 20_000; // the server's own patience is 8 s unless it is set otherwise
const REPLY_MARGIN_MS = 10_000; // on top of a patience that we asked for
const LONGEST_RUN_MS = 310_000; // as long as an invocation may last, 300 s
const FIRST_BYTES_MS = 10_000; // a stream begins as soon as the text is taken
const PLAIN_MS = 300_000; // where streams are held back they will be held back again

export class Sending {
  #context;
  #roads;
  #onChange;
  /** @type {Map<string, Retrying | null>} */
  #pending = new Map(); // what is under way, by its messageId
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
   * What the user does to a run, or tells of it.
   * @param {Frame} json as for POST /api/control
   * @returns {Promise<any>}
   */
  control(json) {
    const plain = { json, limitMs: REPLY_LIMIT_MS };
    const quick = () => this.#roads.socket && this.#roads.socket.send(json, LONGEST_RUN_MS);
    return this.#sendUntilTaken(json.questionId ?? json.type, '/api/control', plain, quick);
  }

  /**
   * Send it the quick way, if there is one; again and again plainly, if it does not come through:
   * the server tells a text that it has by its messageId.
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
          lastStartMs ||= clock.now() + SEND_BUDGET_MS; // what came before has lasted, not failed
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
   * By a way that brings pieces too, if there is one.
   * @param {Order} order
   * @param {number} limitMs
   * @param {AbortSignal} [signal]
   * @returns {Promise<Reply> | false}
   */
  #sendQuickly(order, limitMs, signal) {
    const { socket, standing } = this.#roads;
    if (socket) return socket.send({ type: 'say', ...order }, limitMs, signal);
    const isPolling = standing === 'polling';
    const mayStream = canStream && !isPolling && this.#context.world.clock.now() >= this.#plainUntilMs;
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
      reply ??= body; // from a server that does not stream
    } catch (error) {
      const isLate = world.clock.now() - beganMs >= FIRST_BYTES_MS;
      if (isLate && !hasBegun) this.#plainUntilMs = world.clock.now() + PLAIN_MS;
      throw error;
    }
    if (!reply) throw brokenOff();
    return reply;
  }
}
