/**
 * What is shown of an answer while it comes. Pieces are for showing only: a message of the log says
 * the same and takes their place, also when it comes by another road before the last of them. They
 * may come twice, by two roads, or end in the middle; a loop that begins anew, in another
 * invocation, begins with piece 1 again. No I/O.
 */

/** @typedef {import('./types.js').Piece} Piece */

/**
 * @typedef {object} Part Pieces that belong together: one thought, one action, one thing covered.
 * @property {number} loop
 * @property {Piece['kind']} kind
 * @property {number} say
 * @property {string} text
 * @property {boolean} [isCovered] a message says it: it is no longer shown
 * @property {boolean} [isKnown] as far as it goes, it is what a message that came first has said
 */

/** @typedef {{last: number, parts: Part[]}} Loop `last`: the last piece that fitted */

export class Pieces {
  /** @type {Map<string, Map<number, Loop>>} */
  #runs = new Map();
  /** @type {Map<string, string[]>} */
  #ahead = new Map(); // by run, what messages have said of which no piece had come
  /** @type {Set<string>} */
  #ended = new Set(); // what comes of them after their last word comes late

  /**
   * @param {Piece} piece
   * @returns {boolean} whether there is something else to show now
   */
  receive({ runId, loop, piece, kind, text, say = 0 }) {
    if (this.#ended.has(runId)) return false;
    const loops = this.#runs.get(runId) ?? new Map();
    const known = piece === 1 ? { last: 0, parts: [] } : loops.get(loop);
    // After a gap the rest makes no sense: what was shown stands until the message comes.
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
   * Take an entry of the log: what it says is not to be shown twice.
   * @param {import('./types.js').Entry} entry
   * @returns {Part | undefined} what was shown of it
   */
  receiveEntry(entry) {
    const { runId } = entry;
    if (entry.role === 'user') return void this.#ended.delete(runId); // a question had ended it
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
   * @returns {Part[]} in the order of loops, and of coming
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
    ahead.splice(place, 1); // the same words once more would be new ones
  }
}
