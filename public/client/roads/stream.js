/** The road of Server-Sent Events: GET /api/stream, from the end of the delivered log. */

import { receiveEvent } from './receiving.js';
import { Line } from './line.js';

const FIRST_BYTES_MS = 5000; // sent at once; a delay means that something buffers the stream

/**
 * @param {import('../sending.js').Context} context
 * @param {(standing: import('../types.js').Standing) => void} onStanding
 */
export function openStream({ world, gateway, receiver }, onStanding) {
  return new Line(
    world,
    async (signal, isUp) => {
      /** @type {number | undefined} */
      let pauseMs;
      // Not Last-Event-ID, because other roads and polls deliver entries too.
      await gateway.call(`/api/stream?sinceSeq=${receiver.sinceSeq()}&device=${world.device}`, {
        limitMs: FIRST_BYTES_MS,
        signal,
        onBytes: isUp,
        onEvent: ({ event, data, retry }) => {
          pauseMs = retry;
          receiveEvent(receiver, event, JSON.parse(data));
        },
      });
      return pauseMs;
    },
    onStanding,
  );
}
