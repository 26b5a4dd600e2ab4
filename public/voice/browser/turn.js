/**
 * Whose turn it is to speak, in all tabs of this browser: while the user speaks or types nobody reads
 * anything out. A microphone hears the loudspeaker, whichever tab it belongs to.
 */

const NAME = 'second-brain-turn';
const TAIL_MS = 500; // after the ear closes: what it heard last is still on its way
const TYPING_MS = 4000; // after a key: the user goes on, or is thinking
const BEAT_MS = 1000;
const GONE_MS = 4000; // a tab that has not been heard of for so long has ended
const ECHO_MS = 5000; // a text that was spoken so shortly before the ear opened may be in the air
const MOST_SAID = 20;

/** @typedef {'ear' | 'typing' | null} Busy what the user does */

/**
 * @typedef {object} News from another tab
 * @property {string} [from]
 * @property {Busy} [busy]
 * @property {string} [said] a sentence that begins or ends
 * @property {boolean} [asks] a new tab asks who is busy
 */

export class Turn {
  #onChange;
  #id = `${Math.random()}`;
  #isEarOpen = false;
  #tailMs = -Infinity; // until then the ear counts as open
  #typingMs = -Infinity;
  #openedMs = Infinity;
  /** @type {Map<string, {busy: Busy, atMs: number}>} */
  #others = new Map();
  /** @type {{words: string, atMs: number}[]} */
  #said = [];
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** @type {Busy} */
  #shown = null;
  /** @type {Busy} */
  #told = null;
  #timer = 0;

  /** @param {(busy: Busy) => void} onChange called when it changes, first of all when the ear opens */
  constructor(onChange) {
    this.#onChange = onChange;
    try {
      this.#channel = new BroadcastChannel(NAME);
      this.#channel.onmessage = ({ data }) => this.#hear(data);
      this.#tell({ asks: true });
    } catch {
      // This tab is the only one.
    }
  }

  /** What the user does, in this tab or in another. */
  get busy() {
    return this.#shown;
  }

  /** Call it before the ear opens, and after it has closed. @param {boolean} isOpen */
  ear(isOpen) {
    const nowMs = performance.now();
    if (isOpen && !this.#isEarOpen) this.#openedMs = nowMs;
    if (this.#isEarOpen && !isOpen) this.#tailMs = nowMs + TAIL_MS;
    this.#isEarOpen = isOpen;
    this.#look();
  }

  /** @param {boolean} isTyping false: the text was sent or deleted */
  type(isTyping) {
    this.#typingMs = isTyping ? performance.now() + TYPING_MS : -Infinity;
    this.#look();
  }

  /** A sentence begins or ends. @param {string} sentence */
  note(sentence) {
    this.#remember(sentence);
    this.#tell({ said: sentence });
  }

  /** Whether a recognized text is what was just spoken by this browser. @param {string} text */
  isEcho(text) {
    const words = wordsOf(text);
    return words !== '' && this.#said.some((one) => one.words === words && one.atMs > this.#openedMs - ECHO_MS);
  }

  /** @param {string} sentence */
  #remember(sentence) {
    const words = wordsOf(sentence);
    this.#said = [...this.#said, { words, atMs: performance.now() }].slice(-MOST_SAID);
  }

  /** @returns {Busy} of this tab */
  #own() {
    const nowMs = performance.now();
    if (this.#isEarOpen || nowMs < this.#tailMs) return 'ear';
    return nowMs < this.#typingMs ? 'typing' : null;
  }

  /** Find out what has changed, and look again when something ends by itself. */
  #look() {
    clearTimeout(this.#timer);
    const nowMs = performance.now();
    const own = this.#own();
    for (const [id, { atMs }] of this.#others) if (nowMs - atMs > GONE_MS) this.#others.delete(id);
    const all = [own, ...[...this.#others.values()].map(({ busy }) => busy)];
    const busy = all.includes('ear') ? 'ear' : all.includes('typing') ? 'typing' : null;
    if (own || own !== this.#told) this.#tell({ busy: own });
    this.#told = own;
    const ends = [this.#tailMs, this.#typingMs].filter((ms) => ms > nowMs).map((ms) => ms - nowMs);
    if (own || this.#others.size > 0) this.#timer = window.setTimeout(() => this.#look(), Math.min(BEAT_MS, ...ends));
    if (busy === this.#shown) return;
    this.#shown = busy;
    this.#onChange(busy);
  }

  /** @param {News} news */
  #tell(news) {
    this.#channel?.postMessage({ from: this.#id, ...news });
  }

  /** @param {News} news */
  #hear({ from = '', busy, said, asks }) {
    if (asks && this.#own()) this.#tell({ busy: this.#own() });
    if (typeof said === 'string') this.#remember(said);
    if (busy === undefined) return;
    if (busy === null) this.#others.delete(from);
    else this.#others.set(from, { busy, atMs: performance.now() });
    this.#look();
  }
}

/** @param {string} text @returns {string} its letters and digits, in lower case */
function wordsOf(text) {
  return (text.normalize('NFKC').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
}
