/**
 * Joins the pieces of an answer while it is written. Pieces are only for display: a message in the
 * log has the same text and replaces them, even if it arrives before the last piece. Pieces may
 * arrive twice or stop in the middle. A loop that restarts in another invocation starts again with
 * piece 1. No I/O.
 */

/** @typedef {import('./types.js').Piece} Piece */

/**
 * @typedef {object} Part Pieces that belong together: one thought, one action or one text.
 * @property {number} loop
 * @property {Piece['kind']} kind
 * @property {number} say
 * @property {string} text
 * @property {boolean} [isCovered] a message has this text, so the part is not shown
 * @property {boolean} [isKnown] so far it repeats a message that arrived first
 */

/** @typedef {{last: number, parts: Part[]}} Loop `last`: the number of the last piece */

export class Pieces {
  /** @type {Map<string, Map<number, Loop>>} */
  #runs = new Map();
  /** @type {Map<string, string[]>} */
  #ahead = new Map(); // by run, texts of messages that arrived before their pieces
  /** @type {Set<string>} */
  #ended = new Set(); // runs with a last message; later pieces are ignored

  /**
   * @param {Piece} piece
   * @returns {boolean} whether the display changes
   */
  receive({ runId, loop, piece, kind, text, say = 0 }) {
    if (this.#ended.has(runId)) return false;
    const loops = this.#runs.get(runId) ?? new Map();
    const known = piece === 1 ? { last: 0, parts: [] } : loops.get(loop);
    // After a gap the rest makes no sense. Keep what is shown until the message arrives.
    if (piece !== (known?.last ?? 0) + 1) return false;
    this.#runs.set(runId, loops.set(loop, known));
    known.last = piece;
    const open = known.parts.at(-1);
    const isSame = open?.kind === kind && open.say === say && kind !== 'action';
    if (isSame) open.text += text;
    else known.parts.push({ loop, kind, say, text });
    this.#compare(runId, known.parts.at(-1));
    return true;
  }

  /**
   * Take an entry of the log, so that its text is not shown twice.
   * @param {import('./types.js').Entry} entry
   * @returns {Part | undefined} the part that the entry replaces
   */
  receiveEntry(entry) {
    const { runId } = entry;
    if (entry.role === 'user') return void this.#ended.delete(runId); // it ended with a question
    const covered = this.of(runId).find(
      ({ kind, text }) => kind === 'content' && entry.text.startsWith(text),
    );
    if (covered) covered.isCovered = true;
    else this.#ahead.set(runId, [...(this.#ahead.get(runId) ?? []), entry.text]);
    if (entry.doneAfterThis) {
      this.#runs.delete(runId);
      this.#ahead.delete(runId);
      this.#ended.add(runId);
    }
    return covered;
  }

  /**
   * @param {string | null} runId
   * @returns {Part[]} by loop, then in the order of arrival
   */
  of(runId) {
    const loops = [...(this.#runs.get(runId ?? '') ?? [])].sort(([one], [other]) => one - other);
    return loops.flatMap(([, { parts }]) => parts.filter(({ isCovered, isKnown }) => !isCovered && !isKnown));
  }

  /**
   * @param {string} runId
   * @param {Part} part
   */
  #compare(runId, part) {
    const ahead = this.#ahead.get(runId);
    if (!ahead || part.kind !== 'content' || part.isCovered) return;
    const place = ahead.findIndex((text) => text.startsWith(part.text));
    part.isKnown = place >= 0;
    if (ahead[place] !== part.text) return;
    part.isCovered = true;
    ahead.splice(place, 1); // the same text again would be a new message
  }
}
