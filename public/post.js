/** Sending an utterance until the server has it: the same `messageId` each time, so never twice. */

import { BrainError } from './errors.js';
import { pauseBeforeRetry } from './pace.js';

/** @typedef {import('./types.js').Reply} Reply */
/** @typedef {import('./types.js').Retrying} Retrying */

const SEND_BUDGET_MS = 60_000; // then the user is told, and may try again
const REPLY_LIMIT_MS = 20_000; // the server's own patience is 8 s unless it is set otherwise
const REPLY_MARGIN_MS = 10_000; // on top of a patience that we asked for
const LONGEST_RUN_MS = 310_000; // patience 0 waits as long as an invocation may last, 300 s

const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz0123456789';
const ID_LENGTH = 26;

/**
 * @typedef {import('./types.js').World & {
 *   gateway: import('./gateway.js').Gateway,
 *   onRetry: (retrying: Retrying) => void,
 * }} Sender `onRetry` is told before each pause.
 */

/**
 * @param {{text: string, messageId: string, patience?: number}} utterance the body to send
 * @param {Sender} sender
 * @param {AbortSignal} [signal]
 * @returns {Promise<Reply>}
 */
export async function post(utterance, sender, signal) {
  const { gateway, clock, random } = sender;
  const lastStartMs = clock.now() + SEND_BUDGET_MS;
  const request = { json: utterance, limitMs: replyLimit(utterance.patience), signal };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await gateway.call('/api/voiceToBrain', request)).body;
    } catch (error) {
      if (!(error instanceof BrainError) || !error.isPassing) throw error;
      const pauseMs = pauseBeforeRetry({ attempt, retryAfterMs: error.retryAfterMs, random });
      if (clock.now() + pauseMs > lastStartMs) throw error;
      sender.onRetry({ messageId: utterance.messageId, attempt, pauseMs, reason: error.title });
      await pause(pauseMs, sender, signal);
    }
  }
}

/** @param {number | undefined} patience seconds */
function replyLimit(patience) {
  if (patience === undefined) return REPLY_LIMIT_MS;
  return patience === 0 ? LONGEST_RUN_MS : patience * 1000 + REPLY_MARGIN_MS;
}

/**
 * @param {number} ms
 * @param {Sender} sender
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>} rejects when the connection is closed or the caller gives up
 */
function pause(ms, { clock, lifetime }, signal) {
  const signals = signal ? [lifetime, signal] : [lifetime];
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => end(resolve));
    const stop = () => end(() => reject(signals.find((one) => one.aborted)?.reason));
    /** @param {() => void} settle */
    function end(settle) {
      cancel();
      for (const one of signals) one.removeEventListener('abort', stop);
      settle();
    }
    for (const one of signals) one.addEventListener('abort', stop);
    if (signals.some((one) => one.aborted)) stop();
  });
}

/** @param {() => number} random */
export function newMessageId(random) {
  const pick = () => ALPHABET[Math.floor(random() * ALPHABET.length)];
  return Array.from({ length: ID_LENGTH }, pick).join('');
}
