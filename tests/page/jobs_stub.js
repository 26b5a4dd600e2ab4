/**
 * Canned jobs for tests of the page: helpers that go on with each look at them, a talk that can be
 * paused, and a rehearsal that has ended, with what its report says. What the page asked is in
 * `GET /api/_orders`; `POST /api/_say` lets a speaker of a talk go on.
 */

const HOUR_MS = 3600_000;
const HOSTILE = '<img src=x onerror=alert(1)>';
const orders = [];
const adopted = { id: 'main', name: 'main', instructions: 'Be brief.', version: 3, updatedAt: at(-HOUR_MS) };
const scenarios = [
  { id: 'builtin-change', name: 'Changes their mind', scenario: {} },
  { id: 'builtin-noise', name: 'A noisy street', scenario: {} },
];
const jobs = new Map([helpers('h1'), talk('t1'), rehearsal('r1')].map((job) => [job.jobId, job]));

function at(shiftMs) {
  return new Date(Date.now() + shiftMs).toISOString();
}

function job(jobId, kind, title, more) {
  const times = { createdAt: at(-HOUR_MS), startedAt: at(-HOUR_MS), updatedAt: at(0), lastEventAt: null, finishedAt: null };
  const total = more.runs.length;
  const facts = { completed: 0, failed: 0, total, eventSequence: 1, reportReady: false, documentId: null };
  const runs = more.runs.map((run, n) => ({
    n, conversationId: `mind:${jobId}:${n}`, endedReason: null, verdict: null, turns: 1, loop: 1, activity: 'thinking',
    tokens: 1200, goalReached: null, ...run,
  }));
  return { jobId, runId: jobId, kind, title, status: 'running', progress: 0, ...times, ...facts, tokens: 41_200, tokenBudget: 90_000, usd: null, ...more, runs };
}

function helpers(jobId) {
  const runs = ['Hotels', 'Trains', HOSTILE].map((label) => ({ label, status: 'running', activity: 'searchWeb' }));
  return job(jobId, 'helpers', 'Three days in Lisbon', { runs });
}

function talk(jobId) {
  return job(jobId, 'talk', 'Should I buy the van?', { runs: [{ label: 'Should I buy the van?', status: 'running' }], tokenBudget: 60_000 });
}

function rehearsal(jobId) {
  const outcomes = ['passed', 'failed', 'passed', 'unsure', 'passed', 'invalid'];
  const runs = outcomes.map((verdict, n) => ({
    label: n % 2 === 0 ? 'Changes their mind' : 'A noisy street',
    status: verdict === 'invalid' ? 'invalid' : 'complete', verdict, endedReason: verdict === 'invalid' ? 'player' : 'goal', activity: '',
  }));
  const ended = { status: 'complete', completed: 5, failed: 1, progress: 100, reportReady: true, finishedAt: at(0), documentId: 'd1' };
  return job(jobId, 'rehearsal', 'Six rehearsals', { runs, ...ended, tokens: 184_000, tokenBudget: 600_000 });
}

/** One helper ends with each look, the last one fails; then the report is there. */
function step(one) {
  if (one.kind !== 'helpers' || one.status !== 'running' || process.env.JOBS === 'still') return;
  const next = one.runs.find(({ status }) => status === 'running');
  const isLast = one.runs.filter(({ status }) => status === 'running').length === 1;
  Object.assign(next, isLast ? { status: 'failed', endedReason: 'tokens' } : { status: 'complete', endedReason: 'done' }, { activity: '' });
  count(one);
  if (isLast) Object.assign(one, { status: 'complete', reportReady: true, finishedAt: at(0) });
}

function count(one) {
  one.completed = one.runs.filter(({ status }) => status === 'complete').length;
  one.failed = one.runs.filter(({ status }) => ['failed', 'stopped', 'invalid'].includes(status)).length;
  one.progress = Math.round((100 * (one.completed + one.failed)) / one.total);
  one.eventSequence += 1;
}

