/**
 * The road of the WebSocket /api/live, which works in both directions. Loaded when somebody asks for
 * it. It imports no errors, so that the bundled client and this file have one class of each.
 */

import { receiveEvent } from './receiving.js';
import { Line } from './line.js';
import { follow, waitFor } from '../waiting.js';

/** @typedef {import('../types.js').Frame} Frame */
/** @typedef {Pick<typeof import('../errors.js'), 'brokenOff' | 'tooLate'> & Pick<typeof import('../http.js'), 'refusal'>} Errors */
/** @typedef {import('../outside.js').WebSocketLike} WebSocketLike */

/**
 * @typedef {object} Waiting A frame without an answer so far.
 * @property {Frame} frame
 * @property {(answer: any) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

const READY_MS = 5000; // for the upgrade and the server's first frame
const QUIET_MS = 15_000; // then ping the server
const PONG_MS = 5000;
const NO_TOKEN = 4401; // close codes
const ELSEWHERE = 1012; // the server must end the invocation

export class Socket {
  #WebSocket;
  #context;
  #line;
  #errors;
  /** @type {WebSocketLike | null} */
  #socket = null;
  /** @type {Set<Waiting>} */
  #waiting = new Set();

  /**
   * @param {import('../outside.js').WebSocketClass} WebSocket
   * @param {import('../sending.js').Context} context
   * @param {(standing: import('../types.js').Standing) => void} onStanding
   * @param {Errors} errors makes them
   */
  constructor(WebSocket, context, onStanding, errors) {
    this.#WebSocket = WebSocket;
    this.#errors = errors;
    this.#context = context;
    this.#line = new Line(context.world, (...line) => this.#connect(...line), onStanding);
  }

  close() {
    this.#line.close();
  }

  /**
   * Send a frame and wait for its answer. Rejects with status 0 if the socket is not open or
   * closes first, as it does after a frame that is too long. Then send by POST.
   *
   * @param {Frame} frame
   * @param {number} limitMs
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  send(frame, limitMs, signal) {
    /** @type {Waiting | undefined} */
    let waiting;
    return waitFor(
      this.#context.world,
      limitMs,
      signal,
      (_, reject) => reject(this.#errors.tooLate()),
      (resolve, reject) => {
        if (!this.#socket) return reject(this.#errors.brokenOff());
        this.#waiting.add((waiting = { frame, resolve, reject }));
        this.#socket.send(JSON.stringify(frame));
      },
    ).finally(() => waiting && this.#waiting.delete(waiting));
  }

  /** @type {import('./line.js').Connect} */
  async #connect(signal, isUp) {
    const { token } = this.#context.gateway.session;
    const code = await this.#converse(token, signal, isUp);
    this.#socket = null;
    for (const { reject } of this.#waiting) reject(this.#errors.brokenOff());
    if (code === NO_TOKEN) await this.#context.gateway.renew(token);
    if (code !== ELSEWHERE) throw this.#errors.brokenOff();
  }

  /**
   * @param {string} token
   * @param {AbortSignal} signal
   * @param {() => void} isUp
   * @returns {Promise<number>} the close code; 0 = closed by the client after silence
   */
  #converse(token, signal, isUp) {
    const { baseUrl, clock, device } = this.#context.world;
    // React Native's URL adds a slash to what it is given.
    const at = `${baseUrl}/api/live?device=${device}`;
    const href = /^http/.test(at) ? at : new URL(at, globalThis.location?.href).href;
    return new Promise((resolve) => {
      // Not in the URL, because URLs are logged.
      const socket = new this.#WebSocket(href.replace(/^http/, 'ws'), ['brain', `token.${token}`]);
      let cancel = () => {};
      const limit = (/** @type {number} */ ms, /** @type {() => void} */ act) => {
        cancel();
        cancel = clock.after(ms, act);
      };
      let unsubscribe = () => {};
      const end = (code = 0) => {
        cancel();
        unsubscribe();
        socket.onmessage = socket.onclose = null;
        socket.close();
        resolve(code);
      };
      const ask = () => {
        limit(PONG_MS, end);
        socket.send('{"type":"ping"}');
      };
      limit(READY_MS, end);
      follow(signal, () => end());
      socket.onclose = ({ code }) => end(code);
      socket.onmessage = ({ data }) => {
        limit(QUIET_MS, ask);
        const { type, ...frame } = JSON.parse(data);
        if (type !== 'ready') return this.#take(socket, type, frame);
        this.#socket = socket;
        unsubscribe = this.#context.gateway.renewals.subscribe(({ token }) =>
          socket.send(JSON.stringify({ type: 'token', token })),
        );
        socket.send(JSON.stringify({ type: 'resume', sinceSeq: this.#context.receiver.sinceSeq() }));
        isUp();
      };
    });
  }

  /**
   * @param {WebSocketLike} socket
   * @param {string} type
   * @param {any} frame
   */
  #take(socket, type, frame) {
    switch (type) {
      case 'ping':
        return socket.send('{"type":"pong"}');
      case 'error':
        return this.#whoAsked(frame)?.reject(this.#errors.refusal(frame));
      case 'reply':
      case 'controlled':
        return this.#whoAsked(frame)?.resolve(frame);
      default:
        receiveEvent(this.#context.receiver, type, frame.message ?? frame);
    }
  }

  /** @param {{of: string, messageId?: string}} answer */
  #whoAsked({ messageId, of }) {
    return [...this.#waiting].find(({ frame }) =>
      // Only texts have ids. Commands of one type are answered in order.
      frame.messageId ? frame.messageId === messageId : frame.type === of,
    );
  }
}
