/** A connection to one user's brain: joins what all roads bring into one log. */

import { Sending } from './sending.js';
import { Inbox } from './inbox.js';
import { Roads } from './roads.js';
import { RunState } from './run.js';
import { Topic } from './topic.js';
import { attend } from './time/wakes.js';
import { Watch } from './watch.js';

/** @typedef {import('./types.js').ChannelEntry} ChannelEntry */
/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').Receiver} Receiver */
/** @typedef {import('./types.js').RoadName} RoadName */
/** @typedef {import('./types.js').State} State */
/** @typedef {import('./outside.js').World} World */
/** @typedef {import('./gateway.js').Gateway} Gateway */

/**
 * @typedef {object} Choices
 * @property {import('./outside.js').PusherClass | null} [Pusher] loaded when needed by default
 * @property {number} history earlier entries to start with
 * @property {RoadName | null} road null = whichever works best
 */

/**
 * @typedef {object} Listener
 * @property {(entry: Entry, isNew: boolean) => void} receive called with each entry of the log,
 *   and with a few that are older than the first shown
 * @property {() => void} plan called whenever something may have changed
 */

/** @implements {Receiver} */
export class Connection {
  run = new RunState();
  /** @type {Topic<import('./types.js').Piece>} */
  pieces = new Topic();
  /** @type {Topic<import('./minds/types.js').JobChange>} */
  jobs = new Topic();
  /** @type {Topic<import('./types.js').DocumentNews>} */
  documents = new Topic();
  /** @type {Topic<import('./types.js').ErasedScope>} */
  erased = new Topic();
  /** @type {Topic<State>} */
  #states = new Topic();
  #world;
  #gateway;
  #watch;
  /** @type {Listener | null} */
  #listener = null;
  #unattend = () => {};
  /** @type {number | null} */
  #others = null;
  #isCatchingUp = true;
  #isMute = false;
  #lastState = '';

  /**
   * @param {World} world
   * @param {Gateway} gateway
   * @param {Choices} choices
   */
  constructor(world, gateway, { Pusher, history, road }) {
    this.#world = world;
    this.#gateway = gateway;
    gateway.onRefused = () => this.#watch.poll();
    const isAway = () => this.#isCatchingUp || world.surroundings.isHidden;
    this.inbox = new Inbox(
      world.userStorage,
      gateway.session.cursor,
      history,
      isAway,
      (entry, isNew) => {
        this.run.receiveEntry(entry);
        this.#listener?.receive(entry, isNew);
      },
    );
    const context = { world, gateway, receiver: this };
    this.roads = new Roads(context, Pusher, road, (live) => {
      if (live) this.#watch.poll(live === 'channel'); // the channel does not replay what it missed
      this.#changed();
    });
    this.sending = new Sending(context, this.roads, (hasFailed) => {
      // Find out whether the server, the session or only this request failed.
      if (hasFailed) this.#watch.poll();
      this.#changed();
    });
    const facts = () => ({
      isLive: this.roads.standing === 'live',
      isActive: this.sending.isActive || this.run.isActive,
    });
    const { run, inbox } = this;
    this.#watch = new Watch({ world, gateway, log: inbox.log, run, facts }, () => {
      if (!this.#watch.problem) this.#isCatchingUp = false;
      this.#changed();
    });
  }

  /** @param {Listener} listener */
  listen(listener) {
    this.#listener = listener;
    this.#unattend = attend(this.#world, (what) => this.#onSurroundings(what));
    this.#watch.poll(true);
    this.#changed();
  }

  /** @param {(state: State) => void} listener called now and at every change */
  onState = (listener) => {
    const unsubscribe = this.#states.subscribe(listener);
    listener(this.#state());
    return unsubscribe;
  };

  /** Reset the count of missed messages. */
  seen = () => {
    this.inbox.missed = 0;
    this.#changed();
  };

  /** @param {boolean} isMute */
  hearMute = (isMute) => {
    this.#isMute = isMute;
    this.#changed();
  };

  /** @param {RoadName | null} name */
  useRoad = (name) => {
    this.roads.forced = name;
    this.#changed();
  };

  close() {
    this.#unattend();
    this.#watch.stop();
    this.roads.close();
  }

  /** Expect news: poll more often. */
  rouse() {
    this.#watch.rouse();
    this.#changed();
  }

  sinceSeq = () => this.inbox.log.deliveredSeq;

  /**
   * @param {ChannelEntry | null} entry
   * @param {number} [seq] the last one in the log, as far as known
   */
  onEntry = (entry, seq = 0) => {
    const { log } = this.inbox;
    if (this.#world.lifetime.aborted) return;
    if (entry) log.offer(entry);
    log.extendTo(seq);
    const isStep = entry?.role === 'brain' && entry.kind === 'breadcrumb';
    // A breadcrumb means progress, and only the status says how much.
    if (log.isBehind || isStep) this.#watch.poll(log.isBehind);
    this.rouse();
  };

  /** @type {Receiver['onPiece']} */
  onPiece = this.pieces.emit;

  /** @type {Receiver['onRun']} */
  onRun = (event) => {
    this.run.receiveEvent(event);
    this.rouse();
  };

  /** @type {Receiver['onReset']} */
  onReset = (lastSeq) => this.inbox.log.reset(lastSeq);

  /** @type {Receiver['onErased']} */
  onErased = ({ scope }) => {
    if (scope !== 'messages') this.onReset(0);
    this.erased.emit(scope);
    this.rouse();
  };

  /** @type {Receiver['onOthers']} */
  onOthers = (count) => {
    this.#others = count;
    this.#changed();
  };

  /** @param {'change' | 'wake' | 'tick'} what */
  #onSurroundings(what) {
    const { surroundings, clock } = this.#world;
    const { isHidden, isOnline, isFrozen } = surroundings;
    const isWake = what === 'wake';
    const isWanted = !isHidden || clock.isSure === false; // a hidden page may speak too
    if (isWake) {
      this.#isCatchingUp = true;
      this.roads.close(); // an open connection may be dead without an error
      this.#gateway.look();
    }
    if (what !== 'tick' && isOnline && isWanted && !isFrozen) this.#watch.poll(isWake);
    this.#changed();
  }

  #changed() {
    if (this.#world.lifetime.aborted) return;
    // After a 401 the session cannot be renewed.
    if (this.#watch.problem?.status === 401) this.roads.close();
    else this.roads.review();
    this.#watch.plan();
    this.inbox.keep();
    this.#listener?.plan();
    const state = this.#state();
    const serialized = JSON.stringify([state, state.problem?.message]);
    if (serialized === this.#lastState) return;
    this.#lastState = serialized;
    this.#states.emit(state);
  }

  /** @returns {State} */
  #state() {
    const { problem, status } = this.#watch;
    const { standing, carrying } = this.roads;
    const connection = problem || !this.#world.surroundings.isOnline ? 'offline' : standing;
    return {
      connection,
      road: connection === 'live' ? carrying : connection === 'polling' ? connection : null,
      listening: status?.listening ?? null,
      others: carrying === 'channel' ? this.#others : null,
      run: this.run.current,
      retrying: this.sending.retrying,
      problem,
      missed: this.inbox.missed,
      mute: this.#isMute,
    };
  }
}
