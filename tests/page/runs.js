/** A run of the brain, as the stub plays it in virtual time. */

export class Run {
  isOver = false;
  #server;
  #pieces;
  #loop = 1;
  #piece = 0;
  #answer = () => {};
  #seq = 0;
  #callId = null;

  constructor(server, runId, pieces) {
    this.#server = server;
    this.runId = runId;
    this.#pieces = pieces;
  }

  /** `onAnswer` is called once, with the terminal message, or with null when patience ends. */
  begin({ text, seq, callId = null, patience, act }, onAnswer) {
    const server = this.#server;
    this.#seq = seq;
    this.#callId = callId;
    let isAnswered = false;
    let cancel = () => {};
    this.#answer = (message) => {
      if (isAnswered) return;
      isAnswered = true;
      cancel();
      onAnswer(message);
    };
    if (patience) cancel = server.clock.after(patience * 1000, () => this.#answer(null));
    this.#pieces(
      'message',
      server.log.find((entry) => entry.seq === seq),
    );
    server.running = this;
    server.status = { ...server.status, state: 'running', runId: this.runId };
    server.tell('run', { runId: this.runId, state: 'running' });
    if (act) return act();
    if (server.play) return void server.play(this, text);
    const spoken = server.answer(text);
    if (spoken) this.end(spoken.text, spoken);
    else this.#answer(null);
  }

  /** Resolves after `ms`. */
  wait(ms) {
    return new Promise((resolve) => this.#server.clock.after(ms, resolve));
  }

  nextLoop() {
    this.#loop += 1;
    this.#piece = 0;
  }

  /** The loop restarts, as after a crash. */
  again() {
    this.#piece = 0;
  }

  piece(kind, text, say = 0) {
    if (this.isOver) return;
    this.#piece += 1;
    const piece = { runId: this.runId, loop: this.#loop, piece: this.#piece, text, say };
    this.#pieces(kind, piece);
    for (const socket of this.#server.sockets) socket.tell(kind, piece);
  }

  say(text, more = {}) {
    if (this.isOver) return null;
    const common = { runId: this.runId, answersSeq: this.#seq, callId: this.#callId };
    const message = this.#server.say(text, { ...common, ...more });
    this.#pieces('message', message);
    return message;
  }

  breadcrumb(text, more = {}) {
    return this.say(text, { kind: 'breadcrumb', speak: 'whenIdle', ...more });
  }

  end(text, more = {}, state = 'idle') {
    const message = this.say(text, { ...more, doneAfterThis: true });
    if (message) this.#over(state, message);
    return message;
  }

  /** A question ends the run; what is decided begins another. */
  ask(text, question, more = {}) {
    const { expiresAt } = question;
    const message = this.end(text, { kind: 'question', question, expiresAt, ...more });
    this.#server.questions.set(message.id, { id: message.id });
    return message;
  }

  stop() {
    return this.end('Stopped.', { speak: 'silent' }, 'stopped');
  }

  #over(state, message) {
    const server = this.#server;
    this.isOver = true;
    server.running = null;
    server.status = { ...server.status, state, runId: this.runId };
    const event = { runId: this.runId, state: state === 'idle' ? 'done' : state };
    server.tell('run', event);
    server.publish('run', event);
    this.#answer(message);
  }
}
