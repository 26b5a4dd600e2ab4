/**
 * Server-Sent Events, read as the HTML standard says; their ids are not kept, since entries have a
 * seq. No I/O.
 */

/**
 * @typedef {object} ServerEvent
 * @property {string} event its name
 * @property {string} data
 * @property {number | undefined} retry milliseconds, as last asked for
 */

const LINE_END = /\r\n|\r|\n/;

export class EventParser {
  #onEvent;
  #decoder = new TextDecoder(); // keeps the first bytes of a letter whose last ones are to come
  #rest = '';
  #endedInCr = false;
  #event = '';
  /** @type {string[]} */
  #data = [];
  /** @type {number | undefined} */
  #retry;

  /** @param {(event: ServerEvent) => unknown} onEvent true = this was the last one wanted */
  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  /**
   * @param {Uint8Array} bytes as they come, cut anywhere
   * @returns {boolean} true once the listener wants no more
   */
  take(bytes) {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (!text) return false;
    if (this.#endedInCr && text[0] === '\n') text = text.slice(1); // the other half of a CR LF
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
