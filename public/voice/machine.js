/**
 * What the adapters of all vendors share. An adapter is a pure state machine: `step` copies the
 * state, works on the copy, and returns it with what is to be done. No I/O, no clock, no chance.
 */

/** @typedef {import('../client/types.js').Reply} Reply */

/**
 * @typedef {object} Input
 * @property {'vendor' | 'wire' | 'reply' | 'brain' | 'user' | 'clock'} from
 * @property {any} [event] of the vendor, as parsed JSON
 * @property {boolean} [open]
 * @property {number | null} [closed] the code
 * @property {string} [callId]
 * @property {Reply & {state: string}} [reply] state `failed`: the brain could not be asked
 * @property {any} [entry] of the log
 * @property {string} [act] of the user: end, mute or unmute
 */

/** @typedef {{do: string, [more: string]: any}} Action */
/** @typedef {{state: any, actions: Action[], wakeMs: number | null}} Step */

/**
 * @typedef {object} Spoken A message to tell.
 * @property {number} seq
 * @property {string} id
 * @property {string} kind
 * @property {string} words what to say
 * @property {string | null} runId
 * @property {string | null} callId
 * @property {boolean} done it is the last one of its run
 * @property {boolean} isSilent
 * @property {string | null} expiresAt
 * @property {number} tries how often it was handed to the vendor
 * @property {number} faults how often that failed
 */

/**
 * @typedef {object} Adapter What one vendor does with the inputs.
 * @property {(work: Work, event: any) => void} onEvent
 * @property {(work: Work) => void} onOpen
 * @property {(work: Work, code: number | null) => void} onClosed
 * @property {(work: Work, callId: string, reply: any, message: Spoken | null) => void} onReply
 * @property {(work: Work, message: Spoken) => void} onMessage
 * @property {(work: Work, act: string) => void} onUser
 * @property {(work: Work) => void} settle does what has become due or possible
 * @property {(work: Work) => string} look what to show
 */

export const PATIENCE_S = 8;
const MOST_TAKEN = 1000; // as many as the log keeps
const MOST_TRIES = 5; // connections that fail in a row
const OPEN = { open: true, isConnecting: false, connectAtMs: null };
const FIRST_PAUSE_MS = 1000; // after a connection that failed; doubles

/**
 * @param {{patienceS?: number, language?: string}} options
 * @param {object} own of the vendor
 */
export function begun({ patienceS = PATIENCE_S, language = '' } = {}, own = {}) {
  const wire = { open: false, isConnecting: false, connectAtMs: null, handle: null, failed: 0 };
  const log = { taken: [], withdrawn: [], gone: [], over: [], queue: [] };
  return { patienceS, language, ...wire, ...log, muted: false, ended: false, shown: '', ...own };
}

/**
 * @param {Adapter} adapter
 * @param {any} state
 * @param {Input} input
 * @param {number} nowMs
 * @returns {Step}
 */
export function stepOf(adapter, state, input, nowMs) {
  const work = new Work(state, nowMs);
  if (!work.state.ended) {
    take(adapter, work, input);
    if (!work.state.ended) adapter.settle(work);
    work.reconnect();
  }
  work.show(adapter);
  return { state: work.state, actions: work.actions, wakeMs: work.wakeMs };
}

/** @param {Adapter} adapter @param {Work} work @param {Input} input */
function take(adapter, work, input) {
  const { from, event, reply, callId = '', entry } = input;
  if (from === 'vendor' && event && typeof event === 'object') {
    if (work.state.isConnecting && event.goAway) return; // the connection that we leave
    Object.assign(work.state, { ...OPEN, failed: 0 });
    adapter.onEvent(work, event);
  } else if (from === 'wire' && input.open) {
    Object.assign(work.state, OPEN);
    adapter.onOpen(work);
  } else if (from === 'wire') {
    adapter.onClosed(work, input.closed ?? null);
  } else if (from === 'reply') {
    adapter.onReply(work, callId, reply ?? {}, work.receive(reply?.message));
  } else if (from === 'brain') {
    const message = work.receive(entry);
    if (message) adapter.onMessage(work, message);
  } else if (from === 'user') {
    takeAct(adapter, work, input.act ?? '');
  }
}

/** @param {Adapter} adapter @param {Work} work @param {string} act */
function takeAct(adapter, work, act) {
  if (act === 'mute' || act === 'unmute') work.state.muted = act === 'mute';
  adapter.onUser(work, act);
}

/** One step: a copy of the state, and what is to be done. */
export class Work {
  /** @type {Action[]} */
  actions = [];
  /** @type {number | null} */
  wakeMs = null;

  /** @param {any} state @param {number} nowMs */
  constructor(state, nowMs) {
    this.state = JSON.parse(JSON.stringify(state));
    this.nowMs = nowMs;
  }

  /** @param {object} event */
  send(event) {
    this.actions.push({ do: 'send', event });
  }

  /** @param {string} text @param {string} callId @param {object} [more] */
  ask(text, callId, more = {}) {
    this.actions.push({ do: 'ask', text, callId, patience: this.state.patienceS, ...more });
  }

  /** @param {number} seq @param {string} how @param {number} [chars] */
  heard(seq, how, chars) {
    this.actions.push({ do: 'heard', seq, how, ...(chars !== undefined && { chars }) });
  }

