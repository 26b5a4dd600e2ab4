/** Requests for the user's data, with the session's token. */

import { BrainError, notReached, tooLate, UNREACHABLE } from '../client/errors.js';
import { refusal } from '../client/http.js';
import { EventParser } from '../client/sse.js';

const LIMIT_MS = 20_000; // a cold function takes two or three seconds to start
const EVENTS = 'text/event-stream';
const FILE_LIMIT_MS = 120_000; // four megabytes over a slow line, and half a minute to read them

export class Resources {
  #token = '';
  #renew;
  #fetch;

  /**
   * @param {(refused: string) => Promise<string>} renew returns a newer token than the one that was
   *   refused; rejects with status 401 without one
   * @param {typeof globalThis.fetch} [fetch]
   */
  constructor(renew, fetch = (...given) => globalThis.fetch(...given)) {
    this.#renew = renew;
    this.#fetch = fetch;
  }

  /** @param {string} token of the session; call it after each renewal */
  setToken(token) {
    this.#token = token;
  }

  /**
   * @param {string} path
   * @param {Record<string, string | number>} [query]
   */
  get(path, query = {}) {
    return this.#call('GET', withQuery(path, query));
  }

  /** @param {string} path @param {object} json */
  post(path, json) {
    return this.#call('POST', path, json);
  }

  /**
   * Send the content of a file as it is.
   * @param {string} path
   * @param {Uint8Array<ArrayBuffer>} content
   * @param {string} type its media type
   * @param {Record<string, string>} query
   */
  postFile(path, content, type, query) {
    return this.#send('POST', withQuery(path, query), content, type, FILE_LIMIT_MS);
  }

  /** Load a file. @param {string} path @returns {Promise<{blob: Blob, name: string}>} */
  async download(path) {
    const signal = AbortSignal.timeout(FILE_LIMIT_MS);
    try {
      const response = await this.#request(path, { signal });
      if (!response.ok) throw refusal({ ...(await response.json().catch(() => null)), status: response.status });
      const [, name = 'export.zip'] = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
      return { blob: await response.blob(), name };
    } catch (error) {
      if (error instanceof BrainError) throw error;
      throw signal.aborted ? tooLate() : notReached(UNREACHABLE, error);
    }
  }

  /** @param {string} path @param {object} json */
  put(path, json) {
    return this.#call('PUT', path, json);
  }

  /** @param {string} path @param {Record<string, string>} query @param {object} json */
  patch(path, query, json) {
    return this.#call('PATCH', withQuery(path, query), json);
  }

  /** @param {string} path @param {string} id @param {string} [name] of the parameter */
  remove(path, id, name = 'id') {
    return this.#call('DELETE', withQuery(path, { [name]: id }));
  }

  /** Send a file as it is. @param {string} path @param {Blob} file */
  upload(path, file) {
    return this.#send('POST', path, file, file.type, FILE_LIMIT_MS);
  }

  /**
   * Read events until they end. Rejects with a BrainError, also when `signal` has ended it.
   * @param {string} path
   * @param {(event: import('../client/sse.js').ServerEvent) => void} onEvent
   * @param {AbortSignal} signal
   */
  async follow(path, onEvent, signal) {
    const parser = new EventParser(onEvent);
    try {
      const response = await this.#request(path, { headers: { Accept: EVENTS }, signal });
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

  /** @param {string} method @param {string} path @param {object} [json] @returns {Promise<any>} */
  #call(method, path, json) {
    return json
      ? this.#send(method, path, JSON.stringify(json), 'application/json')
      : this.#send(method, path);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string | Uint8Array<ArrayBuffer> | Blob} [body]
   * @param {string} [type] of the body
   * @param {number} [limitMs]
   * @returns {Promise<any>} Rejects with a BrainError.
   */
  async #send(method, path, body, type, limitMs = LIMIT_MS) {
    /** @type {Record<string, string>} */
    const headers = type ? { 'Content-Type': type } : {};
    const ending = new AbortController();
    const { signal } = ending;
    const timer = setTimeout(() => ending.abort(), limitMs);
    try {
      const response = await this.#request(path, { method, headers, body, signal });
      const answer = await response.json().catch(() => null);
      if (response.ok) return answer;
      throw refusal({ ...answer, status: response.status });
    } catch (error) {
      if (error instanceof BrainError) throw error;
      throw signal.aborted ? tooLate() : notReached(UNREACHABLE, error);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Send a request, and once more if its token was refused and there is a newer one.
   * @param {string} path
   * @param {RequestInit} init
   */
  async #request(path, init) {
    const send = (/** @type {string} */ token) =>
      this.#fetch(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` }, cache: 'no-store' });
    const token = this.#token;
    const response = await send(token);
    if (response.status !== 401) return response;
    const newer = await this.#renew(token).catch((error) => {
      if (error.status === 401) return null;
      throw error;
    });
    return newer ? send(newer) : response;
  }
}

/** @param {string} path @param {Record<string, string | number>} query empty values are left out */
function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, `${value}`]));
  return given.length > 0 ? `${path}?${search}` : path;
}
