/** Events of the stream and the socket: both have the same names and data. */

/**
 * @param {import('../types.js').Receiver} receiver
 * @param {string} name unknown names are ignored: a newer server may send them
 * @param {any} data
 */
export function receiveEvent({ onEntry, onRun, onReset, onPiece, documents }, name, data) {
  if (name === 'message') onEntry(data);
  if (name === 'run') onRun(data);
  if (name === 'document') documents.emit(data);
  if (name === 'reset') onReset(data.lastSeq);
  if (data.piece) onPiece({ ...data, kind: name });
}
