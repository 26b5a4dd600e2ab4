/** Has the browser say one sentence, and notices if it gives no sound or never ends. */

export const START_MS = 5000; // by then a voice that works has begun
export const MUTE_START_MS = 2000; // the same, while the voice is known to give no sound
const SPARE_MS = 5000;
const MOST_MS = 15_000; // Chrome stops in the middle of an utterance of this length
const LONGEST_S = 12; // of an utterance as it is expected: a voice that is a fifth slower is in time
const CHARS_PER_S = 15;
const DENSE_PER_S = 5; // of scripts in which a character is a syllable or a word
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** @typedef {'ended' | 'stuck' | 'mute' | 'failed'} Outcome `mute`: there was no sound */

/** How long it should take, in seconds. @param {string} text @param {number} rate of the voice */
function expectedS(text, rate) {
  const dense = text.match(DENSE)?.length ?? 0;
  return ((text.length - dense) / CHARS_PER_S + dense / DENSE_PER_S) / rate;
}

/**
 * Return how many characters of a sentence fit into one utterance, so that it ends before it counts
 * as stuck where the voice reports nothing in between, and is a little slow.
 * @param {string} text
 * @param {number} rate of the voice
 */
export function mostChars(text, rate) {
  return Math.floor((text.length * LONGEST_S) / expectedS(text, rate));
}

/**
 * Return how long an utterance may be without any event before it counts as stuck.
 * @param {string} text
 * @param {number} [rate] of the voice
 */
export function limitMs(text, rate = 1) {
  return Math.min(2 * expectedS(text, rate) * 1000 + SPARE_MS, MOST_MS);
}

/**
 * Return whether the browser takes it: some throw where they forbid to speak.
 * @param {SpeechSynthesis} synthesis
 * @param {SpeechSynthesisUtterance} utterance
 */
export function handOver(synthesis, utterance) {
  try {
    synthesis.speak(utterance);
    return true;
  } catch (error) {
    console.warn(error);
    return false;
  }
}

/**
 * Say it, after what is being said.
 * @param {SpeechSynthesis} synthesis
 * @param {SpeechSynthesisUtterance} utterance
 * @param {object} how
 * @param {number} how.startMs how long it may take to begin
 * @param {() => void} how.onStart
 * @param {(chars: number) => void} how.onWord a word begins after so many characters
 * @param {(outcome: Outcome) => void} how.onEnd called once
 * @returns {() => void} takes it back: nothing is called any more
 */
export function say(synthesis, utterance, { startMs, onStart, onWord, onEnd }) {
  let hasBegun = false;
  let isOver = false;
  let timer = 0;
  const end = (/** @type {Outcome | null} */ outcome) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    if (outcome) onEnd(outcome);
  };
  /** Every event shows that it is alive. */
  const renew = () => {
    clearTimeout(timer);
    if (isOver) return;
    const ms = hasBegun ? limitMs(utterance.text, utterance.rate) : startMs;
    timer = window.setTimeout(() => end(hasBegun ? 'stuck' : 'mute'), ms);
  };
  const begin = () => {
    if (!hasBegun && !isOver) onStart();
    hasBegun = true;
    renew();
  };
  utterance.onstart = utterance.onmark = utterance.onpause = utterance.onresume = begin;
  utterance.onboundary = ({ charIndex = 0 }) => {
    begin();
    if (!isOver) onWord(charIndex);
  };
  utterance.onend = () => {
    if (!hasBegun && !isOver) onStart();
    end('ended');
  };
  utterance.onerror = ({ error }) => {
    const isOurs = error === 'canceled' || error === 'interrupted';
    end(hasBegun || isOurs ? 'failed' : 'mute');
  };
  renew();
  if (!handOver(synthesis, utterance)) setTimeout(() => end('mute'));
  return () => end(null);
}
