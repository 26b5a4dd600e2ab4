/** Requests for the user's data, with the session's token. */

import { BrainError, notReached, tooLate, UNREACHABLE } from '../client/errors.js';
import { refusal } from '../client/http.js';

const LIMIT_MS = 20_000; // a cold function takes two or three seconds to start

export class Resources {
  #token = '';

  /** @param {string} token of the session; call it after each renewal */
  setToken(token) {
    this.#token = token;
  }

  /**
   * @param {string} path
   * @param {Record<string, string | number>} [query]
   */
  get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== '');
    const search = new URLSearchParams(given.map(([name, value]) => [name, `${value}`]));
    return this.#call('GET', given.length > 0 ? `${path}?${search}` : path);
  }

  /** @param {string} path @param {object} json */
  post(path, json) {
    return this.#call('POST', path, json);
  }

  /** @param {string} path @param {object} json */
  put(path, json) {
    return this.#call('PUT', path, json);
  }

  /** @param {string} path @param {string} id */
  remove(path, id) {
    return this.#call('DELETE', `${path}?${new URLSearchParams({ id })}`);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [json]
   * @returns {Promise<any>} Rejects with a BrainError.
   */
  async #call(method, path, json) {
    const headers = {
      Authorization: `Bearer ${this.#token}`,
      ...(json && { 'Content-Type': 'application/json' }),
    };
    const signal = AbortSignal.timeout(LIMIT_MS);
    const body = json && JSON.stringify(json);
    try {
      const response = await fetch(path, { method, headers, body, signal, cache: 'no-store' });
      const answer = await response.json().catch(() => null);
      if (response.ok) return answer;
      throw refusal({ ...answer, status: response.status });
    } catch (error) {
      if (error instanceof BrainError) throw error;
      throw signal.aborted ? tooLate() : notReached(UNREACHABLE, error);
    }
  }
}
