/** Requests for the user's data, with the session's token. */

import { BrainError, notReached, tooLate, UNREACHABLE } from '../client/errors.js';
import { refusal } from '../client/http.js';
import { EventParser } from '../client/sse.js';

const LIMIT_MS = 20_000; // a cold function takes two or three seconds to start
const UPLOAD_MS = 90_000; // for a file of several megabytes, and what the server does with it
const EVENTS = 'text/event-stream';

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

  /** Send a file as it is. @param {string} path @param {Blob} file */
  upload(path, file) {
    return this.#call('POST', path, undefined, file);
  }

  /**
   * Read events until they end. Rejects with a BrainError, also when `signal` has ended it.
   * @param {string} path
   * @param {(event: import('../client/sse.js').ServerEvent) => void} onEvent
   * @param {AbortSignal} signal
   */
  async follow(path, onEvent, signal) {
    const headers = { Authorization: `Bearer ${this.#token}`, Accept: EVENTS };
    const parser = new EventParser(onEvent);
    try {
      const response = await fetch(path, { headers, signal, cache: 'no-store' });
      if (!response.ok || !response.body) throw refusal({ status: response.status || 500 });
      const reader = response.body.getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        parser.take(read.value);
      }
    } catch (error) {
      if (error instanceof BrainError) throw error;
      throw notReached(UNREACHABLE, error);
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [json]
   * @param {Blob} [file]
   * @returns {Promise<any>} Rejects with a BrainError.
   */
  async #call(method, path, json, file) {
    const type = file ? file.type : json && 'application/json';
    const headers = {
      Authorization: `Bearer ${this.#token}`,
      ...(type && { 'Content-Type': type }),
    };
    const signal = AbortSignal.timeout(file ? UPLOAD_MS : LIMIT_MS);
    const body = file ?? (json && JSON.stringify(json));
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
