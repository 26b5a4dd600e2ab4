/** The errors of the client. */

// Titles of errors with status 0, and of refusals without a title. A front end may translate them.
export const NO_TOKEN = 'The app gave no token';
export const INTERRUPTED = 'The connection was interrupted';
export const SERVER_FAILED = 'The server failed';
export const TIMED_OUT = 'The request timed out';
export const UNEXPECTED = 'Unexpected response';
export const UNREACHABLE = 'The server cannot be reached';

const PASSING_STATUS = [408, 425, 429]; // the same request may succeed later

/** The server refused a request, or could not be reached (status 0). Fields as in RFC 9457. */
export class BrainError extends Error {
  /**
   * @param {{status: number, title: string, detail?: string, errors?: unknown[],
   *   retryAfterMs?: number, cause?: unknown}} facts
   */
  constructor({ status, title, detail = '', errors = [], retryAfterMs = 0, cause }) {
    super(detail ? `${title}: ${detail}` : title, { cause });
    this.name = 'BrainError';
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
    this.retryAfterMs = retryAfterMs;
  }

  /** True if the same request may succeed later. */
  get isPassing() {
    // A server that names what is wrong with its settings is not helped by another try.
    const isDown = this.status === 0 || (this.status >= 500 && !this.detail);
    return isDown || PASSING_STATUS.includes(this.status);
  }
}

/** `close()` was called before this had finished. */
export class ConnectionClosed extends Error {
  constructor() {
    super('The connection was closed.');
    this.name = 'ConnectionClosed';
  }
}

/**
 * Make an error for a request without a response.
 * @param {string} title
 * @param {unknown} [cause]
 */
export function notReached(title, cause) {
  return new BrainError({ status: 0, title, cause });
}

export const tooLate = () => notReached(TIMED_OUT);

export const brokenOff = () => notReached(INTERRUPTED);
