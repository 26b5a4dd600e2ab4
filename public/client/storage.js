/** What outlives a page, per user, shared by a browser's tabs; without storage, the page's own. */

const PREFIX = 'second-brain';
export const SPOKEN = 'spoken'; // what was begun to be said
export const TOOLS = 'tools'; // questions that a front end took
const MOST_KEPT = 64; // seqs noted one by one; they lie close together

export class UserStorage {
  #storage;
  #prefix;

  /**
   * @param {import('./types.js').StorageLike | null} storage
   * @param {string} userId
   */
  constructor(storage, userId) {
    this.#storage = storage ?? ownStorage();
    this.#prefix = `${PREFIX}:${userId}:`;
  }

  /**
   * @param {string} what
   * @returns {string} a name that no other user's page shares
   */
  nameOf(what) {
    return this.#prefix + what;
  }

  /**
   * @param {string} what
   * @returns {any} null if nothing was written
   */
  read(what) {
    try {
      return JSON.parse(this.#storage.getItem(this.nameOf(what)) ?? 'null');
    } catch {
      this.#storage = ownStorage();
      return null;
    }
  }

  /**
   * @param {string} what
   * @param {unknown} value
   */
  write(what, value) {
    try {
      this.#storage.setItem(this.nameOf(what), JSON.stringify(value));
    } catch {
      this.#storage = ownStorage(); // a private window, or no room
      this.write(what, value);
    }
  }

  /**
   * The seq up to which entries were delivered; on a first visit nothing is new, and nothing is
   * still to be said.
   * @param {number} cursor the log's last seq
   * @returns {number}
   */
  begin(cursor) {
    if (this.read('seq') === null) {
      this.write('seq', cursor);
      this.write(SPOKEN, [cursor]);
    }
    return this.read('seq');
  }

  /** @param {number} seq */
  keep(seq) {
    if (seq > this.read('seq')) this.write('seq', seq);
  }

  /**
   * The log has begun anew. What it holds by now is not said: it may be the old one after all.
   * @param {number} lastSeq
   */
  reset(lastSeq) {
    this.write('seq', 0);
    for (const what of [SPOKEN, TOOLS]) this.write(what, [lastSeq]);
  }

  /**
   * @param {string} what
   * @param {number} seq
   * @returns {boolean} whether it was taken before
   */
  has(what, seq) {
    /** @type {number[]} */
    const [upTo = 0, ...more] = this.read(what) ?? [];
    return seq <= upTo || more.includes(seq);
  }

  /**
   * Take `seq`, so that nobody else does. To be called while no other tab can.
   * @param {string} what
   * @param {number} seq
   * @returns {boolean} false: it was taken before
   */
  take(what, seq) {
    if (this.has(what, seq)) return false;
    const all = [...(this.read(what) ?? [0]), seq].sort((a, b) => a - b);
    this.write(what, all.slice(-MOST_KEPT));
    return true;
  }
}

/**
 * In place of a storage that is not there, or fails.
 * @returns {import('./types.js').StorageLike}
 */
function ownStorage() {
  /** @type {Map<string, string>} */
  const own = new Map();
  return {
    getItem: (name) => own.get(name) ?? null,
    setItem: (name, text) => void own.set(name, text),
  };
}
