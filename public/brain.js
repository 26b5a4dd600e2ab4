/**
 * The brain's client, for any front end:
 *
 *     import { connect, askBrainTool } from '/brain.js';
 *     const { askBrain, onMessage, onState, close } = await connect({ accessKey });
 *     onMessage((entry) => show(entry)); // the log, each entry once, in order
 *     const { forVoiceAgent } = await askBrain('What did Anna write?');
 *
 * A connection's functions need no `this` and may be handed on. An answer that comes in the HTTP
 * response reaches `onMessage` too. What comes before the first listener is kept for it.
 */

import { Connection } from './connection.js';
import { BrainError, ConnectionClosed } from './errors.js';
import { Gateway } from './gateway.js';
import { browserClock, browserSurroundings } from './surroundings.js';
import { askBrainTool } from './tool.js';

export { askBrainTool, BrainError, ConnectionClosed };

const VENDOR = './vendor/pusher.js'; // pusher-js, put there by the build step

/**
 * Begin a session and listen. Rejects with a BrainError: 401 when an access key is needed, 0 when
 * the server is out of reach.
 *
 * @param {import('./types.js').ConnectOptions} [options]
 * @returns {Promise<import('./types.js').Brain>}
 */
export async function connect(options = {}) {
  const { token, accessKey, onSession = () => {}, history = 0 } = options;
  const world = worldFrom(options);
  const [gateway, Pusher] = await Promise.all([
    Gateway.open(world, { token, accessKey, onSession }),
    options.Pusher === undefined ? vendorPusher() : options.Pusher,
  ]);
  const connection = new Connection(world, gateway, history);
  connection.listen(Pusher);
  return {
    askBrain: (text, askOptions) => connection.ask(text, askOptions),
    onMessage: (listener) => connection.onEntry(listener),
    onState: (listener) => connection.onState(listener),
    close: () => connection.close(),
    session: gateway.session,
  };
}

/**
 * @param {import('./types.js').ConnectOptions} options
 * @returns {import('./types.js').World}
 */
function worldFrom(options) {
  const ending = new AbortController();
  return {
    baseUrl: options.baseUrl ?? '',
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    clock: options.clock ?? browserClock,
    surroundings: options.surroundings ?? browserSurroundings,
    random: options.random ?? Math.random,
    lifetime: ending.signal,
    close: (reason) => ending.abort(reason),
  };
}

/** @returns {Promise<import('./types.js').PusherClass | null>} null: polling has to do */
async function vendorPusher() {
  try {
    return (await import(VENDOR)).default;
  } catch (error) {
    console.warn('pusher-js cannot be loaded; asking for messages instead.', error);
    return null;
  }
}
