/**
 * The client library of the brain, for any front end:
 *
 *     import { connect, askBrainTool } from '/brain.js';
 *     const { askBrain, onMessage, onState, close } = await connect({ accessKey });
 *     onMessage((entry) => show(entry)); // every entry of the log, once and in order
 *     const { forVoiceAgent } = await askBrain('What did Anna write?');
 *
 * The functions of a connection do not need `this`. An answer in the HTTP response is passed to
 * `onMessage` too. Entries that arrive before the first listener are kept for it.
 */

import { ServerClock } from './client/time/clock.js';
import { Connection } from './client/connection.js';
import { Dialogue } from './client/dialogue.js';
import { BrainError, ConnectionClosed } from './client/errors.js';
import { Gateway } from './client/gateway.js';
import { newMessageId } from './client/ids.js';
import { UserStorage } from './client/storage.js';
import { calls, minds, talking } from './client/later.js';
import { browserClock, browserStorage, browserSurroundings, browserZone } from './client/surroundings.js';
import { askBrainTool } from './client/tool.js';
import { abort, calledOff, follow, reasonOf } from './client/waiting.js';

export { askBrainTool, BrainError, ConnectionClosed };

/**
 * Start a session and connect. Rejects with a BrainError: status 401 if an access key is needed, 0
 * if the server cannot be reached. Rejects with an AbortError if `signal` is aborted before.
 *
 * @param {import('./client/types.js').ConnectOptions} [options]
 * @returns {Promise<import('./client/types.js').Brain>}
 */
export function connect(options = {}) {
  const ending = new AbortController();
  const { signal } = options;
  const { signal: lifetime } = ending;
  let isOpen = false;
  let unfollow = () => {};
  const end = (/** @type {Error} */ reason) => {
    unfollow();
    abort(ending, reason);
  };
  const close = () => end(new ConnectionClosed());
  unfollow = follow(signal, () => (isOpen ? close() : end(calledOff(signal?.reason))));
  return new Promise((resolve, reject) => {
    const fail = (/** @type {Error} */ reason) => {
      end(reason);
      reject(reason);
    };
    follow(lifetime, reject); // at once, whatever it waits for
    open(options, lifetime, close).then((brain) => {
      isOpen = true;
      resolve(brain);
    }, fail);
  });
}

/**
 * @param {import('./client/types.js').ConnectOptions} options
 * @param {AbortSignal} lifetime
 * @param {() => void} close
 * @returns {Promise<import('./client/types.js').Brain>}
 */
async function open({ mind, ...given }, lifetime, close) {
  const options = mind ? (await minds()).outsideOfMind({ mind, ...given }) : given;
  const { token, accessKey, onSession, history = 0, road = null, Pusher } = options;
  const outside = { ...outsideFrom(options), lifetime };
  const gateway = new Gateway(outside, { token, accessKey, onSession });
  await gateway.start();
  if (lifetime.aborted) throw reasonOf(lifetime);
  const { session } = gateway;
  const userStorage = new UserStorage(outside.storage, session.userId);
  const device = userStorage.pageName(() => newMessageId(outside.random));
  const world = { ...outside, userStorage, device };
  const connection = new Connection(world, gateway, { Pusher, history, road });
  const dialogue = new Dialogue(world, connection);
  follow(lifetime, () => {
    dialogue.speaker.stop();
    connection.close();
  });
  connection.listen(dialogue);
  const parts = { world, gateway, connection, dialogue };
  return {
    jobs: calls(parts, 'jobs'),
    battles: calls(parts, 'battles'),
    rehearsals: calls(parts, 'rehearsals'),
    agents: calls(parts, 'agents'),
    scenarios: calls(parts, 'scenarios'),
    assist: calls(parts, 'texts').assist,
    onJob: connection.jobs.subscribe,
    onDocument: connection.documents.subscribe,
    onErased: connection.erased.subscribe,
    askBrain: dialogue.askBrain,
    stop: dialogue.stop,
    decide: dialogue.decide,
    heard: dialogue.heard,
    seen: connection.seen,
    onMessage: connection.inbox.subscribe,
    onPiece: connection.pieces.subscribe,
    onSpeak: dialogue.speaker.listen,
    onState: connection.onState,
    onTool: dialogue.handlers.on,
    useRoad: connection.useRoad,
    now: outside.clock.now,
    renew: (refused) => gateway.renew(refused).then(() => gateway.session.token),
    talk: (options) => talking(parts, options),
    close,
    session,
  };
}

/** @param {import('./client/types.js').ConnectOptions} options */
function outsideFrom({
  baseUrl = '',
  fetch = (...given) => globalThis.fetch(...given),
  clock = browserClock,
  surroundings = browserSurroundings,
  random = Math.random,
  storage = browserStorage(),
  locks = globalThis.navigator?.locks,
  WebSocket = globalThis.WebSocket,
  BroadcastChannel = globalThis.BroadcastChannel,
  language = globalThis.navigator?.language,
  zone = browserZone(),
}) {
  return {
    baseUrl,
    fetch,
    clock: new ServerClock(clock),
    surroundings,
    random,
    storage,
    locks,
    WebSocket,
    BroadcastChannel,
    locale: { language: textIn(language), zone: textIn(zone) },
  };
}

/** @param {unknown} value */
const textIn = (value) => (typeof value === 'string' ? value : undefined);
