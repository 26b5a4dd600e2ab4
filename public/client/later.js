/** Parts of a connection whose code is loaded when it is first used. */

/**
 * Begin a spoken conversation.
 * @param {import('../voice/talk.js').Parts} parts
 * @param {import('./types.js').TalkOptions} options
 * @returns {import('./types.js').Talk}
 */
export function talking(parts, options) {
  const loading = import('../voice/talk.js').then(({ Talk }) => new Talk(parts, options));
  const act = (/** @type {keyof import('./types.js').Talk} */ name) => (/** @type {any} */ given = () => {}) => {
    const done = loading.then(
      (talk) => talk[name](given),
      (error) => given('ended', error), // the code cannot be loaded
    );
    return () => void done.then((undo) => undo?.());
  };
  return { mute: act('mute'), unmute: act('unmute'), end: act('end'), onState: act('onState'), onSpeech: act('onSpeech') };
}

/** @returns {Promise<import('./outside.js').PusherClass | null>} null: use the other roads */
export async function vendorPusher() {
  // In a `try`, so that no bundler insists on an optional package.
  try {
    // Made by the build step. Hidden from the type checker, which would check the whole file.
    const { default: main, Pusher = main?.Pusher ?? main } = await import(/** @type {string} */ ('../vendor/pusher.js'));
    return Pusher; // its build for React Native has a name for it
  } catch (error) {
    console.warn(error); // it names the file
    return null;
  }
}

/** @returns {Promise<any>} null: use the other roads */
export const channelRoad = () => import('./roads/channel.js').catch(() => null);

export const socketRoad = () => import('./roads/socket.js');

export const minds = () => import('./minds/calls.js');
export const claims = () => import('../voice/claims.js');

/**
 * The calls of a group of minds/calls.js. An `await` of the group itself finds no `then` there.
 * @param {import('./minds/calls.js').Parts} parts
 * @param {string} group
 * @returns {any}
 */
export function calls(parts, group) {
  const call = (/** @type {any} */ _, /** @type {string} */ name) =>
    name !== 'then' && (async (/** @type {any[]} */ ...given) => (await minds()).call(parts, group, name, given));
  return new Proxy({}, { get: call });
}
