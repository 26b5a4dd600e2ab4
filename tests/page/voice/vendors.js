/** Vendors as they behave, in few lines, for tests of chance. Each tells what a user would hear. */

/**
 * What all of them share: a line to the adapter that can be cut, and what was said over it.
 * `later(ms, act)` acts after a time, unless the connection has been lost by then.
 */
class Vendor {
  said = []; // seqs of the messages whose sound began
  isOpen = false;
  faults = [];
  #connection = 0;

  constructor(world) {
    this.world = world;
  }

  open() {
    this.isOpen = true;
    this.#connection += 1;
    this.reset();
    this.world.give({ from: 'wire', open: true });
    this.begin();
  }

  lose() {
    this.isOpen = false;
    this.#connection += 1;
    this.world.give({ from: 'wire', closed: null });
  }

  later(ms, act) {
    const connection = this.#connection;
    this.world.later(ms, () => connection === this.#connection && act());
  }

  emit(event) {
    this.world.give({ from: 'vendor', event });
  }

  take(event) {
    if (!this.isOpen) this.faults.push(`sent while closed: ${JSON.stringify(event)}`);
    else this.receive(event);
  }

  begin() {}
}

/** One response at a time; another create is refused. */
export class Realtime extends Vendor {
  reset() {
    this.active = null;
    this.knowsActive = null; // what the page has been told
    this.isCreating = false;
  }

  receive(event) {
    if (event.type !== 'response.create') return;
    if (this.isCreating || this.knowsActive) this.faults.push('two responses at once');
    this.isCreating = true;
    this.later(20, () => {
      this.isCreating = false;
      const code = 'conversation_already_has_active_response';
      if (this.active) this.emit({ type: 'error', error: { code, event_id: event.event_id } });
      else this.respond(event.response.metadata);
    });
  }

  /** @param metadata of our create; none: the model speaks by itself, or on its own call */
  respond(metadata) {
    const id = `resp_${this.world.next()}`;
    const seq = metadata?.brain_seq;
    const event = { type: 'response.created', response: { id, metadata } };
    this.active = id;
    this.knowsActive = id;
    this.emit(event);
    const fate = this.world.random();
    if (seq && fate < 0.1) return this.later(30, () => this.finish(id, metadata, 'failed'));
    this.later(60, () => {
      this.said.push(Number(seq));
      this.emit({ type: 'output_audio_buffer.started', response_id: id });
    });
    this.later(90, () => this.finish(id, metadata, 'completed'));
    if (fate < 0.3) {
      this.later(400, () => this.emit({ type: 'output_audio_buffer.cleared', response_id: id }));
      if (fate < 0.2) this.later(410, () => this.emit({ type: 'conversation.item.truncated', item_id: `i_${id}`, audio_end_ms: 300 }));
    } else {
      this.later(900, () => this.emit({ type: 'output_audio_buffer.stopped', response_id: id }));
    }
  }

  finish(id, metadata, status) {
    this.active = this.knowsActive = null;
    const output = status === 'completed' ? [{ id: `i_${id}`, type: 'message' }] : [];
    this.emit({ type: 'response.done', response: { id, status, metadata, output } });
  }

  talk() {
    this.emit({ type: 'input_audio_buffer.speech_started' });
    this.later(300, () => {
      this.emit({ type: 'input_audio_buffer.speech_stopped' });
      if (!this.active) this.active = 'auto'; // the page does not know yet
      else return;
      this.later(15, () => this.respond());
    });
  }

  call(id, text) {
    const json = JSON.stringify({ text });
    this.emit({ type: 'response.function_call_arguments.done', name: 'askBrain', call_id: id, arguments: json });
  }
}

/** Says what it is given, word by word, or stops when the user talks. */
export class Live extends Vendor {
  reset() {
    this.line = Promise.resolve();
    this.busyMs = 0;
  }

  receive({ type, event_id: eventId, content }) {
    if (type !== 'session.commentary.append') return;
    const seq = Number(/^brain_(\d+)/.exec(eventId)[1]);
    this.busyMs = Math.max(this.busyMs, this.world.now()) + 600;
    const startMs = this.busyMs - this.world.now() - 400;
    const words = content.replace(/^About .*: /, '').match(/\S+\s*/g);
    this.later(startMs, () => this.said.push(seq));
    for (const [place, delta] of words.entries()) {
      const event = { type: 'session.output_transcript.delta', delta: place ? delta : ` ${delta}` };
      this.later(startMs + place * 20, () => this.emit(event));
    }
  }

  talk() {
    this.emit({ type: 'session.input_transcript.delta', delta: ' well' });
  }

  call(id, text) {
    this.emit({ type: 'session.input_transcript.delta', delta: ` ${text}` });
    this.emit({ type: 'session.delegation.created', delegation: { id } });
  }
}

/** Speaks one thing after the other, each in a turn of its own. */
export class Gemini extends Vendor {
  reset() {
    this.busyMs = 0;
  }

  begin() {
    this.later(50, () => this.emit({ setupComplete: {} }));
    if (this.world.random() < 0.5) {
      const newHandle = `h${this.world.next()}`;
      this.later(60, () => this.emit({ sessionResumptionUpdate: { newHandle, resumable: true } }));
    }
  }

  receive({ toolResponse, clientContent }) {
    const isIdle = this.world.now() > this.busyMs - 1;
    if (clientContent && !isIdle) this.faults.push('a note interrupts a turn');
    const answer = toolResponse?.functionResponses[0].response.answer;
    const text = answer ?? clientContent?.turns[0].parts[0].text.split('\n\n')[1];
    if (!text) return;
    const startMs = Math.max(this.busyMs - this.world.now(), 0) + 100;
    this.busyMs = this.world.now() + startMs + 500;
    this.later(startMs, () => {
      this.said.push(Number(/\d+/.exec(text)[0]));
      this.emit({ serverContent: { outputTranscription: { text } } });
    });
    this.later(startMs + 500, () => this.emit({ serverContent: { turnComplete: true } }));
  }

  talk() {
    this.emit({ serverContent: { inputTranscription: { text: 'well' } } });
  }

  call(id, text) {
    this.emit({ toolCall: { functionCalls: [{ id, name: 'askBrain', args: { text } }] } });
    if (this.world.random() < 0.2) this.later(200, () => this.emit({ toolCallCancellation: { ids: [id] } }));
  }
}
