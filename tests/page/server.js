/** The gateway's routes over a log in memory. */

/** A log and a status behind the routes of the gateway. */
export class Server {
  log = [];
  requests = [];
  status = { state: 'idle', runId: null, activity: '', progress: null, loop: 0 };
  token = 'token-1';
  validTokens = new Set(['token-1']);
  accessKey = null;
  pusher = { key: 'k', wsHost: '127.0.0.1', wsPort: 1, forceTLS: false };
  longestPage = 100;
  answer = (text) => ({ text: `Answer to ${text}` });
  #faults = [];
  #clock;
  #byMessageId = new Map();

  constructor(clock) {
    this.#clock = clock;
  }

  /** The next requests to `path` meet these instead: a status, a whole reply, or 'down'. */
  fail(path, ...faults) {
    this.#faults.push(...faults.map((fault) => ({ path, fault })));
  }

  /** Every request to `path` from now on. */
  asked(path) {
    return this.requests.filter((request) => request.path === path);
  }

  say(text, more = {}) {
    const message = {
      id: `m${this.log.length + 1}`,
      seq: this.log.length + 1,
      role: 'brain',
      kind: 'say',
      text,
      doneAfterThis: false,
      runId: 'r1',
      answersSeq: 0,
      speak: 'now',
      createdAt: new Date(this.#clock.now()).toISOString(),
      ...more,
    };
    this.log.push(message);
    return message;
  }

  hear(text, messageId = `x${this.log.length + 1}`) {
    const id = `u${this.log.length + 1}`;
    const createdAt = new Date(this.#clock.now()).toISOString();
    const seq = this.log.length + 1;
    const utterance = { id, seq, role: 'user', text, messageId, runId: 'r1', createdAt };
    this.log.push(utterance);
    return utterance;
  }

  fetch = async (address, init) => {
    const url = new URL(address, 'http://brain.test');
    const headers = new Headers(init.headers);
    const sent = typeof init.body === 'string' ? JSON.parse(init.body) : init.body;
    const request = { path: url.pathname, query: url.searchParams, headers, sent };
    this.requests.push({ ...request, atMs: this.#clock.now() });
    const place = this.#faults.findIndex(({ path }) => path === url.pathname);
    const fault = place < 0 ? null : this.#faults.splice(place, 1)[0].fault;
    if (fault !== null) return this.#broken(fault, init.signal);
    await cancelled(init.signal);
    return this.#route(request, init.signal);
  };

  #broken(fault, signal) {
    if (fault === 'down') throw new TypeError('fetch failed');
    if (fault === 'silent') return never(signal);
    if (typeof fault === 'function') return fault();
    return problem(fault.status ?? fault, fault.headers, fault.body);
  }

  #route(request, signal) {
    if (request.path === '/api/session') return this.#session(request.sent);
    const token = request.headers.get('Authorization')?.replace('Bearer ', '');
    if (!this.validTokens.has(token)) return problem(401);
    switch (request.path) {
      case '/api/voiceToBrain':
        return this.#voiceToBrain(request.sent, signal);
      case '/api/messages':
        return tagged(request, this.#page(request.query));
      case '/api/status':
        return tagged(request, { ...this.status, lastSeq: this.log.length });
      case '/api/pusherAuth':
        return Response.json({ auth: `signed ${request.sent}` });
      default:
        return problem(404);
    }
  }

  #session(sent) {
    const isKnown = this.validTokens.has(sent.token);
    const isWelcome = sent.token === undefined && (sent.accessKey ?? null) === this.accessKey;
    if (!isKnown && !isWelcome) return problem(401);
    this.validTokens.add(this.token);
    return Response.json({
      userId: 'anna',
      token: this.token,
      expiresAt: new Date(this.#clock.now() + 24 * 3600_000).toISOString(),
      channel: 'private-user-a',
      presenceChannel: 'presence-user-a',
      pusher: this.pusher,
      cursor: this.log.length,
      features: {},
    });
  }

  #page(query) {
    const since = Number(query.get('sinceSeq'));
    const limit = Math.min(Number(query.get('limit')), this.longestPage);
    const messages = this.log.filter(({ seq }) => seq > since).slice(0, limit);
    const nextSince = messages.at(-1)?.seq ?? since;
    return { messages, nextSince, lastSeq: this.log.at(-1)?.seq ?? 0 };
  }

  #voiceToBrain({ text, messageId }) {
    const known = this.#byMessageId.get(messageId);
    if (known) return Response.json({ ...known, state: 'duplicate' });
    const { seq } = this.hear(text, messageId);
    const spoken = this.answer(text);
    const state = spoken ? 'done' : 'running';
    const message = spoken && this.say(spoken.text, { doneAfterThis: true, answersSeq: seq });
    const reply = { message, runId: 'r1', seq, state };
    this.#byMessageId.set(messageId, reply);
    return Response.json(reply);
  }
}

function problem(status, headers = {}, body = { title: `Problem ${status}` }) {
  return new Response(JSON.stringify(body), { status, headers });
}

function tagged(request, body) {
  const text = JSON.stringify(body);
  const etag = `"${text.length}-${request.query}-${text}"`.replace(/[^\x20-\x7e]/g, '?');
  if (request.headers.get('If-None-Match') === etag) return new Response(null, { status: 304 });
  return new Response(text, { headers: { ETag: etag } });
}

async function cancelled(signal) {
  await Promise.resolve();
  signal.throwIfAborted();
}

function never(signal) {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
