/**
 * The order of the log. Entries come by several roads, late, doubled, in any order or not at all;
 * they leave here once each, in the order of `seq`. No I/O: `isBehind` tells that the log must be
 * read from `deliveredSeq` on, and `takePage` takes what was read.
 */

/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').ChannelEntry} ChannelEntry */
/** @typedef {import('./types.js').LogPage} LogPage */

const MOST_IDS = 2000; // ids remembered; twice what the server's log keeps at hand

export class Log {
  /** @type {Map<number, Entry>} */
  #waiting = new Map();
  /** @type {Set<string>} */
  #ids = new Set();
  #deliveredSeq;
  #heardSeq;
  #deliver;

  /**
   * @param {number} since the seq after which to begin
   * @param {(entry: Entry) => void} deliver
   */
  constructor(since, deliver) {
    this.#deliveredSeq = since;
    this.#heardSeq = since;
    this.#deliver = deliver;
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
  hear(seq) {
    this.#heardSeq = Math.max(this.#heardSeq, seq);
  }

  /**
   * Take an entry that came by itself.
   * @param {ChannelEntry} entry
   */
  offer(entry) {
    this.#keep(entry);
    this.#passRow();
  }

  /**
   * Take what reading the log after `asked` gave: all there is up to `nextSince`, so that a seq
   * missing there is missing for ever. A log that ends before `asked` has begun anew.
   * @param {LogPage} page
   * @param {number} asked
   */
  takePage(page, asked) {
    if (page.lastSeq < asked) return this.#beginAnew(page.lastSeq);
    this.hear(page.lastSeq);
    for (const entry of page.messages) this.#keep(entry);
    this.#passOverHoles(page.nextSince);
    this.#passRow();
  }

  /** @param {number} lastSeq */
  #beginAnew(lastSeq) {
    this.#waiting.clear();
    this.#deliveredSeq = 0; // the ids stay known: should it be the old log after all, no harm
    this.#heardSeq = lastSeq;
  }

  /** @param {ChannelEntry} entry */
  #keep(entry) {
    this.hear(entry.seq);
    if (entry.truncated || entry.seq <= this.#deliveredSeq) return;
    this.#waiting.set(entry.seq, entry);
  }

  #passRow() {
    for (let next = this.#next(); next; next = this.#next()) this.#pass(next);
  }

  #next() {
    return this.#waiting.get(this.#deliveredSeq + 1);
  }

  /** @param {number} upTo */
  #passOverHoles(upTo) {
    const entries = [...this.#waiting.values()].sort((a, b) => a.seq - b.seq);
    for (const entry of entries.filter(({ seq }) => seq <= upTo)) this.#pass(entry);
    this.#deliveredSeq = Math.max(this.#deliveredSeq, upTo);
  }

  /** @param {Entry} entry */
  #pass(entry) {
    this.#waiting.delete(entry.seq);
    this.#deliveredSeq = entry.seq;
    const id = entry.role === 'user' ? entry.messageId : entry.id; // ours may lack the server's id
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > MOST_IDS) this.#ids.delete(oldest);
    this.#deliver(entry);
  }
}
