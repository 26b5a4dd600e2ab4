/** Waiting that always ends: after a time, on a signal, or when the connection is closed. */

/**
 * @template T
 * @callback Settling
 * @param {(value: T) => void} resolve
 * @param {(reason: unknown) => void} reject
 * @returns {void}
 */

/**
 * Return a promise that `begin` settles, or `onTime` after `ms`. It rejects when the connection is
 * closed or the signal is aborted.
 *
 * @template T
 * @param {import('./outside.js').Outside} world
 * @param {number} ms
 * @param {AbortSignal | undefined} signal
 * @param {Settling<T>} onTime
 * @param {Settling<T>} [begin]
 * @returns {Promise<T>}
 */
export function waitFor({ clock, lifetime }, ms, signal, onTime, begin = () => {}) {
  /** @type {(() => void)[]} */
  let undo = [];
  /** @type {Promise<T>} */
  const waiting = new Promise((resolve, reject) => {
    undo = [lifetime, signal].map((one) => follow(one, reject));
    undo.push(clock.after(ms, () => onTime(resolve, reject)));
    begin(resolve, reject);
  });
  return waiting.finally(() => undo.forEach((act) => act()));
}

/**
 * @param {import('./outside.js').Outside} world
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @param {Settling<any>} [begin] may resolve it earlier
 * @returns {Promise<void>}
 */
export function pause(world, ms, signal, begin) {
  return waitFor(world, ms, signal, (resolve) => resolve(undefined), begin);
}

/**
 * @param {AbortSignal | undefined} signal
 * @param {(reason: any) => void} act called now if it is already aborted
 * @returns {() => void} stops following
 */
export function follow(signal, act) {
  const end = () => act(reasonOf(signal));
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end);
  return () => signal?.removeEventListener('abort', end);
}

/**
 * Abort, and keep the reason: not every runtime does.
 * @param {AbortController} controller
 * @param {Error} reason
 */
export function abort(controller, reason) {
  const { signal } = controller;
  if (!signal.aborted) Object.defineProperty(signal, 'reason', { value: reason });
  controller.abort(reason);
}

/**
 * Why a signal was aborted; always an error, whatever the caller gave.
 * @param {AbortSignal} [signal]
 * @returns {Error}
 */
export function reasonOf(signal) {
  const reason = signal?.reason;
  return typeof reason?.message === 'string' ? reason : calledOff(reason);
}

/** @param {unknown} [cause] */
export function calledOff(cause) {
  // Not a DOMException, which some runtimes do not have.
  return Object.assign(new Error('The operation was aborted.', { cause }), { name: 'AbortError' });
}
