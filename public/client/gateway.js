/** HTTP requests with the session's token; starts and renews the session. */

import { accepted, send } from './http.js';

/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./outside.js').Outside} World */
/** @typedef {import('./http.js').Call} Call */
/** @typedef {import('./http.js').Received} Received */

/**
 * @typedef {object} Credentials
 * @property {string} [accessKey]
 * @property {(session: Session) => void} onSession
 */

const LONGEST_TIMER_MS = 2 ** 31 - 1; // setTimeout fires at once for longer times

export class Gateway {
  session = /** @type {Session} */ ({}); // empty until start() has resolved
  #world;
  #credentials;
  /** @type {Promise<void> | null} */
  #renewing = null;
  #cancelRenewal = () => {};

  /**
   * @param {World} world
   * @param {Credentials} credentials
   */
  constructor(world, credentials) {
    this.#world = world;
    this.#credentials = credentials;
    world.lifetime.addEventListener('abort', () => this.#cancelRenewal());
  }

  /**
   * Start a session with the token. If the token is refused, use the access key, or nothing: a
   * local deployment needs no key.
   * @param {string} [token]
   */
  async start(token) {
    const { accessKey, onSession } = this.#credentials;
    const offer = (/** @type {object} */ key) =>
      send(this.#world, '/api/session', { json: { ...key, ...this.#world.device } });
    const last = { accessKey };
    let received = await offer(token ? { token } : last);
    if (received.status === 401 && token) received = await offer(last);
    this.session = accepted(received).body;
    onSession(this.session);
    this.#planRenewal();
  }

  /**
   * Send a request. After a 401, renew the session once and send it again.
   * @param {string} path
   * @param {Call} [request]
   * @returns {Promise<Received>}
   */
  async call(path, request = {}) {
    const { token } = this.session;
    let received = await this.#send(path, request);
    if (received.status === 401) {
      await this.renew(token);
      received = await this.#send(path, request);
    }
    return accepted(received);
  }

  /**
   * @param {string} path
   * @param {Call} request
   */
  #send(path, request) {
    const headers = { ...request.headers, Authorization: `Bearer ${this.session.token}` };
    return send(this.#world, path, { ...request, headers });
  }

  /**
   * Replace a token that was refused. Several requests with a 401 share one renewal.
   * @param {string} token
   * @returns {Promise<void>}
   */
  async renew(token) {
    if (this.session.token !== token) return; // already renewed
    this.#renewing ??= this.start(token).finally(() => {
      this.#renewing = null;
    });
    await this.#renewing;
  }

  #planRenewal() {
    const { clock } = this.#world;
    const lifeMs = Date.parse(this.session.expiresAt) - clock.now();
    this.#cancelRenewal();
    if (!(lifeMs > 0)) return;
    // At half its life, because a valid token can be renewed without the access key.
    this.#cancelRenewal = clock.after(Math.min(lifeMs / 2, LONGEST_TIMER_MS), () => {
      this.renew(this.session.token).catch(() => {}); // the next request reports the 401
    });
  }
}
