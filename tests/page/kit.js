/** What the client stands on in tests: a clock, a channel, a tab, real but in memory. */

import { connect } from '../../public/brain.js';
import { Server } from './server.js';

/** Time that passes only when told to. */
export class VirtualClock {
  #nowMs = Date.parse('2026-01-01T00:00:00Z');
  #timers = new Set();

  now = () => this.#nowMs;

  after = (ms, act) => {
    const timer = { dueMs: this.#nowMs + ms, act };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get waiting() {
    return this.#timers.size;
  }

  async pass(ms) {
    const endMs = this.#nowMs + ms;
    await settled();
    for (let timer = this.#next(endMs); timer; timer = this.#next(endMs)) {
      this.#timers.delete(timer);
      this.#nowMs = timer.dueMs;
      timer.act();
      await settled();
    }
    this.#nowMs = endMs;
  }

  #next(endMs) {
    const due = [...this.#timers].filter((timer) => timer.dueMs <= endMs);
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}

/** Resolves when everything that needs no timer has happened. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise and what settles it. */
export function deferred() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

class Bindings {
  #acts = [];

  bind(event, act) {
    this.#acts.push({ event, act });
  }

  emit(event, data) {
    for (const bound of this.#acts) if (bound.event === event) bound.act(data);
  }
}

/** A channel server and the client class that speaks to it. */
export function channelServer() {
  const server = { clients: [], Pusher: null, isUp: true };
  server.Pusher = class {
    connection = new Bindings();
    channels = new Map();
    subscriptions = [];
    isClosed = false;

    constructor(key, options) {
      Object.assign(this, { key, options });
      server.clients.push(this);
    }

    subscribe(name) {
      this.subscriptions.push(name);
      if (!this.channels.has(name)) this.channels.set(name, new Bindings());
      return this.channels.get(name);
    }

    disconnect() {
      this.isClosed = true;
    }

    /** The connection comes up, and the subscription is granted. */
    comeUp() {
      this.connection.emit('state_change', { previous: 'connecting', current: 'connected' });
      this.emit('pusher:subscription_succeeded', {});
    }

    goDown() {
      this.connection.emit('state_change', { previous: 'connected', current: 'connecting' });
    }

    emit(event, data) {
      this.channels.get('private-user-a').emit(event, data);
    }
  };
  return server;
}

/** Tab and network as the test wants them. */
export class Tab {
  isHidden = false;
  isOnline = true;
  #listeners = new Set();

  onChange = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get listeners() {
    return this.#listeners.size;
  }

  change(facts) {
    Object.assign(this, facts);
    for (const listener of this.#listeners) listener();
  }
}

/** Random numbers from a seed (mulberry32), so that a failure can be run again. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A client on a server and a channel. `isLive: false` leaves the channel unreached,
 * `isHeard: false` the messages without a listener.
 */
export async function connected(choices = {}) {
  const { prepare = () => {}, isLive = true, isHeard = true, ...options } = choices;
  const clock = new VirtualClock();
  const server = new Server(clock);
  prepare(server);
  const tab = new Tab();
  const channels = channelServer();
  const world = { clock, fetch: server.fetch, surroundings: tab, random: seeded(1) };
  const brain = await connect({ ...world, Pusher: channels.Pusher, ...options });
  const heard = [];
  const states = [];
  if (isHeard) brain.onMessage((entry) => heard.push(entry));
  brain.onState((state) => states.push(state));
  await settled();
  const [pusher] = channels.clients;
  if (isLive) pusher.comeUp();
  await settled();
  server.requests.length = 0;
  return { brain, clock, server, tab, pusher, heard, states, channels };
}

export const seqs = (entries) => entries.map(({ seq }) => seq);
export const texts = (entries) => entries.map(({ text }) => text);

/** A seed to run a test of chance with: the one given, else a new one. */
export const someSeed = () => Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
