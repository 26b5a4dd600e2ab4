/** The log as this page shows it: which entries are new, and how many were missed. */

import { Log } from './log.js';
import { Topic } from './topic.js';

/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').Novelty} Novelty */

const MOST_HELD = 1000; // entries; as many as the server's log keeps
const LOOK_BACK = 20; // entries before the first shown one; some may not have been spoken

export class Inbox {
  missed = 0;
  #storage;
  #isAway;
  #onEntry;
  #knownSeq;
  #shownSeq;
  /** @type {Topic<[Entry, Novelty]>} */
  #entries = new Topic(MOST_HELD);

  /**
   * @param {import('./storage.js').UserStorage} userStorage
   * @param {number} cursor the log's last seq
   * @param {number} history earlier entries to start with
   * @param {() => boolean} isAway true while nobody looks
   * @param {(entry: Entry, isNew: boolean) => void} onEntry called with each, shown or not
   */
  constructor(userStorage, cursor, history, isAway, onEntry) {
    this.#storage = userStorage;
    this.#isAway = isAway;
    this.#onEntry = onEntry;
    this.#knownSeq = userStorage.begin(cursor);
    const shown = Math.min(this.#knownSeq, cursor - history);
    this.#shownSeq = Math.max(shown, cursor - MOST_HELD, 0);
    this.log = new Log(Math.max(this.#shownSeq - LOOK_BACK, 0), {
      known: this.#knownSeq,
      deliver: (entry) => this.#deliver(entry),
      onReset: (lastSeq) => {
        this.#knownSeq = this.#shownSeq = 0;
        userStorage.reset(lastSeq);
      },
    });
  }

  /** @param {(entry: Entry, novelty: Novelty) => void} listener */
  subscribe = (listener) => {
    const unsubscribe = this.#entries.subscribe((heard) => listener(...heard));
    this.keep();
    return unsubscribe;
  };

  /** Store how far the log was shown. */
  keep() {
    if (this.#entries.hasListener) this.#storage.keep(this.log.deliveredSeq);
  }

  /** @param {Entry} entry */
  #deliver(entry) {
    if (entry.withdrawn) return; // nobody is shown or told what was taken back
    const isNew = entry.seq > this.#knownSeq;
    if (isNew && entry.role === 'brain' && this.#isAway()) this.missed += 1;
    if (entry.seq > this.#shownSeq) this.#entries.emit([entry, { isNew }]);
    this.#onEntry(entry, isNew);
  }
}
