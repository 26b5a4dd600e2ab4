/**
 * The page and a gateway with canned answers, without a channel, for tests of the page alone.
 * Settings: PORT (0 = any), ACCESS_KEY, QUESTION=1 (one waits that is older than the log), VOICE (vendors, with commas;
 * their sessions are the test's), JOBS=1 (canned jobs; `still`: they do not go on), CSP (a header), PUSH (a public key: browsers can subscribe), LOG (entries said before, ten a day; with a search), THINGS=1 (documents, emails, facts, rules, settings; a larger number: so many of each). Says its address on the first line. A text with "steps"
 * gives breadcrumbs and progress, with "error" an error, with "instead" takes the last text and its answer back, with "fail" a refusal the first time, with "ask" a question
 * (of the given number of lines: "ask 50"; with marks of Markdown: "ask marked"), with "notify" a notification besides.
 */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';

import { jobAnswer, mindAnswer } from './jobs_stub.js';
import { thingAnswer } from './things_stub.js';

const PUBLIC = new URL('../../public/', import.meta.url);
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const STEP_MS = 700;
const CLAIM_MS = 20_000;
const DAY_MS = 24 * 3600_000;

const log = [];
let status = { state: 'idle', runId: null, activity: '', progress: null, loop: 0 };
const refused = new Set();
const claims = new Map(); // by seq: the browser that says it aloud
const devices = new Set(); // the browsers that are pushed to
let runs = 0;

function append(entry) {
  const seq = log.length + 1;
  log.push({ id: `e${seq}`, seq, createdAt: new Date().toISOString(), ...entry });
  return log.at(-1);
}

function say(runId, text, more = {}) {
  const message = { role: 'brain', kind: 'say', doneAfterThis: false, answersSeq: 1, speak: 'now' };
  return append({ ...message, runId, text, ...more });
}

function voiceToBrain({ text, messageId }) {
  if (text.includes('fail') && !refused.has(messageId)) {
    refused.add(messageId);
    return [422, { title: 'Unprocessable', detail: 'The text is not liked.' }];
  }
  const known = log.find((entry) => entry.messageId === messageId);
  if (known) return [200, { message: null, runId: known.runId, seq: known.seq, state: 'duplicate' }];
  const runId = `r${(runs += 1)}`;
  const withdraws = text.includes('instead') ? takenBack() : {};
  const { seq } = append({ role: 'user', text, messageId, runId, ...withdraws });
  if (text.includes('steps')) {
    work(runId, 1, 4);
    return [200, { message: null, runId, seq, state: 'running' }];
  }
  if (text.startsWith('ask')) return [200, { message: ask(runId, text), runId, seq, state: 'done' }];
  const kind = text.includes('error') ? 'error' : 'say';
  const mark = text.includes('from others') ? { foreign: true } : {};
  const message = say(runId, `You said: ${text}`, { kind, doneAfterThis: true, ...mark });
  if (text.includes('notify')) say('n', 'There is news.', { kind: 'notification', answersSeq: 0 });
  return [200, { message, runId, seq, state: 'done' }];
}

/** The text before and its answer. */
function takenBack() {
  const last = log.slice(-2);
  for (const entry of last) entry.withdrawn = true;
  return { withdraws: last.map(({ seq }) => seq) };
}

function ask(runId, text) {
  const body = 'A line.\n'.repeat(Number(text.slice(4) || 1));
  const expiresAt = new Date(Date.now() + DAY_MS).toISOString();
  const about = { for: 'user', tool: 'sendEmail', arguments: { to: ['anna@example.org'], body }, expiresAt };
  const words = text.includes('marked') ? 'Shall I send *this* to\n- Anna?' : 'Shall I send this?';
  return say(runId, words, { kind: 'question', doneAfterThis: true, question: about });
}

function work(runId, step, steps) {
  status = { state: 'running', runId, activity: `Step ${step} of ${steps}`, progress: step / steps, loop: step };
  say(runId, `Step ${step} of ${steps} is under way`, { kind: 'breadcrumb', speak: 'whenIdle' });
  setTimeout(() => {
    if (step < steps) return work(runId, step + 1, steps);
    say(runId, 'All steps are done.', { doneAfterThis: true });
    status = { ...status, state: 'idle', activity: '', progress: null };
  }, STEP_MS);
}

function session({ accessKey, token }) {
  const expected = process.env.ACCESS_KEY;
  if (expected && accessKey !== expected && token !== 'stub-token') return [401, { title: 'Unauthorized' }];
  const expiresAt = new Date(Date.now() + DAY_MS).toISOString();
  const names = { channel: 'private-user-stub', presenceChannel: 'presence-user-stub' };
  const features = { model: { scripted: true, name: 'stub' }, ...voice(), ...(process.env.JOBS && { jobs: true }), ...things() };
  const cursor = log.length;
  return [200, { userId: 'stub', token: 'stub-token', expiresAt, ...names, pusher: null, cursor, features }];
}

/** Which panels there are. */
function things() {
  const { THINGS, LOG, PUSH } = process.env;
  return { ...(PUSH && { push: true }), ...(THINGS && { documents: true, email: true }), ...((THINGS || LOG) && { memory: true }) };
}

