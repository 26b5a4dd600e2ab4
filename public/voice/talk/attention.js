/** Decides when hands-free ends by itself: the user says so, or nobody has spoken for long. */

const QUIET_MS = 120_000; // without speech
const GAP_MS = 2000; // between fragments of one utterance
const REST_MS = 800; // after the words: the sentence may go on
const WORDS = /[\p{L}\p{N}]+/gu;

// Without spaces and accents: recognizers write `zuzuhören` in several ways.
const PHRASES = /^(?:stoplistening|hore?auf(?:zu)?zuhoren|aufhoren(?:zu)?zuhoren|nichtmehrzuhoren)$/;
const COURTESY = new Set([
  ...['please', 'now', 'okay', 'ok', 'hey', 'you', 'can', 'could', 'and'],
  ...['bitte', 'jetzt', 'mal', 'du', 'kannst', 'und'],
]);

/** Whether a text is the wish to end hands-free, and nothing else. @param {string} text */
export function isStopListening(text) {
  const words = plain(text).match(WORDS) ?? [];
  return PHRASES.test(words.filter((word) => !COURTESY.has(word)).join(''));
}

/** Umlauts may be written with an `e`. @param {string} text in lower case, without accents */
function plain(text) {
  const letters = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return letters.replaceAll('hoer', 'hor');
}

/** @typedef {'asked' | 'quiet'} Why */

export class Attention {
  #onOver;
  #quiet = 0;
  #rest = 0;
  #words = ''; // of the utterance so far
  #lastMs = -Infinity;
  #isWaiting = false; // for the user to speak

  /** @param {(why: Why) => void} onOver */
  constructor(onOver) {
    this.#onOver = onOver;
  }

  /**
   * The user is heard.
   * @param {string} words that were understood; '' if that is not known yet
   * @param {boolean} isWhole else a fragment, and more may follow
   */
  hear(words, isWhole) {
    const nowMs = Date.now();
    const isNext = nowMs - this.#lastMs > GAP_MS;
    this.#lastMs = nowMs;
    this.#words = isWhole || isNext ? words : this.#words + words;
    clearTimeout(this.#rest);
    this.#wait(this.#isWaiting);
    if (!isStopListening(this.#words)) return;
    if (isWhole) this.#over('asked');
    else this.#rest = setTimeout(() => this.#over('asked'), REST_MS);
  }

  /** While an answer is awaited or spoken, nobody has to speak. @param {string} state of the conversation */
  show(state) {
    this.#wait(['listening', 'muted', 'paused'].includes(state));
  }

  end() {
    this.#wait(false);
    clearTimeout(this.#rest);
  }

  /** @param {boolean} isWaiting */
  #wait(isWaiting) {
    clearTimeout(this.#quiet);
    this.#isWaiting = isWaiting;
    if (isWaiting) this.#quiet = setTimeout(() => this.#over('quiet'), QUIET_MS);
  }

  /** @param {Why} why */
  #over(why) {
    this.end();
    this.#onOver(why);
  }
}
