/**
 * Puts the log in order. Entries arrive on several roads: late, twice, in any order or not at all.
 * Each is delivered once, in the order of `seq`. No I/O: if `isBehind`, the log must be read from
 * `deliveredSeq` on, and `takePage` takes the result.
 */

/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').ChannelEntry} ChannelEntry */
/** @typedef {import('./types.js').LogPage} LogPage */

/**
 * @typedef {object} Start
 * @property {number} known a seq that the log has reached
 * @property {(entry: Entry) => void} deliver
 * @property {(lastSeq: number) => void} onReset called when the log was reset; ends at `lastSeq`
 */

const MOST_IDS = 2000; // ids remembered; twice as many as the server's log keeps

export class Log {
  /** @type {Map<number, Entry>} */
  #waiting = new Map();
  /** @type {Set<string>} */
  #ids = new Set();
  #deliveredSeq;
  #heardSeq;
  #knownSeq;
  #deliver;
  #onReset;

  /**
   * @param {number} since the seq after which to start
   * @param {Start} start
   */
  constructor(since, { known, deliver, onReset }) {
    this.#deliveredSeq = since;
    this.#heardSeq = since;
    this.#knownSeq = known;
    this.#deliver = deliver;
    this.#onReset = onReset;
  }

  get deliveredSeq() {
    return this.#deliveredSeq;
  }

  /** True if the log has entries that were not delivered. */
  get isBehind() {
    return this.#heardSeq > this.#deliveredSeq;
  }

  /**
   * Note that the log has an entry `seq`.
   * @param {number} seq
   */
  extendTo(seq) {
    if (seq > this.#heardSeq) this.#heardSeq = seq;
  }

  /**
   * Take one entry.
   * @param {ChannelEntry} entry
   */
  offer(entry) {
    this.#keep(entry);
    this.#passOn();
  }

  /**
   * Take what was read from the log after `asked`. It is complete up to `nextSince`, so a missing
   * seq will never come. A log that ends before `asked` was reset.
   * @param {LogPage} page
   * @param {number} asked
   */
  takePage(page, asked) {
    if (page.lastSeq < Math.max(asked, this.#knownSeq)) return this.reset(page.lastSeq);
    this.extendTo(page.lastSeq);
    for (const entry of page.messages) this.#keep(/** @type {ChannelEntry} */ (entry));
    this.#passOn(page.nextSince);
  }

  /**
   * Start again from the beginning: the log was reset.
   * @param {number} lastSeq
   */
  reset(lastSeq) {
    this.#waiting.clear();
    this.#deliveredSeq = this.#knownSeq = 0;
    this.#heardSeq = lastSeq; // keep the ids: if it is the old log after all, nothing repeats
    this.#onReset(lastSeq);
  }

  /** @param {ChannelEntry} entry */
  #keep(entry) {
    this.extendTo(entry.seq);
    if (entry.truncated || entry.seq <= this.#deliveredSeq) return;
    this.#waiting.set(entry.seq, entry);
  }

  /**
   * Deliver the next entries, up to the first gap. Gaps up to `sureSeq` will never be filled.
   */
  #passOn(sureSeq = 0) {
    while (this.#deliveredSeq < sureSeq || this.#waiting.has(this.#deliveredSeq + 1)) {
      this.#deliveredSeq += 1;
      const entry = this.#waiting.get(this.#deliveredSeq);
      this.#waiting.delete(this.#deliveredSeq);
      if (!entry || this.#ids.has(entry.id)) continue;
      const [oldest] = this.#ids.add(entry.id);
      if (this.#ids.size > MOST_IDS) this.#ids.delete(oldest);
      this.#deliver(entry);
    }
  }
}