  /** Be called again at this time. @param {number | null} ms @returns {boolean} it has come */
  due(ms) {
    if (ms === null) return false;
    if (ms <= this.nowMs) return true;
    this.wakeMs = Math.min(this.wakeMs ?? ms, ms);
    return false;
  }

  /** @param {string} why */
  end(why) {
    if (this.state.ended) return;
    Object.assign(this.state, { ended: true, open: false, queue: [], connectAtMs: null });
    this.actions.push({ do: 'hangUp', why });
  }

  /**
   * The connection is gone: plan the next one. The first goes at once, the next after a pause.
   * @param {string | null} handle of the session to resume; null = a new session
   */
  connect(handle) {
    const { state } = this;
    const pauseMs = state.failed ? FIRST_PAUSE_MS * 2 ** (state.failed - 1) : 0;
    if (state.failed >= MOST_TRIES) return this.end('lost');
    Object.assign(state, { open: false, isConnecting: true, handle });
    state.connectAtMs = this.nowMs + pauseMs;
    state.failed += 1;
  }

  /** Connect if it is time. */
  reconnect() {
    const { state } = this;
    if (state.ended || !this.due(state.connectAtMs)) return;
    state.connectAtMs = null;
    const how = state.handle === null ? { fresh: true } : { handle: state.handle };
    this.actions.push({ do: 'connect', ...how });
  }

  /**
   * Take an entry of the log, or the message of a reply. Both may come, in any order.
   * @param {any} entry
   * @returns {Spoken | null} null: nothing new is to be said
   */
  receive(entry) {
    if (!entry || typeof entry !== 'object') return null;
    const { state } = this;
    const withdrawn = [...(entry.withdraws ?? []), ...(entry.withdrawn ? [entry.seq] : [])];
    const replaced = [entry.supersedes, entry.decision?.questionId].filter(Boolean);
    const isLast = entry.role === 'brain' && entry.doneAfterThis && entry.runId;
    state.withdrawn = [...state.withdrawn, ...withdrawn].slice(-MOST_TAKEN);
    state.gone = [...state.gone, ...replaced].slice(-MOST_TAKEN);
    if (isLast) state.over = [...state.over, entry.runId].slice(-MOST_TAKEN);
    else if (entry.role === 'user') state.over = without(state.over, entry.runId); // it goes on
    this.dropVoid();
    if (entry.role !== 'brain' || state.taken.includes(entry.seq)) return null;
    state.taken = [...state.taken, entry.seq].slice(-MOST_TAKEN);
    const message = spokenOf(entry);
    return this.isVoid(message) || entry.question?.for === 'client' ? null : message;
  }

  /**
   * True if a message that was not said yet need not be said any more.
   * @param {Spoken} message
   */
  isVoid({ seq, id, kind, runId, expiresAt }) {
    const { withdrawn, gone, over } = this.state;
    const isPast = Date.parse(expiresAt ?? '') <= this.nowMs;
    // Steps are no longer news once the answer is there.
    const isStale = kind === 'breadcrumb' && over.includes(runId);
    return withdrawn.includes(seq) || gone.includes(id) || isPast || isStale;
  }

  dropVoid() {
    const { state } = this;
    state.queue = state.queue.filter((/** @type {Spoken} */ one) => !this.isVoid(one));
  }

  /** @param {Adapter} adapter */
  show(adapter) {
    const { state } = this;
    const shown = state.ended ? 'ended' : adapter.look(this);
    if (shown === state.shown || (!state.shown && !state.open && !state.ended)) return;
    state.shown = shown;
    this.actions.push({ do: 'show', state: shown });
  }
}

/** @param {any} entry @returns {Spoken} */
function spokenOf(entry) {
  return {
    seq: entry.seq,
    id: entry.id ?? '',
    kind: entry.kind ?? 'say',
    words: `${entry.speech ?? entry.text ?? ''}`.trim(),
    runId: entry.runId ?? null,
    callId: entry.callId ?? null,
    done: entry.doneAfterThis === true,
    isSilent: entry.speak === 'silent',
    expiresAt: entry.expiresAt ?? null,
    tries: 0,
    faults: 0,
  };
}

/** What a vendor sends as an object. @param {any} value @returns {any} {} for anything else */
export const objectIn = (value) => (value && typeof value === 'object' ? value : {});

/** What a vendor sends as a list. @param {any} value @returns {any[]} [] for anything else */
export const listIn = (value) => (Array.isArray(value) ? value : []);

/** @param {string[]} all @param {string} one */
function without(all, one) {
  return all.filter((other) => other !== one);
}

/** The n-th try of an event, so that its id stays unique. @param {number} tries */
export function suffix(tries) {
  if (tries === 0) return '';
  return tries < 26 ? String.fromCharCode(97 + tries) : `_${tries + 1}`;
}

/**
 * The message answers this call: it says so, or it belongs to the call's run.
 * @param {Record<string, any>} calls
 * @param {Spoken} message
 * @returns {string | null} the call's id
 */
export function callOf(calls, { callId, runId }) {
  if (callId !== null) return Object.hasOwn(calls, callId) ? callId : null;
  const found = Object.keys(calls).find((id) => runId !== null && calls[id].runId === runId);
  return found ?? null;
}
