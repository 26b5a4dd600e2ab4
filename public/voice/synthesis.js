/** Speech synthesis: the browser's voice reads texts aloud, where it has one. */

/** @typedef {import('../client/types.js').Heard} Heard */

const LONGEST_PHRASE = 200; // characters; some voices fall silent in the middle of longer ones

/** Reads texts aloud, one after the other. */
export class Synthesizer {
  #synthesis = globalThis.speechSynthesis;
  /** @type {(how: Heard, chars?: number) => void} */
  #done = () => {};
  #spoken = 0; // characters of the current text that were read

  get isAvailable() {
    return this.#synthesis !== undefined;
  }

  /**
   * @param {string} text
   * @param {(how: Heard, chars?: number) => void} done
   */
  speak(text, done) {
    if (!this.isAvailable) return done('unspoken');
    const phrases = phrasesOf(text);
    const finish = (/** @type {Heard} */ how) => this.#done === done && this.#finish(how);
    this.#done = done;
    this.#spoken = 0;
    if (phrases.length === 0) return finish('played');
    for (const [place, phrase] of phrases.entries()) {
      const utterance = new SpeechSynthesisUtterance(phrase);
      utterance.onend = () => {
        if (this.#done === done) this.#spoken += phrase.length;
        if (place === phrases.length - 1) finish('played');
      };
      utterance.onerror = () => finish(this.#spoken > 0 ? 'cutOff' : 'unspoken');
      this.#synthesis.speak(utterance);
    }
  }

  /** Stop reading. */
  stop() {
    if (!this.isAvailable) return;
    this.#finish('cutOff'); // first: a cancelled utterance may report an error
    this.#synthesis.cancel();
  }

  /** @param {Heard} how */
  #finish(how) {
    const done = this.#done;
    this.#done = () => {};
    done(how, how === 'cutOff' ? this.#spoken : undefined);
  }
}

/**
 * Split a text into phrases that a voice can read, at the ends of sentences where possible.
 * @param {string} text
 */
export function phrasesOf(text) {
  const sentences = text.match(/[^.!?\n]+[.!?\n]*\s*/g) ?? [];
  return sentences.flatMap((sentence) => wrap(sentence.trim())).filter((phrase) => phrase !== '');
}

/** @param {string} sentence */
function wrap(sentence) {
  const lines = [''];
  for (const word of sentence.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length > LONGEST_PHRASE && lines.at(-1) !== '') lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
