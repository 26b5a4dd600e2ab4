/** HTTP requests with the session's token; starts the session and renews it in time. */

import { notReached, NO_TOKEN, tooLate } from './errors.js';
import { accepted, refusal, send } from './http.js';
import { Topic } from './topic.js';
import { waitFor } from './waiting.js';

/** @typedef {import('./types.js').ConnectOptions} ConnectOptions */
/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./outside.js').Outside} World */
/** @typedef {import('./http.js').Call} Call */
/** @typedef {import('./http.js').Received} Received */
/** @typedef {Pick<ConnectOptions, 'token' | 'accessKey' | 'onSession'>} Credentials */

const LONGEST_TIMER_MS = 2 ** 31 - 1; // setTimeout fires at once for longer times
const RENEW_SHARE = 0.75; // of the life that is left: the rest is enough for a second attempt
const LEAST_PAUSE_MS = 3000; // between two renewals
const FAILED_PAUSE_MS = 10_000; // after one that failed
const LENIENT_MS = 11_000; // the server accepts a token for ten seconds longer
const TOKEN_LIMIT_MS = 20_000; // for the app's function

export class Gateway {
  session = /** @type {Session} */ ({}); // empty until start() has resolved
  /** @type {Topic<Session>} */
  renewals = new Topic();
  /** Called when the token is refused, or will be. */
  onRefused = () => {};
  #world;
  #credentials;
  /** @type {string | undefined} */
  #offered; // the last token that was judged
  #isRenewable = false;
  #dueMs = NaN; // when to act, by the server's clock
  /** @type {Promise<void> | null} */
  #renewing = null; // in time; never rejects
  /** @type {Promise<void> | null} */
  #replacing = null; // after a 401
  /** @type {Error | null} */
  #problem = null; // why no request is sent any more
  #cancelTimer = () => {};

  /**
   * @param {World} world
   * @param {Credentials} credentials
   */
  constructor(world, credentials) {
    this.#world = world;
    this.#credentials = credentials;
    world.clock.onJump = () => this.look();
    world.lifetime.addEventListener('abort', () => this.#unplan());
  }

  /**
   * Start a session with the token. If it is refused, use a fresh one, or the access key, if there
   * is one. If neither was given, nothing is sent: a local deployment needs no key.
   */
  async start() {
    const { token, accessKey } = this.#credentials;
    try {
      await this.#begin(token === undefined ? { accessKey } : { token: await this.#given() });
    } catch (error) {
      if (token === undefined || /** @type {any} */ (error).status !== 401) throw error;
      await this.#replace({ .../** @type {object} */ (error) });
    }
  }

  /**
   * Send a request. After a 401, renew the session once and send it again.
   * @param {string} path
   * @param {Call} [request]
   * @returns {Promise<Received>}
   */
  async call(path, request = {}) {
    if (this.#problem) throw this.#problem;
    const { token } = this.session;
    let received = await this.#send(path, request);
    if (received.status === 401) {
      await this.renew(token, received.body);
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
   * @param {object | null} [why] the body of the refusal
   * @returns {Promise<void>}
   */
  async renew(token, why) {
    await this.#renewing;
    if (this.#problem) throw this.#problem;
    if (this.session.token !== token) return; // already renewed
    this.#replacing ??= this.#replace(why).finally(() => {
      this.#replacing = null;
    });
    await this.#replacing;
  }

  /** Renew the session if it is time. Call it after a sleep of the device. */
  look() {
    const { clock } = this.#world;
    this.#cancelTimer();
    const pauseMs = Math.min(this.#dueMs - clock.now(), LONGEST_TIMER_MS);
    if (pauseMs > 0) this.#cancelTimer = clock.after(pauseMs, () => this.look());
    else if (pauseMs <= 0) this.#act();
  }

  #act() {
    this.#unplan();
    const isOver = this.#leftMs < (this.#asksApp ? -LENIENT_MS : 0);
    if (!this.#isRenewable || isOver) return this.onRefused();
    this.#renewing ??= this.#renewInTime()
      .catch(() => this.#plan(FAILED_PAUSE_MS)) // the next request reports a 401
      .finally(() => {
        this.#renewing = null;
      });
  }

  /** Get a newer token from the app; or from the server, for one of its own that is still valid. */
  async #renewInTime() {
    const token = this.#asksApp ? await this.#given() : this.session.token;
    if (this.#asksApp && token === this.#offered) this.#plan(); // the app has no newer one so far
    else await this.#begin({ token });
  }

  /**
   * A credential that was given is never replaced by none.
   * @param {object | null} [why]
   */
  async #replace(why) {
    const { token, accessKey } = this.#credentials;
    this.#unplan();
    if (this.#asksApp) {
      const fresh = await this.#given();
      if (fresh !== this.#offered) return this.#begin({ token: fresh });
    }
    if (accessKey || token === undefined) return this.#begin({ accessKey });
    this.onRefused();
    throw refused('the token has expired', why);
  }

  /** @param {{token?: string, accessKey?: string}} key the credential */
  async #begin(key) {
    const { clock, locale } = this.#world;
    const told = clock.ask?.();
    const received = await send(this.#world, '/api/session', { json: { ...key, ...locale } });
    if (received.status <= 401) this.#offered = key.token; // accepted or refused
    const { body } = accepted(received);
    told?.(body.time);
    const { token, userId = body.userId } = this.session;
    if (userId !== body.userId) {
      // Nothing of the other user may be shown, sent or stored here.
      this.#problem = refused('the token belongs to another user');
      this.onRefused();
      throw this.#problem;
    }
    const isTraded = ![token, this.#credentials.token].includes(body.token);
    this.#isRenewable = this.#asksApp || isTraded; // a token of an app is not prolonged
    this.session = body;
    this.#credentials.onSession?.(body);
    this.#plan();
    this.renewals.emit(body);
  }

  /** Whether the app gave a function. */
  get #asksApp() {
    return typeof this.#credentials.token === 'function';
  }

  /** How long the token is still valid. */
  get #leftMs() {
    return Date.parse(this.session.expiresAt) - this.#world.clock.now();
  }

  /** @param {number} [leastMs] */
  #plan(leastMs = LEAST_PAUSE_MS) {
    const leftMs = this.#leftMs;
    const pauseMs = this.#isRenewable ? Math.max(leftMs * RENEW_SHARE, leastMs) : leftMs + LENIENT_MS;
    if (this.#world.lifetime.aborted || this.#problem) return;
    this.#dueMs = this.#world.clock.now() + pauseMs;
    this.look();
  }

  #unplan() {
    this.#cancelTimer();
    this.#dueMs = NaN;
  }

  /** @returns {Promise<string>} the token of the app, a fresh one if it gave a function */
  async #given() {
    const { token } = this.#credentials;
    const fetching = async () => (typeof token === 'function' ? token() : token);
    /** @type {import('./waiting.js').Settling<import('./types.js').Token>} */
    const late = (_, reject) => reject(tooLate());
    const found = await waitFor(this.#world, TOKEN_LIMIT_MS, undefined, late, (resolve, reject) => {
      fetching().then(resolve, (cause) => reject(notReached(NO_TOKEN, cause))); // it may work later
    });
    if (!found) throw refused(NO_TOKEN);
    return found;
  }
}

/**
 * @param {string} detail
 * @param {object | null} [why] what the server said
 */
function refused(detail, why) {
  return refusal({ title: 'Authentication failed.', detail, ...why, status: 401 });
}
