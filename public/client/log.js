/**
 * The order of the log. Entries come by several roads, late, doubled, in any order or not at all;
 * they leave here once each, in the order of `seq`. No I/O: `isBehind` tells that the log must be
 * read from `deliveredSeq` on, and `takePage` takes what was read.
 */

/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').ChannelEntry} ChannelEntry */
/** @typedef {import('./types.js').LogPage} LogPage */

/**
 * @typedef {object} Start
 * @property {number} known a seq that the log had reached before
 * @property {(entry: Entry) => void} deliver
 * @property {(lastSeq: number) => void} onReset the log has begun anew, and reaches to `lastSeq`
 */

const MOST_IDS = 2000; // ids remembered; twice what the server's log keeps at hand

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
   * @param {number} since the seq after which to begin
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

  /** True if the log is known to hold more than was delivered. */
  get isBehind() {
    return this.#heardSeq > this.#deliveredSeq;
  }

  /**
   * Note that the log reaches to `seq`.
   * @param {number} seq
   */
  extendTo(seq) {
    if (seq > this.#heardSeq) this.#heardSeq = seq;
  }

  /**
   * Take an entry that came by itself.
   * @param {ChannelEntry} entry
   */
  offer(entry) {
    this.#keep(entry);
    this.#passOn();
  }

  /**
   * Take what reading the log after `asked` gave: all there is up to `nextSince`, so that a seq
   * missing there is missing for ever. A log that ends before `asked` has begun anew.
   * @param {LogPage} page
   * @param {number} asked
   */
  takePage(page, asked) {
    if (page.lastSeq < Math.max(asked, this.#knownSeq)) return this.reset(page.lastSeq);
    this.extendTo(page.lastSeq);
    for (const entry of page.messages) this.#keep(entry);
    this.#passOn(page.nextSince);
  }

  /**
   * The log has begun anew.
   * @param {number} lastSeq
   */
  reset(lastSeq) {
    this.#waiting.clear();
    this.#deliveredSeq = this.#knownSeq = 0;
    this.#heardSeq = lastSeq; // the ids stay known: should it be the old log after all, no harm
    this.#onReset(lastSeq);
  }

  /** @param {ChannelEntry} entry */
  #keep(entry) {
    this.extendTo(entry.seq);
    if (entry.truncated || entry.seq <= this.#deliveredSeq) return;
    this.#waiting.set(entry.seq, entry);
  }

  /**
   * Deliver what is next, as far as it is there. Up to `sureSeq` what is missing will never come.
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
