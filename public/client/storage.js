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
    this.#storage = safely(() => storage);
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
    this.write('browser', this.read('browser') ?? newId());
    return `${this.read('browser')}_${newId()}`;
  }

  /**
   * @param {string} what
   * @returns {any} null if nothing is stored
   */
  read(what) {
    try {
      return JSON.parse(this.#storage.getItem(this.nameOf(what)) ?? 'null');
    } catch {
      return null; // somebody else wrote it
    }
  }

  /**
   * @param {string} what
   * @param {unknown} value
   */
  write(what, value) {
    this.#storage.setItem(this.nameOf(what), JSON.stringify(value));
  }

  /**
   * @param {string} what
   * @returns {number[]}
   */
  numbers(what) {
    const list = this.read(what);
    return Array.isArray(list) ? list.filter((one) => typeof one === 'number') : [];
  }

  /**
   * Return the seq up to which entries were delivered. On a first visit no entry is new, and none
   * is spoken.
   * @param {number} cursor the log's last seq
   * @returns {number}
   */
  begin(cursor) {
    if (!Number.isInteger(this.read('seq'))) {
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
    const [upTo = 0, ...more] = this.numbers(what);
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
    const [upTo = 0, ...more] = this.numbers(what);
    const all = [upTo, ...more, seq].sort((a, b) => a - b);
    this.write(what, all.slice(-MOST_KEPT));
    return true;
  }
}

/**
 * Wrap a storage so that it never throws. What it does not keep, because it is blocked, full or
 * cleared, lasts as long as this object.
 * @param {() => import('./outside.js').StorageLike | null | undefined} open may throw
 */
export function safely(open) {
  /** @type {Map<string, string>} */
  const own = new Map(); // what was written here
  /** @type {Set<string>} */
  const lost = new Set(); // what the storage holds of these is not what was written
  const stored = (/** @type {string} */ name) => {
    try {
      const text = open()?.getItem(name);
      return typeof text === 'string' ? text : null;
    } catch {
      return null;
    }
  };
  return {
    /** @param {string} name */
    getItem: (name) => (lost.has(name) ? null : stored(name)) ?? own.get(name) ?? null,
    /** @param {string} name @param {string} text */
    setItem(name, text) {
      own.set(name, text);
      try {
        open()?.setItem(name, text);
      } catch {
        // It is read again below.
      }
      if (stored(name) === text) lost.delete(name);
      else lost.add(name);
    },
    /** @param {string} name */
    removeItem(name) {
      own.delete(name);
      try {
        /** @type {Partial<Storage> | null | undefined} */ (open())?.removeItem?.(name);
      } catch {
        // It is read again below.
      }
      if (stored(name) === null) lost.delete(name);
      else lost.add(name);
    },
  };
}
