/** A connection to one user's brain: every road by which news comes, joined into one log. */

import { Channel } from './channel.js';
import { BrainError, ConnectionClosed } from './errors.js';
import { Log } from './log.js';
import { newMessageId, post } from './post.js';
import { RunState } from './run.js';
import { Topic } from './topic.js';
import { Watch } from './watch.js';

/** @typedef {import('./types.js').AskOptions} AskOptions */
/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').Reply} Reply */
/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').World} World */
/** @typedef {import('./gateway.js').Gateway} Gateway */

const LATER = 'The brain is working on it; the answer comes later. Do not say this to the user.';
const MOST_HELD = 1000; // entries; as many as the server's log keeps at hand

export class Connection {
  /** @type {Topic<Entry>} */
  #entries = new Topic(MOST_HELD);
  /** @type {Topic<State>} */
  #states = new Topic();
  #world;
  #gateway;
  #run = new RunState();
  #log;
  #watch;
  /** @type {Channel | null} */
  #channel = null;
  /** @type {import('./channel.js').Road} */
  #road = 'away';
  /** @type {Map<string, import('./types.js').Retrying | null>} */
  #sending = new Map();
  #told = '';
  #unlisten;

  /**
   * @param {World} world
   * @param {Gateway} gateway
   * @param {number} history entries before now to begin with
   */
  constructor(world, gateway, history) {
    this.#world = world;
    this.#gateway = gateway;
    const since = Math.max(gateway.session.cursor - history, 0);
    this.#log = new Log(since, (entry) => this.#deliver(entry));
    this.#watch = new Watch({
      world,
      gateway,
      log: this.#log,
      run: this.#run,
      facts: () => ({ isLive: this.#road === 'live', isActive: this.#isActive }),
      onLooked: () => this.#tellState(),
    });
    this.#unlisten = world.surroundings.onChange(() => this.#surroundingsChanged());
  }

  /** @param {import('./types.js').PusherClass | null} Pusher */
  listen(Pusher) {
    const settings = this.#gateway.session.pusher;
    if (Pusher && settings) {
      this.#road = 'connecting';
      this.#channel = new Channel(Pusher, settings, this.#gateway, this.#world.clock, {
        onRoad: (road) => this.#takeRoad(road),
        onEntry: (entry) => this.#hear(entry),
        onRun: (event) => this.#takeRun(event),
      });
    }
    this.#watch.look(true);
    this.#tellState();
  }

  /** @param {(entry: Entry) => void} listener */
  onEntry(listener) {
    return this.#entries.subscribe(listener);
  }

  /** @param {(state: State) => void} listener told at once, then at every change */
  onState(listener) {
    const unsubscribe = this.#states.subscribe(listener);
    listener(this.#state());
    return unsubscribe;
  }

  /**
   * @param {string} text
   * @param {AskOptions} [options]
   * @returns {Promise<import('./types.js').Answer>}
   */
  async ask(text, { signal, ...options } = {}) {
    const messageId = options.messageId ?? newMessageId(this.#world.random);
    const reply = await this.#send({ ...options, text, messageId }, signal);
    if (reply.message === null) this.#run.await(reply);
    this.#take(heardFrom(reply, text, messageId, this.#world.clock.now()));
    this.#watch.rouse();
    return { ...reply, forVoiceAgent: reply.message?.text ?? LATER };
  }

  close() {
    this.#unlisten();
    this.#watch.stop();
    this.#channel?.close();
    this.#world.close(new ConnectionClosed());
  }

  get #isActive() {
    return this.#sending.size > 0 || this.#run.isActive;
  }

  /**
   * @param {{text: string, messageId: string, patience?: number}} utterance
   * @param {AbortSignal} [signal]
   * @returns {Promise<Reply>}
   */
  async #send(utterance, signal) {
    const { messageId } = utterance;
    const onRetry = (/** @type {import('./types.js').Retrying} */ retrying) => {
      this.#sending.set(messageId, retrying);
      this.#tellState();
    };
    this.#sending.set(messageId, null);
    this.#watch.rouse();
    try {
      return await post(utterance, { ...this.#world, gateway: this.#gateway, onRetry }, signal);
    } catch (error) {
      if (error instanceof BrainError && error.status === 401) this.#watch.fail(error);
      throw error;
    } finally {
      this.#sending.delete(messageId);
      this.#watch.plan();
      this.#tellState();
    }
  }

  /** @param {Entry} entry */
  #deliver(entry) {
    this.#run.hearEntry(entry);
    this.#entries.emit(entry);
  }

  /** @param {import('./types.js').ChannelEntry[]} entries */
  #take(entries) {
    for (const entry of entries) this.#log.offer(entry);
    if (this.#log.isBehind) this.#watch.look(true);
    this.#watch.plan();
    this.#tellState();
  }

  /** @param {import('./types.js').ChannelEntry} entry what the channel brought */
  #hear(entry) {
    this.#take([entry]);
    // Its run has come further: how far, only the status tells.
    if (entry.role === 'brain' && entry.kind === 'breadcrumb') this.#watch.look();
  }

  /** @param {{runId: string, state: string}} event */
  #takeRun(event) {
    this.#run.hearEvent(event);
    this.#watch.rouse();
    this.#tellState();
  }

  /** @param {import('./channel.js').Road} road */
  #takeRoad(road) {
    this.#road = road;
    if (road === 'live') this.#watch.look(true); // what came meanwhile is not replayed
    else this.#watch.plan();
    this.#tellState();
  }

  #surroundingsChanged() {
    const { isHidden, isOnline } = this.#world.surroundings;
    if (isOnline && !isHidden) this.#watch.look();
    this.#tellState();
  }

  /** @returns {State} */
  #state() {
    const retrying = [...this.#sending.values()].filter((one) => one !== null);
    const { problem } = this.#watch;
    return { connection: this.#standing(), run: this.#run.current, retrying, problem };
  }

  #tellState() {
    const state = this.#state();
    const told = JSON.stringify([state, state.problem?.message]);
    if (told === this.#told) return;
    this.#told = told;
    this.#states.emit(state);
  }

  /** @returns {State['connection']} */
  #standing() {
    const { problem } = this.#watch;
    if (problem?.status === 401 || !this.#world.surroundings.isOnline) return 'offline';
    if (this.#road === 'live') return 'live';
    if (problem) return 'offline';
    return this.#road === 'connecting' ? 'connecting' : 'polling';
  }
}

/**
 * The entries that a reply tells of. The utterance's own is put together here, so that an answer
 * need not wait for the log to be read; after `duplicate` only the log knows its text.
 *
 * @param {Reply} reply
 * @param {string} text
 * @param {string} messageId
 * @param {number} nowMs
 * @returns {import('./types.js').ChannelEntry[]}
 */
function heardFrom({ state, seq, runId, message }, text, messageId, nowMs) {
  const createdAt = new Date(nowMs).toISOString();
  const truncated = state === 'duplicate';
  /** @type {import('./types.js').ChannelEntry} */
  const own = { id: messageId, seq, role: 'user', text, messageId, runId, createdAt, truncated };
  return message ? [own, message] : [own];
}