/** Which vendors there are; none without the setting. */
function voice() {
  const { VOICE } = process.env;
  if (VOICE === undefined) return {};
  return { voice: Object.fromEntries(VOICE.split(',').map((name) => [name, true])) };
}

function messages(query) {
  if (query.has('query')) return searched(query);
  const before = Number(query.get('beforeSeq'));
  if (before) {
    const found = log.slice(Math.max(before - 1 - Number(query.get('limit')), 0), before - 1);
    return [200, { messages: found, previousBefore: found[0]?.seq > 1 ? found[0].seq : null, lastSeq: log.length }];
  }
  const since = Number(query.get('sinceSeq'));
  const found = log.filter(({ seq }) => seq > since).slice(0, Number(query.get('limit')));
  return [200, { messages: found, nextSince: found.at(-1)?.seq ?? since, lastSeq: log.length }];
}

/** Entries that hold the text; the cursor is how many have been shown. */
function searched(query) {
  const fitting = log.filter(({ text }) => text.includes(query.get('query'))).reverse();
  const end = Number(query.get('cursor')) + 50;
  const found = fitting.slice(end - 50, end).map((entry) => ({ entry, snippet: entry.text }));
  return [200, { found, total: fitting.length, nextCursor: end < fitting.length ? `${end}` : null }];
}

/** A talk of so many entries, of which ten were said on a day. */
function talked(entries) {
  for (let seq = 1; seq <= entries; seq += 1) {
    const at = new Date(Date.now() - Math.floor((entries - seq) / 10) * DAY_MS).toISOString();
    if (seq % 2) append({ role: 'user', text: `Question ${seq}`, messageId: `m${seq}`, runId: `r${seq}`, createdAt: at });
    else say(`r${seq}`, `Answer ${seq}`, { doneAfterThis: true, createdAt: at });
  }
}

/** A question that was asked so long ago that the log no longer holds it. */
function question() {
  const asked = log.findLast(({ kind }) => kind === 'question');
  const isDecided = log.some(({ decision }) => decision);
  if (asked && !isDecided) return { ...asked, role: undefined, seq: undefined };
  return old(isDecided);
}

function old(isDecided) {
  if (!process.env.QUESTION || isDecided) return null;
  const expiresAt = new Date(Date.now() + DAY_MS).toISOString();
  const about = { for: 'user', tool: 'deleteDocument', arguments: { id: 'd1' }, expiresAt };
  return { id: 'q1', kind: 'question', text: 'Shall I delete it?', question: about, expiresAt };
}

function control({ type, questionId, seq, how, device }) {
  if (type === 'heard') return [200, { seq, how }];
  if (type === 'claim') return [200, claimed(seq, device.split('_')[0])];
  const decision = { questionId, verdict: type };
  const { seq: own } = append({ role: 'user', text: 'Yes, do that.', runId: 'q', decision });
  const message = say('q', 'It is deleted.', { doneAfterThis: true });
  return [200, { message, runId: 'q', seq: own, state: 'done' }];
}

function claimed(seq, browser) {
  if (!claims.has(seq)) claims.set(seq, browser);
  return { seq, state: claims.get(seq) === browser ? 'yours' : 'held', claim: seq, leftMs: CLAIM_MS };
}

function push(method, endpoint) {
  if (method === 'PUT') devices.add(endpoint);
  if (method === 'DELETE' && !devices.delete(endpoint)) return [404, { title: 'Not found' }];
  return [200, { publicKey: process.env.PUSH, subscriptions: devices.size }];
}

function answer(method, url, body) {
  const found = process.env.JOBS && (mindAnswer(url, body) ?? jobAnswer(method, url, body));
  const thing = process.env.THINGS && thingAnswer(method, url, body);
  if (found || thing) return found || thing;
  switch (url.pathname) {
    case '/api/session':
      return session(body);
    case '/api/voiceToBrain':
      return voiceToBrain(body);
    case '/api/push':
      return push(method, url.searchParams.get('endpoint') ?? body?.endpoint);
    case '/api/questions':
      return [200, { question: question() }];
    case '/api/control':
      return control(body);
    case '/api/messages':
      return messages(url.searchParams);
    case '/api/status':
      return [200, { ...status, lastSeq: log.length }];
    default:
      return [404, { title: 'Not found' }];
  }
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || 'null');
}

async function file(pathname, response) {
  const name = pathname === '/' ? 'index.html' : pathname.slice(1);
  const content = await readFile(new URL(name, PUBLIC)).catch(() => null);
  if (content === null) return response.writeHead(404).end();
  const { CSP } = process.env;
  const policy = CSP ? { 'Content-Security-Policy': CSP } : {};
  const type = TYPES[extname(name)] ?? 'text/plain';
  response.writeHead(200, { 'Content-Type': type, ...policy }).end(content);
}

talked(Number(process.env.LOG ?? 0));

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://stub');
  if (!url.pathname.startsWith('/api/')) return file(url.pathname, response);
  const [code, body] = answer(request.method, url, await bodyOf(request));
  response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
