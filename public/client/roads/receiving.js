/** What comes by the event stream and by the socket: the same names, the same data. */

/**
 * @param {import('../types.js').Receiver} receiver
 * @param {string} name other names than these are passed over: later servers may know more
 * @param {any} data
 */
export function receiveEvent({ onEntry, onRun, onReset, onPiece }, name, data) {
  if (name === 'message') onEntry(data);
  if (name === 'run') onRun(data);
  if (name === 'reset') onReset(data.lastSeq);
  if (data.piece) onPiece({ ...data, kind: name });
}
