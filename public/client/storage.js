/** Values that survive a reload, per user, shared by the tabs of a browser. */

const PREFIX = 'second-brain';
export const SPOKEN = 'spoken'; // messages whose speaking has started
export const TOOLS = 'tools'; // questions that a front end has taken
const MOST_KEPT = 64; // seqs stored one by one; they are close together

export class UserStorage {
  #storage;
  #prefix;

  /**
   * @param {import('./outside.js').StorageLike | null} storage
   * @param {string} userId
   */
  constructor(storage, userId) {
    this.#storage = storage ?? ownStorage();
    this.#prefix = `${PREFIX}:${userId}:`;
  }

  /**
   * @param {string} what
   * @returns {string} a name that is unique to this user
   */
  nameOf(what) {
    return this.#prefix + what;
  }

  /**
   * Return the name of this page for the server. Tabs share its first part: they speak with one voice.
   * @param {() => string} newId
   */
  pageName(newId) {
    const browser = this.read('browser') ?? newId();
    this.write('browser', browser);
    return `${browser}_${newId()}`;
  }

  /**
   * @param {string} what
   * @returns {any} null if nothing is stored
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
      this.#storage = ownStorage(); // a private window, or the storage is full
      this.write(what, value);
    }
  }

  /**
   * Return the seq up to which entries were delivered. On a first visit no entry is new, and none
   * is spoken.
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
   * The log was reset. Its present entries are not spoken: it may be the old log after all.
   * @param {number} lastSeq
   */
  reset(lastSeq) {
    this.write('seq', 0);
    for (const what of [SPOKEN, TOOLS]) this.write(what, [lastSeq]);
  }

  /**
   * @param {string} what
   * @param {number} seq
   * @returns {boolean} whether it was already taken
   */
  has(what, seq) {
    /** @type {number[]} */
    const [upTo = 0, ...more] = this.read(what) ?? [];
    return seq <= upTo || more.includes(seq);
  }

  /**
   * Take `seq`, so that no other tab does. Call it inside `alone` (see tabs.js).
   * @param {string} what
   * @param {number} seq
   * @returns {boolean} false: it was already taken
   */
  take(what, seq) {
    if (this.has(what, seq)) return false;
    const all = [...(this.read(what) ?? [0]), seq].sort((a, b) => a - b);
    this.write(what, all.slice(-MOST_KEPT));
    return true;
  }
}

/**
 * Return a storage in memory, for when the browser's is missing or fails.
 * @returns {import('./outside.js').StorageLike}
 */
function ownStorage() {
  /** @type {Map<string, string>} */
  const own = new Map();
  return {
    getItem: (name) => own.get(name) ?? null,
    setItem: (name, text) => void own.set(name, text),
  };
}
