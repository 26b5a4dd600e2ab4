/** The gateway's routes over a log in memory. */

import { Run } from './runs.js';
import { EventResponse, socketClass } from './wire.js';

const PATIENCE_S = 8;

/** A log and a status behind the routes of the gateway. */
export class Server {
  log = [];
  requests = [];
  heard = [];
  claims = new Map(); // by seq: the browser that says it
  status = { state: 'idle', runId: null, activity: '', progress: null, loop: 0 };
  token = 'token-1';
  validTokens = new Set(['token-1']);
  accessKey = null;
  pusher = { key: 'k', wsHost: '127.0.0.1', wsPort: 1, forceTLS: false };
  longestPage = 100;
  sessionMs = 24 * 3600_000;
  hasStreams = true;
  isOld = false; // says nothing about its time
  userId = 'anna';
  isBuffering = false; // events reach nobody before their response has ended
  streams = new Set();
  sockets = new Set();
  questions = new Map();
  random = () => 0.5;
  answer = (text) => ({ text: `Answer to ${text}` });
  play = null; // what a run does, in time; in place of `answer`
  decided = (run, { type }) => run.end(`${type}: done`);
  publish = () => {}; // what the channel is given
  minds = new Map(); // a server for each, by its id
  routes = {}; // more of them: path to what answers a request
  #faults = [];
  #byMessageId = new Map();
  #runs = 0;

  constructor(clock) {
    this.clock = clock;
    this.WebSocket = socketClass(this);
  }

  /** The next requests to `path` meet these instead: a status, a whole reply, or 'down'; null = nothing. */
  fail(path, ...faults) {
    this.#faults.push(...faults.map((fault) => ({ path, fault })));
  }

  /** Every request to `path` from now on. */
  asked(path) {
    return this.requests.filter((request) => request.path === path);
  }

