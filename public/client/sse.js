/**
 * Parses Server-Sent Events as the HTML standard defines them. Ignores event ids, because entries
 * have a seq. No I/O.
 */

/**
 * @typedef {object} ServerEvent
 * @property {string} event the name
 * @property {string} data
 * @property {number | undefined} retry milliseconds, the last value that was sent
 */

const LINE_END = /\r\n|\r|\n/;

export class EventParser {
  #onEvent;
  #decoder = new TextDecoder(); // keeps incomplete characters until the next bytes
  #rest = '';
  #endedInCr = false;
  #event = '';
  /** @type {string[]} */
  #data = [];
  /** @type {number | undefined} */
  #retry;

  /** @param {(event: ServerEvent) => unknown} onEvent return true to stop */
  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  /**
   * @param {Uint8Array} bytes of any length
   * @returns {boolean} true after the listener stopped
   */
  take(bytes) {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (!text) return false;
    if (this.#endedInCr && text[0] === '\n') text = text.slice(1); // the second half of a CR LF
    this.#endedInCr = text.endsWith('\r');
    const lines = (this.#rest + text).split(LINE_END);
    this.#rest = lines.pop() ?? '';
    return lines.some((line) => this.#takeLine(line));
  }

  /** @param {string} line */
  #takeLine(line) {
    if (!line) return this.#dispatch();
    const [, name, value] = /** @type {string[]} */ (/^([^:]*):? ?(.*)$/s.exec(line));
    if (name === 'data') this.#data.push(value);
    if (name === 'event') this.#event = value;
    if (name === 'retry' && /^\d+$/.test(value)) this.#retry = Number(value);
    return false; // a comment has no name
  }

  #dispatch() {
    const event = this.#event || 'message';
    const data = this.#data;
    this.#event = '';
    this.#data = [];
    return (
      data.length > 0 &&
      this.#onEvent({ event, data: data.join('\n'), retry: this.#retry }) === true
    );
  }
}