function report(one) {
  const runs = one.runs.map((run) => ({
    ...run, result: one.kind === 'helpers' && run.n < 2 ? `Found for ${run.label}: see https://evil.example/?pin=1` : null,
    complete: run.status === 'complete', sources: [], needs: run.n === 0 && one.kind === 'helpers' ? 'a yes before booking' : null,
    foreign: true, verdict: run.verdict && judged(run), effects: run.verdict ? effects(run) : undefined,
  }));
  const base = { jobId: one.jobId, kind: one.kind, status: one.status, writtenBy: 'model', foreign: true, missing: [], suggestion: null, revisedPrompt: null, documentId: one.documentId, comparison: null, metrics: { tokens: one.tokens, usd: null }, runs, findings: [] };
  if (one.kind === 'helpers') {
    const summary = `# Lisbon\n\n- **Quiet**: Casa Azul ${HOSTILE}\n- See https://evil.example/?pin=9999\n\nTrains leave at ten.`;
    return { ...base, headline: `Two of three are back ${HOSTILE}`, summary, missing: [{ n: 2, label: one.runs[2].label, reason: 'tokens' }] };
  }
  const pairs = one.runs.map(({ n, verdict }) => ({ n, before: n % 2 ? 'failed' : 'passed', after: verdict }));
  return {
    ...base, foreign: false, headline: 'Three of five passed.', summary: 'It reads addresses **aloud**.',
    findings: [{ what: 'Reads addresses aloud', runs: [1], seq: 3, severity: 'high' }],
    suggestion: { edits: [{ find: 'Be brief.', replace: 'Be brief. Never read addresses aloud.', because: [0] }] },
    revisedPrompt: 'Be brief. Never read addresses aloud.',
    comparison: { with: 'r0', pairs, better: 1, worse: 0, same: 5, p: 1, words: '1 better, 0 worse, 5 the same. This may be chance.' },
    metrics: { passed: 3, failed: 1, unsure: 1, invalid: 1, passRate: 0.6, interval: [0.23, 0.88], tokens: one.tokens, usd: null, firstWordS: { p50: 1.1, p90: 2.3 } },
  };
}

function judged({ verdict }) {
  const expect = [{ item: { effect: 'sendEmail', times: 1 }, passed: verdict !== 'failed', seq: 3 }];
  const rated = { unsure: 'unsure', failed: 'no' }[verdict] ?? 'yes';
  return { outcome: verdict, expect, rubric: [{ item: 'does not narrate its steps', verdict: rated, votes: [], seq: 3, quote: '', label: null }] };
}

function effects({ verdict }) {
  return verdict === 'invalid' ? [] : [{ seq: 3, tool: 'sendEmail', arguments: { to: ['anna@example.org'] }, result: 'sent' }];
}

/** The log of a mind; what it was told is at its end. */
const logs = new Map();

function logOf(id) {
  if (!logs.has(id)) logs.set(id, written(id));
  return logs.get(id);
}

function written(id) {
  const [, jobId] = id.split(':');
  const kind = jobs.get(jobId)?.kind;
  const texts = {
    helpers: [['user', 'Find what there is.'], ['brain', 'I look at the first page.', 'breadcrumb'], ['brain', `Found: ${HOSTILE} https://evil.example/?pin=1`]],
    talk: [['user', 'Begin.'], ['brain', 'It saves a lot of time.', 'say', 'Pro'], ['brain', 'It costs a lot of money.', 'say', 'Con'], ['brain', 'Time is money.', 'say', 'Pro']],
    rehearsal: [['user', 'write anna dinner at seven'], ['brain', 'Shall I send it?', 'question'], ['brain', 'Sent to anna at example dot org.']],
  }[kind];
  return texts?.map(([role, text, entry = 'say', speaker], place) => line(place + 1, { role, text, kind: entry, speaker })) ?? null;
}

function line(seq, { role, text, kind, speaker }) {
  const own = role === 'user' ? { messageId: `m${seq}` } : { kind, doneAfterThis: false, answersSeq: 1, speak: 'now', speaker, foreign: text.includes('evil') };
  return { id: `l${seq}`, seq, role, text, runId: 'x', createdAt: at(-1000), ...own };
}

function page(id, query) {
  const log = logOf(id);
  const since = Number(query.get('sinceSeq'));
  const found = log.filter(({ seq }) => seq > since);
  return [200, { messages: found, nextSince: found.at(-1)?.seq ?? since, lastSeq: log.length }];
}

