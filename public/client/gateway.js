/** HTTP in the session's name: the session and its renewal. */

import { accepted, send } from './http.js';

/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./types.js').Outside} World */
/** @typedef {import('./http.js').Call} Call */
/** @typedef {import('./http.js').Received} Received */

/**
 * @typedef {object} Credentials
 * @property {string} [accessKey]
 * @property {(session: Session) => void} onSession
 */

const LONGEST_TIMER_MS = 2 ** 31 - 1; // more makes setTimeout fire at once

export class Gateway {
  session = /** @type {Session} */ ({}); // until it has started
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
   * Trade the token for a session; where it is no good, the access key, or nothing at all (a local
   * deployment asks for none).
   * @param {string} [token]
   */
  async start(token) {
    const { accessKey, onSession } = this.#credentials;
    const offer = (/** @type {object} */ json) => send(this.#world, '/api/session', { json });
    const last = accessKey ? { accessKey } : {};
    let received = await offer(token ? { token } : last);
    if (received.status === 401 && token) received = await offer(last);
    this.session = accepted(received).body;
    onSession(this.session);
    this.#planRenewal();
  }

  /**
   * A request. A 401 is met with one renewal of the session.
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
   * Trade a token that was refused. Several who meet a 401 at once wait for the same renewal.
   * @param {string} token
   * @returns {Promise<void>}
   */
  async renew(token) {
    if (this.session.token !== token) return; // somebody else has done it meanwhile
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
    // At half its life: a token still valid is traded for a new one without the access key.
    this.#cancelRenewal = clock.after(Math.min(lifeMs / 2, LONGEST_TIMER_MS), () => {
      this.renew(this.session.token).catch(() => {}); // the next request meets the 401 and says so
    });
  }
}
