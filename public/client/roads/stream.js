/** The road of Server-Sent Events: GET /api/stream, which begins where the log was read to. */

import { receiveEvent } from './receiving.js';
import { Line } from './line.js';

const FIRST_BYTES_MS = 5000; // they come at once; later means that something holds them back

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
      // Not Last-Event-ID: other roads and looks bring entries too, and they count.
      await gateway.call(`/api/stream?sinceSeq=${receiver.sinceSeq()}`, {
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
