/** The Pusher channel: brings what it can; whether it is there at all is told by `onRoad`. */

/** @typedef {import('./types.js').ChannelEntry} ChannelEntry */
/** @typedef {import('./types.js').PusherSettings} PusherSettings */
/** @typedef {import('./gateway.js').Gateway} Gateway */
/** @typedef {'connecting' | 'live' | 'away'} Road */

/**
 * @typedef {object} Hearing
 * @property {(road: Road) => void} onRoad `live` comes again with every new subscription
 * @property {(entry: ChannelEntry) => void} onEntry
 * @property {(change: {runId: string, state: string}) => void} onRun
 */

const AWAY_AFTER_MS = 5000; // a connection takes well under a second; then we poll
const SILENCE_MS = 30_000; // then the line is tested: a dead one may look alive for minutes
const PONG_MS = 6000;
const RESUBSCRIBE_FIRST_MS = 2000; // doubles
const RESUBSCRIBE_MOST_MS = 30_000;

export class Channel {
  #pusher;
  #name;
  #clock;
  #hearing;
  #wasReached = false;
  #refusals = 0;
  #isClosed = false;
  #cancelResubscribe = () => {};

  /**
   * @param {import('./types.js').PusherClass} Pusher
   * @param {PusherSettings} settings
   * @param {Gateway} gateway
   * @param {import('./types.js').Clock} clock
   * @param {Hearing} hearing
   */
  constructor(Pusher, settings, gateway, clock, hearing) {
    this.#pusher = new Pusher(settings.key, pusherOptions(settings, gateway));
    this.#name = gateway.session.channel;
    this.#clock = clock;
    this.#hearing = hearing;
    this.#listen();
    // Being there is all that this channel is for: the server sees that somebody listens.
    const { presenceChannel } = gateway.session;
    if (presenceChannel) this.#pusher.subscribe(presenceChannel);
  }

  close() {
    this.#isClosed = true;
    this.#cancelResubscribe();
    this.#pusher.disconnect();
  }

  #listen() {
    const { onEntry, onRun } = this.#hearing;
    this.#pusher.connection.bind('state_change', ({ current }) => this.#changed(current));
    const channel = this.#pusher.subscribe(this.#name);
    channel.bind('pusher:subscription_succeeded', () => this.#subscribed());
    channel.bind('pusher:subscription_error', () => this.#refused());
    channel.bind('message', onEntry);
    channel.bind('run', onRun);
  }

  /** @param {string} state of the connection; connected is not yet subscribed */
  #changed(state) {
    const isFirstTry = state === 'connecting' && !this.#wasReached;
    if (state !== 'connected' && !isFirstTry) this.#hearing.onRoad('away');
  }

  #subscribed() {
    this.#wasReached = true;
    this.#refusals = 0;
    this.#hearing.onRoad('live');
  }

  #refused() {
    if (this.#isClosed) return; // closing ends an authorization under way
    this.#hearing.onRoad('away');
    const pauseMs = Math.min(RESUBSCRIBE_FIRST_MS * 2 ** this.#refusals, RESUBSCRIBE_MOST_MS);
    this.#refusals += 1;
    this.#cancelResubscribe();
    const again = () => this.#pusher.subscribe(this.#name);
    this.#cancelResubscribe = this.#clock.after(pauseMs, again);
  }
}

/**
 * @param {PusherSettings} settings
 * @param {Gateway} gateway
 */
function pusherOptions({ cluster, wsHost, wsPort, forceTLS }, gateway) {
  const host = wsHost ? { wsHost, wsPort, wssPort: wsPort } : {};
  return {
    ...host,
    cluster: cluster ?? '',
    forceTLS: forceTLS ?? true,
    enabledTransports: ['ws', 'wss'], // any other would fall back to the vendor's hosts
    activityTimeout: SILENCE_MS,
    pongTimeout: PONG_MS,
    unavailableTimeout: AWAY_AFTER_MS,
    channelAuthorization: { customHandler: authorizer(gateway) },
  };
}

/** @param {Gateway} gateway */
function authorizer(gateway) {
  /**
   * @param {{socketId: string, channelName: string}} wish
   * @param {(error: Error | null, grant: any) => void} answer
   */
  return ({ socketId, channelName }, answer) => {
    const form = new URLSearchParams({ socket_id: socketId, channel_name: channelName });
    gateway.call('/api/pusherAuth', { form }).then(
      ({ body }) => answer(null, body),
      (error) => answer(error, null),
    );
  };
}
