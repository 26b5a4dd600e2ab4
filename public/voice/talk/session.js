/** The brain's side of a spoken conversation: opens and closes the vendor's session. */

import { send } from '../../client/http.js';
import { VoiceProblem } from '../sound.js';

const PATH = '/api/voiceSession';
const LIMIT_MS = 20_000; // a cold function, and the vendor

/** @typedef {{sdp?: string, url?: string, token?: string, model?: string}} Form how to reach it */

/** @type {Record<number, string>} */
const PROBLEMS = {
  401: 'signed-out',
  409: 'elsewhere',
  429: 'voice-used-up',
  502: 'vendor-refused',
  503: 'vendor-unreachable',
};

export class VoiceSession {
  /** @type {Form} */
  form = {};
  #world;
  #gateway;
  #vendor;
  #language;
  /** @type {string | null} */
  #id = null;
  /** @type {object | undefined} */
  #usage;
  #hasBegun = false;

  /**
   * @param {import('../talk.js').Parts} parts
   * @param {string} vendor
   * @param {string | undefined} language
   */
  constructor({ world, gateway }, vendor, language) {
    this.#world = world;
    this.#gateway = gateway;
    this.#vendor = vendor;
    this.#language = language;
  }

  /**
   * Open a session in place of the one before. Rejects with a VoiceProblem.
   * @param {string} [sdp]
   * @returns {Promise<Form>}
   */
  async open(sdp) {
    const order = { vendor: this.#vendor, ...(sdp && { sdp }), ...(this.#language && { language: this.#language }) };
    let received = await this.#post({ ...order, ...(this.#id && { resumes: this.#id }) });
    if (received.status === 409 && !this.#hasBegun) {
      // The user has pressed here, so the conversation goes on here.
      received = await this.#post({ ...order, resumes: received.body.voiceSessionId });
    }
    const { status, body } = received;
    if (status >= 400) throw new VoiceProblem(PROBLEMS[status] ?? 'voice-failed', body);
    this.#hasBegun = true;
    this.#id = body.voiceSessionId;
    this.form = body;
    return body;
  }

  /** @param {any} event of the vendor, which may tell how much was used */
  noteUsage({ type, usage, usageMetadata }) {
    if (type?.startsWith?.('session.') && usage) this.#usage = usage;
    if (usageMetadata) this.#usage = usageMetadata;
  }

  /** Hang up; also while the page goes away. */
  close() {
    const voiceSessionId = this.#id;
    if (!voiceSessionId) return;
    this.#id = null;
    const { baseUrl, fetch } = this.#world;
    fetch(baseUrl + PATH, {
      method: 'DELETE',
      keepalive: true,
      headers: { ...this.#authorization(), 'Content-Type': 'application/json' },
      body: JSON.stringify({ voiceSessionId, ...(this.#usage && { usage: this.#usage }) }),
    }).catch(() => {}); // the server hangs up by itself, later
  }

  #authorization() {
    return { Authorization: `Bearer ${this.#gateway.session.token}` };
  }

  /** @param {object} json */
  async #post(json) {
    const { token } = this.#gateway.session;
    const post = () => send(this.#world, PATH, { json, limitMs: LIMIT_MS, headers: this.#authorization() });
    try {
      const received = await post();
      if (received.status !== 401) return received;
      await this.#gateway.renew(token);
      return await post();
    } catch (error) {
      const { status } = /** @type {{status?: number}} */ (error);
      throw new VoiceProblem(status === 401 ? 'signed-out' : 'unreachable', error);
    }
  }
}
