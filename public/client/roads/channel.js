/** The road of the Pusher channel: delivers at most once, in any order, and no history. */

import { pauseBeforeRetry } from '../pace.js';

/** @typedef {import('../types.js').PusherSettings} PusherSettings */
/** @typedef {import('../gateway.js').Gateway} Gateway */

const SILENCE_MS = 30_000; // then ping: a dead connection may look alive for minutes
const PONG_MS = 6000;

export class Channel {
  #pusher;
  #name;
  #world;
  #receiver;
  #onStanding;
  #refusals = 0;
  #isClosed = false;
  #cancelResubscribe = () => {};

  /**
   * @param {import('../outside.js').PusherClass} Pusher
   * @param {import('../sending.js').Context} context
   * @param {(standing: import('../types.js').Standing) => void} onStanding called with `live` after
   *   each new subscription
   */
  constructor(Pusher, { world, gateway, receiver }, onStanding) {
    const settings = /** @type {PusherSettings} */ (gateway.session.pusher);
    this.#pusher = new Pusher(settings.key, pusherOptions(settings, gateway, world.device));
    this.#name = gateway.session.channel;
    this.#world = world;
    this.#receiver = receiver;
    this.#onStanding = onStanding;
    this.#listen();
    // The presence channel carries no messages. It tells the server that somebody listens.
    const { presenceChannel } = gateway.session;
    if (presenceChannel) this.#watchOthers(this.#pusher.subscribe(presenceChannel));
  }

  close() {
    this.#isClosed = true;
    this.#cancelResubscribe();
    this.#pusher.disconnect();
  }

  #listen() {
    const { onEntry, onRun, onErased, jobs, documents } = this.#receiver;
    this.#pusher.connection.bind('state_change', (states) => this.#changed(states));
    const channel = this.#pusher.subscribe(this.#name);
    channel.bind('pusher:subscription_succeeded', () => this.#subscribed());
    channel.bind('pusher:subscription_error', () => this.#refused());
    channel.bind('message', onEntry);
    channel.bind('run', onRun);
    channel.bind('erased', onErased);
    channel.bind('job', jobs.emit);
    channel.bind('document', documents.emit);
    // Something is in the log that the channel does not carry, as it went into a response.
    channel.bind('log', ({ lastSeq }) => onEntry(null, lastSeq));
  }

  /** @param {{previous: string, current: string}} states connected does not mean subscribed */
  #changed({ previous, current }) {
    // Closing changes the state too. Reacting to that would open and close roads for ever.
    if (this.#isClosed) return;
    if (previous === 'connected' || !current.startsWith('connect')) this.#onStanding('away');
  }

  /** @param {import('../outside.js').PusherChannel} presence */
  #watchOthers(presence) {
    const notify = () => this.#receiver.onOthers((presence.members?.count ?? 1) - 1);
    for (const event of ['subscription_succeeded', 'member_added', 'member_removed']) {
      presence.bind(`pusher:${event}`, notify);
    }
  }

  #subscribed() {
    this.#world.socketId = this.#pusher.connection.socket_id;
    this.#refusals = 0;
    this.#onStanding('live');
  }

  #refused() {
    if (this.#isClosed) return; // closing cancels an authorization
    this.#onStanding('away');
    this.#refusals += 1;
    const { clock, random } = this.#world;
    this.#cancelResubscribe();
    const again = () => this.#pusher.subscribe(this.#name);
    this.#cancelResubscribe = clock.after(pauseBeforeRetry(this.#refusals, random), again);
  }
}

/**
 * @param {PusherSettings} settings
 * @param {Gateway} gateway
 * @param {string} device
 */
function pusherOptions({ cluster, wsHost, wsPort, forceTLS }, gateway, device) {
  return {
    wsHost,
    wsPort,
    wssPort: wsPort,
    cluster: cluster ?? '',
    forceTLS: forceTLS ?? true,
    enabledTransports: ['ws'], // encrypted by forceTLS; others would use other hosts and ports
    activityTimeout: SILENCE_MS,
    pongTimeout: PONG_MS,
    channelAuthorization: {
      /**
       * @param {{socketId: string, channelName: string}} request
       * @param {(error: Error | null, grant: any) => void} answer
       */
      customHandler({ socketId, channelName }, answer) {
        const json = { socket_id: socketId, channel_name: channelName, device };
        gateway.call('/api/pusherAuth', { json }).then(
          ({ body }) => answer(null, body),
          (error) => answer(error, null),
        );
      },
    },
  };
}