/** What a mind's part of a route answers; undefined: it is not about a mind. */
export function mindAnswer({ pathname, searchParams }, body) {
  const id = searchParams.get('mind') ?? (typeof body?.mind === 'string' ? body.mind : null);
  if (id === null) return undefined;
  const log = logOf(id);
  if (!log) return [404, { title: 'Not found' }];
  if (pathname === '/api/messages') return page(id, searchParams);
  if (pathname === '/api/status') return [200, { state: 'idle', runId: null, activity: '', progress: null, loop: 0, lastSeq: log.length }];
  if (pathname !== '/api/voiceToBrain') return [404, { title: 'Not found' }];
  log.push(line(log.length + 1, { role: 'user', text: body.text }));
  orders.push({ method: 'POST', path: pathname, body });
  return [200, { message: null, runId: 'x', seq: log.length, state: 'recorded' }];
}

/** A speaker of a talk goes on. */
function say({ id, speaker }) {
  const log = logOf(id);
  log.push(line(log.length + 1, { role: 'brain', text: `${speaker} goes on.`, kind: 'say', speaker }));
  return [200, {}];
}

/** What a route of jobs answers; undefined: not a route of jobs. */
export function jobAnswer(method, { pathname, searchParams }, body) {
  if (pathname === '/api/_orders') return [200, orders];
  if (pathname === '/api/_say') return say(body);
  if (method !== 'GET' && !/session|status|control|voiceToBrain/.test(pathname)) orders.push({ method, path: pathname, body });
  if (pathname === '/api/agents') return agent(method, body);
  if (pathname === '/api/scenarios') return scenario(method, body);
  if (pathname === '/api/scale/start' || pathname === '/api/battles/start') return start(rehearsal);
  if (pathname === '/api/jobs') return listed(method, searchParams);
  const [, jobId, what] = /^\/api\/jobs\/([^/]+)\/(\w+)$/.exec(pathname) ?? [];
  if (!jobId) return undefined;
  const one = jobs.get(jobId);
  if (!one) return [404, { title: 'Not found' }];
  return acted(one, what, body);
}

function listed(method, query) {
  if (method === 'POST') return start(helpers);
  if (method === 'DELETE') return jobs.delete(query.get('id')) ? [200, {}] : [404, { title: 'Not found' }];
  return [200, { jobs: [...jobs.values()].map(({ runs, ...rest }) => rest) }];
}

function start(make) {
  const made = make(`n${jobs.size}`);
  jobs.set(made.jobId, made);
  return [202, { jobId: made.jobId, runId: made.jobId, conversationIds: made.runs.map((run) => run.conversationId), status: 'queued', duplicate: false, estimate: { runs: 1, tokens: 1, usd: null } }];
}

function acted(one, what, body) {
  switch (what) {
    case 'status':
      step(one);
      return [200, one];
    case 'report':
      return one.reportReady ? [200, report(one)] : [404, { title: 'Not found' }];
    case 'stop':
      return stopped(one, body);
    case 'pause':
    case 'resume':
      one.status = what === 'pause' ? 'paused' : 'running';
      one.eventSequence += 1;
      return [200, { jobId: one.jobId, status: one.status }];
    default:
      return [200, {}];
  }
}

function stopped(one, { mind }) {
  const hit = one.runs.filter(({ n, status }) => (mind === undefined || n === mind) && status === 'running');
  for (const run of hit) Object.assign(run, { status: 'stopped', endedReason: 'stopped', activity: '' });
  if (mind === undefined) one.status = 'stopped';
  count(one);
  return [200, { jobId: one.jobId, state: 'stopped', stopped: hit.map(({ n }) => n), finished: [], status: one.status }];
}

function agent(method, body) {
  if (method === 'PUT') Object.assign(adopted, body, { version: adopted.version + 1 });
  return [200, adopted];
}

function scenario(method, body) {
  if (method !== 'POST') return [200, { scenarios }];
  const made = { id: 's1', name: `From message ${body.fromSeq}`, scenario: {} };
  scenarios.push(made);
  return [201, made];
}