  say(text, more = {}) {
    return this.#append({
      id: `m${this.log.length + 1}`,
      role: 'brain',
      kind: 'say',
      text,
      doneAfterThis: false,
      runId: 'r1',
      answersSeq: 0,
      speak: 'now',
      question: null,
      ...more,
    });
  }

  hear(text, messageId = `x${this.log.length + 1}`, more = {}) {
    const id = `u${this.log.length + 1}`;
    return this.#append({
      id,
      role: 'user',
      text,
      messageId,
      runId: 'r1',
      decision: null,
      ...more,
    });
  }

  /** Everything that is open breaks, as when a network is lost. */
  cut() {
    for (const stream of [...this.streams]) stream.break();
    for (const socket of [...this.sockets]) socket.drop(1006);
  }

  /** To all streams and sockets. */
  tell(name, data) {
    for (const stream of this.streams) if (stream.isLive) stream.send(name, data);
    for (const socket of this.sockets) socket.tell(name, data);
  }

  fetch = async (address, init) => {
    const url = new URL(address, 'http://brain.test');
    const headers = new Headers(init.headers);
    const sent = typeof init.body === 'string' ? JSON.parse(init.body) : init.body;
    const { signal } = init;
    const { method = 'GET' } = init;
    const request = { path: url.pathname, method, query: url.searchParams, headers, sent, signal };
    this.requests.push({ ...request, atMs: this.clock.now() });
    const place = this.#faults.findIndex(({ path }) => path === url.pathname);
    const fault = place < 0 ? null : this.#faults.splice(place, 1)[0].fault;
    if (fault !== null) return this.#broken(fault, signal);
    await cancelled(signal);
    const response = await this.#route(request);
    if (!this.isOld) response.headers.set('Date', new Date(this.clock.now()).toUTCString());
    return response;
  };

  /** Take a text, once; `reply` is called with the outcome, now or later. */
  admit({ text, messageId, patience, callId }, reply, pieces = () => {}) {
    const known = this.#byMessageId.get(messageId);
    if (known) return reply({ ...known.outcome, state: 'duplicate' });
    const run = new Run(this, `r${(this.#runs += 1)}`, pieces);
    const { seq } = this.hear(text, messageId, { runId: run.runId });
    const outcome = { message: null, runId: run.runId, seq, state: 'running' };
    this.#byMessageId.set(messageId, { outcome });
    run.begin({ text, seq, callId, patience }, (message) => {
      outcome.message = message ?? outcome.message;
      reply({ ...outcome, message, state: message ? 'done' : 'running' });
    });
  }

  /** What a client wishes; `reply` as with `admit`. A refusal is thrown as [status, title]. */
  control({ type, ...body }, reply) {
    if (type === 'heard') {
      const { claim, ...report } = body;
      this.heard.push(report);
      return reply({ seq: body.seq, how: body.how });
    }
    if (type === 'claim') return reply(this.#claimed(body));
    if (type === 'stop') return reply(this.#stop(body.runId));
    const question = this.questions.get(body.questionId);
    if (!question) throw [404, 'No such question'];
    if (question.verdict && question.verdict !== type) throw [409, 'Already decided'];
    if (question.verdict) return reply({ ...question.outcome, state: 'duplicate' });
    question.verdict = type;
    this.#decide(question, { type, ...body }, reply);
  }

  /** Everything after `since`, to a stream or a socket. */
  replay(sink, since) {
    const isAnew = since > this.log.length;
    if (isAnew) sink('reset', { lastSeq: this.log.length });
    for (const entry of this.log) if (isAnew || entry.seq > since) sink('message', entry);
  }

  #append(entry) {
    const seq = (this.log.at(-1)?.seq ?? 0) + 1;
    const whole = { seq, createdAt: new Date(this.clock.now()).toISOString(), ...entry };
    this.log.push(whole);
    this.tell('message', whole);
    this.publish('message', whole);
    return whole;
  }

  /** One browser says a message, unless it was heard. */
  #claimed({ seq, device }) {
    if (this.heard.some((one) => one.seq === seq && one.how !== 'unspoken')) return { seq, state: 'over' };
    const [browser] = device.split('_');
    if (!this.claims.has(seq)) this.claims.set(seq, browser);
    const state = this.claims.get(seq) === browser ? 'yours' : 'held';
    return { seq, state, claim: seq, leftMs: 20_000 };
  }

  #stop(runId) {
    const run = this.running;
    if (!run || (runId && run.runId !== runId))
      return { state: 'idle', runId: runId ?? null, message: null };
    const message = run.stop();
    return { state: 'stopped', runId: run.runId, message };
  }

  #decide(question, body, reply) {
    const run = new Run(this, `r${(this.#runs += 1)}`, () => {});
    const decision = {
      questionId: question.id,
      verdict: body.type === 'edit' ? 'approve' : body.type,
    };
    const { seq } = this.hear(body.text ?? body.type, undefined, { runId: run.runId, decision });
    question.outcome = { message: null, runId: run.runId, seq };
    const act = () => this.decided(run, body);
    run.begin({ text: '', seq, act }, (message) => {
      question.outcome.message = message ?? null;
      reply({ ...question.outcome, state: message ? 'done' : 'running' });
    });
  }

  #broken(fault, signal) {
    if (fault === 'down') throw new TypeError('fetch failed');
    if (fault === 'silent') return never(signal);
    if (typeof fault === 'function') return fault();
    return problem(fault.status ?? fault, fault.headers, fault.body);
  }

  #route(request) {
    const { path, query, sent } = request;
    if (path === '/api/session') return this.#session(sent);
    const token = request.headers.get('Authorization')?.replace('Bearer ', '');
    if (!this.validTokens.has(token)) return problem(401);
    const mind = query.get('mind') ?? sent?.mind;
    if (typeof mind === 'string') return this.minds.get(mind)?.#route({ ...request, ...without(request) }) ?? problem(404);
    if (this.routes[path]) return this.routes[path](request);
    switch (path) {
      case '/api/voiceToBrain':
        return this.#voiceToBrain(request);
      case '/api/control':
        return this.#answered((reply) => this.control(sent, reply), request.signal);
      case '/api/messages':
        return tagged(request, this.#page(query));
      case '/api/status':
        return tagged(request, { ...this.status, lastSeq: this.log.at(-1)?.seq ?? 0 });
      case '/api/stream':
        return this.hasStreams ? this.#stream(request) : problem(404);
      case '/api/pusherAuth':
        return Response.json({ auth: `signed ${sent.channel_name}` });
      default:
        return problem(404);
    }
  }

  #session(sent) {
    const isKnown = this.validTokens.has(sent.token);
    const isWelcome = sent.token === undefined && (sent.accessKey || null) === this.accessKey;
    if (!isKnown && !isWelcome) return problem(401);
    this.validTokens.add(this.token);
    return Response.json({
      time: this.isOld ? undefined : new Date(this.clock.now()).toISOString(),
      userId: this.userId,
      token: this.token,
      expiresAt: new Date(this.clock.now() + this.sessionMs).toISOString(),
      channel: 'private-user-a',
      presenceChannel: 'presence-user-a',
      pusher: this.pusher,
      cursor: this.log.at(-1)?.seq ?? 0,
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

  #voiceToBrain({ headers, sent, signal }) {
    const streams = this.hasStreams && headers.get('Accept') === 'text/event-stream';
    if (!streams) {
      const patience = sent.patience ?? PATIENCE_S;
      return this.#answered((reply) => this.admit({ ...sent, patience }, reply), signal);
    }
    const response = new EventResponse(this, signal);
    const pieces = (name, data) => response.send(name, data);
    this.admit(sent, (outcome) => response.end('done', outcome), pieces);
    return response.response();
  }

  #stream({ query, headers, signal }) {
    const stream = new EventResponse(this, signal);
    stream.write('retry: 1000\n\n');
    const since = Number(headers.get('Last-Event-ID') ?? query.get('sinceSeq'));
    this.replay((name, data) => stream.send(name, data), since);
    stream.isLive = true;
    return stream.response();
  }

  /** A response that comes when `begin` has called its `reply`; lost when everything is cut. */
  #answered(begin, signal) {
    return new Promise((resolve, reject) => {
      const waiting = { break: () => reject(new TypeError('connection reset')) };
      this.streams.add(waiting);
      signal.addEventListener('abort', () => {
        this.streams.delete(waiting);
        reject(signal.reason);
      });
      try {
        begin((body) => {
          this.streams.delete(waiting);
          resolve(Response.json(body));
        });
      } catch (refused) {
        if (!Array.isArray(refused)) throw refused;
        resolve(problem(refused[0], {}, { title: refused[1] }));
      }
    });
  }
}

function problem(status, headers = {}, body = { title: `Problem ${status}` }) {
  return new Response(JSON.stringify(body), { status, headers });
}

/** A request as the mind's own server gets it. */
function without({ query, sent }) {
  const bare = new URLSearchParams(query);
  bare.delete('mind');
  return { query: bare, sent: sent && { ...sent, mind: undefined } };
}

export function tagged(request, body) {
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
