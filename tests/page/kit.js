/** What the client stands on in tests: a clock, a channel, a tab, a browser, real but in memory. */

import { connect } from '../../public/brain.js';
import '../../public/voice/claims.js'; // loaded when it is needed, and virtual time does not wait for that
import '../../public/client/roads/channel.js'; // are there at once when they are asked for
import '../../public/client/roads/socket.js';
import { Server } from './server.js';

const CALM_TURNS = 5; // of the event loop; what needs no timer takes two or three

/** Time that passes only when told to. */
export class VirtualClock {
  #nowMs = Date.parse('2026-01-01T00:00:00Z');
  #timers = new Set();
  #changes = 0;

  now = () => this.#nowMs;

  after = (ms, act) => {
    const timer = { dueMs: this.#nowMs + ms, act };
    this.#timers.add(timer);
    this.#changes += 1;
    return () => this.#timers.delete(timer);
  };

  get waiting() {
    return this.#timers.size;
  }

  /** Time goes on and nothing else does, as under a closed lid; then what is due happens, late. */
  async sleep(ms) {
    this.#nowMs += ms;
    for (let timer = this.#next(this.#nowMs); timer; timer = this.#next(this.#nowMs)) {
      this.#timers.delete(timer);
      timer.act();
      await settled();
    }
  }

  async pass(ms) {
    const endMs = this.#nowMs + ms;
    await settled();
    for (let timer = this.#next(endMs); timer; timer = this.#next(endMs)) {
      this.#timers.delete(timer);
      this.#nowMs = Math.max(timer.dueMs, this.#nowMs);
      timer.act();
      await this.#calm();
    }
    this.#nowMs = Math.max(endMs, this.#nowMs);
  }

  /** As settled, but sooner done where nothing sets a timer: most of them only tick. */
  async #calm() {
    for (let quiet = 0; quiet < CALM_TURNS; quiet += 1) {
      const before = this.#changes;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#changes !== before) quiet = -1;
    }
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

/** What a channel server gives a client: in the place of the vendor's class. */
class FakePusher {
  connection = new Bindings();
  channels = new Map();
  subscriptions = [];
  isLive = false;
  isClosed = false;

  constructor(server, key, options) {
    Object.assign(this, { key, options });
    server.clients.push(this);
  }

  subscribe(name) {
    this.subscriptions.push(name);
    if (!this.channels.has(name)) this.channels.set(name, new Bindings());
    return this.channels.get(name);
  }

  disconnect() {
    const previous = this.isLive ? 'connected' : 'connecting';
    this.isClosed = true;
    this.isLive = false;
    // At once, as the vendor's class does: listeners are called before this returns.
    this.connection.emit('state_change', { previous, current: 'disconnected' });
  }

  /** The connection comes up, and the subscription is granted. */
  comeUp() {
    this.isLive = true;
    this.connection.emit('state_change', { previous: 'connecting', current: 'connected' });
    this.emit('pusher:subscription_succeeded', {});
  }

  goDown() {
    this.isLive = false;
    this.connection.emit('state_change', { previous: 'connected', current: 'connecting' });
  }

  /** So many pages of the user are there. */
  count(members) {
    const presence = this.channels.get('presence-user-a');
    presence.members = { count: members };
    presence.emit('pusher:member_added', {});
  }

  emit(event, data) {
    this.channels.get('private-user-a').emit(event, data);
  }
}

/** A channel server and the client class that connects to it. */
export function channelServer() {
  const server = { clients: [], Pusher: null, publish: null };
  // To every page that has subscribed, at most once.
  server.publish = (event, data) => {
    for (const client of server.clients) if (client.isLive) client.emit(event, data);
  };
  server.Pusher = class extends FakePusher {
    constructor(key, options) {
      super(server, key, options);
    }
  };
  return server;
}

/** What the tabs of one browser share. */
export class Browser {
  storage = new Store();
  locks = new Locks();
  BroadcastChannel = broadcasting();
}

export class Store {
  items = new Map();

  getItem = (name) => this.items.get(name) ?? null;

  setItem = (name, text) => void this.items.set(name, text);
}

/** Each name is held by one at a time, in the order of asking. */
export class Locks {
  held = new Set();
  #tails = new Map();

  request = async (name, { signal }, act) => {
    const turn = this.#tails.get(name) ?? Promise.resolve();
    const { promise: isDone, resolve: done } = deferred();
    this.#tails.set(
      name,
      turn.then(() => isDone),
    );
    try {
      await Promise.race([turn, rejection(signal)]);
      this.held.add(name);
      return await act();
    } finally {
      this.held.delete(name);
      done();
    }
  };
}

function rejection(signal) {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

function broadcasting() {
  const open = new Set();
  return class {
    onmessage = null;

    constructor(name) {
      this.name = name;
      open.add(this);
    }

    postMessage(data) {
      for (const other of open) {
        if (other !== this && other.name === this.name)
          setImmediate(() => other.onmessage?.({ data }));
      }
    }

    close() {
      open.delete(this);
    }
  };
}

/** Tab and network as the test wants them. */
export class Tab {
  isHidden = false;
  isOnline = true;
  isFrozen = false;
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

let pages = 0;

/**
 * A client on a server and a channel. `isLive: false` leaves the channel unreached, `isHeard:
 * false` the messages without a listener; `publishes` lets the channel bring what the server says,
 * `streams: false` takes the server's streams away.
 * `clock`, `server`, `channels` and `browser` may be another page's.
 */
export async function connected(choices = {}) {
  const { prepare = () => {}, isLive = true, isHeard = true, ...rest } = choices;
  const { publishes = false, streams = true, ...more } = rest;
  const { clock = new VirtualClock(), browser = new Browser(), channels = channelServer() } = more;
  const { server = new Server(clock), tab = new Tab(), ...options } = more;
  server.hasStreams = streams;
  prepare(server);
  if (publishes) server.publish = channels.publish;
  const world = { ...worldOf(server, clock, tab), ...browser, Pusher: channels.Pusher };
  const brain = await connect({ ...world, ...options });
  const page = { brain, clock, server, tab, browser, channels, ...listening(brain, isHeard) };
  await settled();
  const pusher = channels.clients.at(-1);
  if (isLive && pusher && !pusher.isClosed) pusher.comeUp();
  await settled();
  server.requests.length = 0;
  return { ...page, pusher };
}

/** What a client of this server stands on; each has random numbers of its own. */
function worldOf(server, clock, tab) {
  const { fetch, WebSocket } = server;
  pages += 1;
  const random = seeded(pages);
  const language = null; // whatever the machine says
  return { baseUrl: 'http://brain.test', clock, fetch, surroundings: tab, random, WebSocket, language };
}

/** Notes what the brain's listeners are told. */
function listening(brain, isHeard) {
  const notes = { heard: [], novelties: [], states: [] };
  if (isHeard)
    brain.onMessage((entry, novelty) => {
      notes.heard.push(entry);
      notes.novelties.push(novelty.isNew);
    });
  brain.onState((state) => notes.states.push(state));
  return notes;
}

/** Another page on the same server, in the same browser unless another is given. */
export function anotherPage({ clock, server, channels, browser }, choices = {}) {
  return connected({ clock, server, channels, browser, tab: new Tab(), ...choices });
}

/** The same page after a reload: what was not stored is gone. */
export function reloaded(page, choices = {}) {
  page.brain.close();
  return anotherPage(page, choices);
}

export const seqs = (entries) => entries.map(({ seq }) => seq);
export const texts = (entries) => entries.map(({ text }) => text);
export const bare = (entries) => entries.map(({ seq, role, text }) => ({ seq, role, text }));

/** A seed to run a test of chance with: the one given, else a new one. */
export const someSeed = () => Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
