/** How the stub speaks: responses of Server-Sent Events, and a class of WebSockets. */

const HEARTBEAT_MS = 15_000;
const LIFE_MS = 240_000; // then a function ends its stream, and its socket
const LONGEST_FRAME = 64 * 1024;

/** A response of events; its bytes come in two parts each, cut anywhere. */
export class EventResponse {
  isLive = false;
  #server;
  #controller;
  #held = '';
  #cancel = () => {};
  #cancelLife;
  #body;

  constructor(server, signal) {
    this.#server = server;
    server.streams.add(this);
    this.#body = new ReadableStream({ start: (controller) => (this.#controller = controller) });
    signal.addEventListener('abort', () => this.#over(() => this.#controller.error(signal.reason)));
    this.#beat();
    this.#cancelLife = server.clock.after(LIFE_MS, () => this.end());
  }

  response() {
    return new Response(this.#body, {
      headers: { 'Content-Type': 'text/event-stream; charset=utf-8' },
    });
  }

  send(name, data) {
    const id = name === 'message' ? `id: ${data.seq}\n` : '';
    this.write(`${id}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  write(text) {
    if (!this.#server.streams.has(this)) return;
    if (this.#server.isBuffering) this.#held += text;
    else this.#put(text);
  }

  /** The last event, if there is one, and the clean end. */
  end(name, data) {
    if (!this.#server.streams.has(this)) return;
    if (name) this.send(name, data);
    if (this.#held) this.#put(this.#held);
    this.#over(() => this.#controller.close());
  }

  /** As when the network is lost. */
  break() {
    this.#over(() => this.#controller.error(new TypeError('connection reset')));
  }

  #put(text) {
    const bytes = new TextEncoder().encode(text);
    const cut = Math.floor(this.#server.random() * bytes.length);
    this.#controller.enqueue(bytes.slice(0, cut));
    this.#controller.enqueue(bytes.slice(cut));
  }

  #beat() {
    this.#cancel = this.#server.clock.after(HEARTBEAT_MS, () => {
      this.write(': still here\n\n');
      this.#beat();
    });
  }

  #over(act) {
    if (!this.#server.streams.delete(this)) return;
    this.#cancel();
    this.#cancelLife();
    act();
  }
}

/** A WebSocket that leads to a server in memory. */
class StubSocket {
  onmessage = null;
  onclose = null;
  frames = [];
  #isOpen = true;
  #isResumed = false;
  #cancelLife;
  #server;

  constructor(server, url, protocols) {
    Object.assign(this, { url, protocols });
    this.#server = server;
    const token = protocols[1]?.replace('token.', '');
    server.sockets.add(this);
    this.#cancelLife = server.clock.after(LIFE_MS, () => this.drop(1012));
    setImmediate(() => {
      if (!server.validTokens.has(token)) return this.drop(4401);
      this.#give({ type: 'ready', lastSeq: server.log.length });
    });
  }

  send(text) {
    if (!this.#isOpen) throw new Error('This socket is closed');
    if (Buffer.byteLength(text) > LONGEST_FRAME) return this.drop(1009);
    const frame = JSON.parse(text);
    this.frames.push(frame);
    if (!this.isDeaf) this.#take(frame);
  }

  close() {
    this.#isOpen = false;
    this.#cancelLife();
    this.#server.sockets.delete(this);
  }

  /** The connection ends, by the server or by the network. */
  drop(code) {
    if (!this.#isOpen) return;
    this.close();
    this.onclose?.({ code });
  }

  tell(name, data) {
    const isPiece = ['thought', 'action', 'content'].includes(name);
    if (!this.#isResumed && !isPiece) return;
    this.#give(name === 'message' ? { type: name, message: data } : { type: name, ...data });
  }

  #take({ type, ...frame }) {
    if (type === 'ping') return this.#give({ type: 'pong' });
    if (type === 'pong') return;
    if (type === 'resume') {
      this.#isResumed = true;
      if (frame.mind) this.#lookAt(frame.mind);
      return this.#server.replay((name, data) => this.tell(name, data), frame.sinceSeq);
    }
    const { messageId, questionId } = frame;
    try {
      if (type === 'say') {
        return this.#server.admit(frame, (reply) => this.#give({ type: 'reply', messageId, ...reply }));
      }
      this.#server.control({ type, ...frame }, (answer) => {
        const isReply = 'message' in answer && type !== 'stop';
        const named = { of: type, messageId: `${type}-${questionId}` };
        this.#give(
          isReply
            ? { type: 'reply', ...named, ...answer }
            : { type: 'controlled', of: type, ...answer },
        );
      });
    } catch (refused) {
      if (!Array.isArray(refused)) throw refused;
      this.#give({ type: 'error', status: refused[0], title: refused[1], of: type });
    }
  }

  /** From now on this socket shows the log of a mind. */
  #lookAt(mind) {
    this.#server.sockets.delete(this);
    this.#server = this.#server.minds.get(mind);
    this.#server.sockets.add(this);
  }

  #give(frame) {
    if (this.#isOpen && !this.isDeaf) this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

/** The class of WebSockets that lead to this server. */
export function socketClass(server) {
  return class extends StubSocket {
    constructor(url, protocols) {
      super(server, url, protocols);
    }
  };
}
