/** Begins a spoken conversation. Its code is loaded when the first one begins. */

/**
 * @param {import('../voice/talk.js').Parts} parts
 * @param {import('./types.js').TalkOptions} options
 * @returns {import('./types.js').Talk}
 */
export function talking(parts, options) {
  const loading = import('../voice/talk.js').then(({ Talk }) => new Talk(parts, options));
  const act = (/** @type {'mute' | 'unmute' | 'end' | 'onState'} */ name) => (/** @type {any} */ given = () => {}) => {
    const done = loading.then(
      (talk) => talk[name](given),
      (error) => given('ended', error), // the code cannot be loaded
    );
    return () => void done.then((undo) => undo?.());
  };
  return { mute: act('mute'), unmute: act('unmute'), end: act('end'), onState: act('onState') };
}
