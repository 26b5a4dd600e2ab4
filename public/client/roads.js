/**
 * Chooses the road. The channel comes first, then the stream while the channel is away, then
 * polling (watch.js) while neither works. Roads reconnect by themselves. The stream is closed as
 * soon as the channel is back.
 */

import { brokenOff, tooLate } from './errors.js';
import { canStream, refusal } from './http.js';
import { channelRoad, socketRoad, vendorPusher } from './later.js';
import { openStream } from './roads/stream.js';

/** @typedef {import('./types.js').OpenRoad & {loaded?: any}} OpenRoad */
/** @typedef {import('./roads/socket.js').Socket} Socket */
/** @typedef {import('./types.js').RoadName} RoadName */
/** @typedef {import('./types.js').Standing} Standing */

const AWAY_MS = 3000; // a channel often comes back within two seconds
const TRIED_MS = 10_000; // a first attempt that takes longer has failed so far
const HIDDEN_MS = 60_000; // a stream costs an invocation, and nobody looks

/**
 * @typedef {object} RoadFacts
 * @property {boolean} isFrozen
 * @property {Standing} [channel] of the channel, if it is open
 * @property {boolean} isStreaming the stream is open
 * @property {number} awayForMs how long the channel has been away
 * @property {number} hiddenForMs
 */

/**
 * Return the roads that should be open.
 * @param {RoadName[]} ladder the allowed roads, the best one first
 * @param {RoadFacts} facts
 */
export function wantedRoads(ladder, { isFrozen, channel, isStreaming, awayForMs, hiddenForMs }) {
  // Keep an open stream until the channel works, so that there is no gap.
  const isAway = channel !== 'live' && (isStreaming || awayForMs >= AWAY_MS);
  const mayStream = hiddenForMs < HIDDEN_MS && (ladder[0] === 'stream' || isAway);
  return isFrozen ? [] : ladder.filter((name) => name !== 'stream' || mayStream);
}

/** @typedef {{road?: OpenRoad | false | null, standing: Standing, sinceMs: number}} Opened */

export class Roads {
  #context;
  #Pusher;
  #onChange;
  /** @type {Map<RoadName, Opened>} */
  #open = new Map();
  #awaySinceMs = Infinity;
  #hiddenSinceMs = Infinity;

  /**
   * @param {import('./sending.js').Context} context
   * @param {import('./outside.js').PusherClass | null | undefined} Pusher undefined: load it when
   *   it is needed; null: do without
   * @param {RoadName | null} forced null = the best one that works; may be changed at any time
   * @param {(live?: RoadName) => void} onChange called with the road that became live; call review
   */
  constructor(context, Pusher, forced, onChange) {
    this.#context = context;
    this.#Pusher = context.gateway.session.pusher ? Pusher : null;
    this.forced = forced;
    this.#onChange = onChange;
  }

  /** The road that delivers; null while there is only polling. @returns {RoadName | null} */
  get carrying() {
    for (const [name, { standing }] of this.#open) if (standing === 'live') return name;
    return null;
  }

  /** `connecting` only during the first attempt. */
  get standing() {
    if (this.carrying) return 'live';
    const isTried = [...this.#open.values()].some(({ standing }) => standing === 'away');
    return this.#open.size > 0 && !isTried ? 'connecting' : 'polling';
  }

  /** The socket, if it is the road that delivers. @returns {Socket | false | undefined} */
  get socket() {
    const road = this.carrying === 'socket' && this.#open.get('socket')?.road;
    return road && road.loaded;
  }

  /** @param {RoadName[]} [wanted] the roads that stay open */
  close(wanted = []) {
    for (const [name, { road }] of this.#open) {
      if (wanted.includes(name)) continue;
      this.#open.delete(name);
      if (road) road.close();
    }
  }

  /** Open and close roads as needed. Call it regularly: the result depends on the time. */
  review() {
    const { world } = this.#context;
    const { isHidden, isFrozen = false } = world.surroundings;
    const nowMs = world.clock.now();
    for (const own of this.#open.values()) {
      const isLate = own.standing === 'connecting' && nowMs - own.sinceMs >= TRIED_MS;
      if (isLate) own.standing = 'away';
    }
    this.#hiddenSinceMs = isHidden ? Math.min(this.#hiddenSinceMs, nowMs) : Infinity;
    /** @type {RoadName[]} */
    const best = this.#Pusher === null ? ['stream'] : ['channel', 'stream'];
    const ladder = this.forced ? [this.forced] : best;
    const possible = ladder.filter((name) => name !== 'stream' || canStream(world));
    const wanted = wantedRoads(possible, {
      isFrozen,
      channel: this.#open.get('channel')?.standing,
      isStreaming: this.#open.has('stream'),
      awayForMs: nowMs - this.#awaySinceMs,
      hiddenForMs: nowMs - this.#hiddenSinceMs,
    });
    this.close(wanted);
    for (const name of wanted) if (!this.#open.has(name)) this.#begin(name);
  }

  /** @param {RoadName} name */
  #begin(name) {
    const { clock } = this.#context.world;
    /** @type {Opened} */
    const own = { standing: 'connecting', sinceMs: clock.now() };
    const noteAway = () => {
      if (name === 'channel') this.#awaySinceMs = clock.now();
    };
    this.#open.set(name, own);
    noteAway();
    own.road = this.#make(name, (standing) => {
      if (own.standing === 'live') noteAway();
      own.standing = standing;
      this.#onChange(standing === 'live' ? name : undefined);
    });
    if (!own.road) this.#open.delete(name); // this road is not available here, so poll
  }

  /**
   * @param {RoadName} name
   * @param {(standing: Standing) => void} onStanding
   * @returns {OpenRoad | false | null | undefined}
   */
  #make(name, onStanding) {
    const { WebSocket } = this.#context.world;
    const Pusher = this.#Pusher;
    switch (name) {
      case 'channel':
        return (
          Pusher !== null &&
          this.#load(Promise.all([Pusher ?? vendorPusher(), channelRoad()]), ([loaded, code]) => {
            this.#Pusher = code && loaded;
            if (this.#Pusher) return new code.Channel(loaded, this.#context, onStanding);
            this.#onChange(); // the other roads
          })
        );
      case 'stream':
        return canStream(this.#context.world) && openStream(this.#context, onStanding);
      case 'socket':
        return (
          WebSocket &&
          this.#load(
            socketRoad().catch(() => onStanding('away')),
            (code) => code && new code.Socket(WebSocket, this.#context, onStanding, { brokenOff, tooLate, refusal }),
          )
        );
    }
  }

  /**
   * A road that begins when its code is there.
   * @template Code
   * @param {Promise<Code>} loading
   * @param {(code: Code) => any} begin
   */
  #load(loading, begin) {
    let isClosed = false;
    const road = {
      /** @type {any} */
      loaded: null,
      close() {
        isClosed = true;
        road.loaded?.close();
      },
    };
    void loading.then((code) => {
      if (!isClosed) road.loaded = begin(code);
    });
    return road;
  }
}
