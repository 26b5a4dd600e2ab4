/** HTTP in the session's name: the session and its renewal, and reads of what is new only. */

import { accepted, send } from './http.js';

/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./types.js').World} World */
/** @typedef {import('./http.js').Call} Call */
/** @typedef {import('./http.js').Received} Received */

/**
 * @typedef {object} Credentials
 * @property {string} [token]
 * @property {string} [accessKey]
 * @property {(session: Session) => void} onSession
 */

const SESSION_LIMIT_MS = 15_000; // the first request of all: nothing is warm yet
const LONGEST_TIMER_MS = 2 ** 31 - 1; // more makes setTimeout fire at once

export class Gateway {
  #world;
  #credentials;
  #session;
  /** @type {Promise<void> | null} */
  #renewing = null;
  #cancelRenewal = () => {};
  /** @type {Map<string, {url: string, etag: string, body: any}>} */
  #seen = new Map();

  /**
   * @param {World} world
   * @param {Credentials} credentials
   */
  static async open(world, credentials) {
    return new Gateway(world, credentials, await startSession(world, credentials));
  }

  /**
   * @param {World} world
   * @param {Credentials} credentials
   * @param {Session} session
   */
  constructor(world, credentials, session) {
    this.#world = world;
    this.#credentials = credentials;
    this.#session = session;
    this.#planRenewal();
    world.lifetime.addEventListener('abort', () => this.#cancelRenewal());
  }

  get session() {
    return this.#session;
  }

  /**
   * A request. A 401 is met with one renewal of the session.
   * @param {string} path
   * @param {Call} [request]
   * @returns {Promise<Received>}
   */
  async call(path, request = {}) {
    const { token } = this.#session;
    let received = await this.#send(path, request);
    if (received.status === 401) {
      if (this.#session.token === token) await this.#renew();
      received = await this.#send(path, request);
    }
    return accepted(received);
  }

  /**
   * Read `path` + `query`, and say whether it has changed since the last time.
   * @param {string} path
   * @param {string} [query]
   * @returns {Promise<{body: any, isNew: boolean}>}
   */
  async read(path, query = '') {
    const url = path + query;
    const last = this.#seen.get(path);
    const known = last?.url === url ? last : null;
    const received = await this.call(url, known ? { headers: { 'If-None-Match': known.etag } } : {});
    if (received.status === 304 && known) return { body: known.body, isNew: false };
    const etag = received.headers.get('ETag');
    if (etag) this.#seen.set(path, { url, etag, body: received.body });
    return { body: received.body, isNew: true };
  }

  /**
   * @param {string} path
   * @param {Call} request
   */
  #send(path, request) {
    const headers = { ...request.headers, Authorization: `Bearer ${this.#session.token}` };
    return send(this.#world, path, { ...request, headers });
  }

  /** Several who meet a 401 at once wait for the same renewal. */
  #renew() {
    this.#renewing ??= this.#startAnew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #startAnew() {
    const { token } = this.#session;
    this.#session = await startSession(this.#world, { ...this.#credentials, token });
    this.#cancelRenewal();
    this.#planRenewal();
  }

  #planRenewal() {
    const lifeMs = Date.parse(this.#session.expiresAt) - this.#world.clock.now();
    if (!(lifeMs > 0)) return;
    // At half its life: a token still valid is traded for a new one without the access key.
    const pauseMs = Math.min(lifeMs / 2, LONGEST_TIMER_MS);
    this.#cancelRenewal = this.#world.clock.after(pauseMs, () => {
      this.#renew().catch(() => {}); // the next request meets the 401 and says so
    });
  }
}

/**
 * Trade the token for a session; where it is no good, the access key, or nothing at all (a local
 * deployment asks for none).
 * @param {World} world
 * @param {Credentials} credentials
 * @returns {Promise<Session>}
 */
async function startSession(world, { token, accessKey, onSession }) {
  const last = accessKey ? { accessKey } : {};
  let received = await offer(world, token ? { token } : last);
  if (received.status === 401 && token) received = await offer(world, last);
  const session = accepted(received).body;
  onSession(session);
  return session;
}

/**
 * @param {World} world
 * @param {{token?: string, accessKey?: string}} json
 */
function offer(world, json) {
  return send(world, '/api/session', { json, limitMs: SESSION_LIMIT_MS });
}
