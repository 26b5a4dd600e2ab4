/** Jobs: their calls, how one is followed, and a connection to one of its minds. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected, settled, texts } from '../kit.js';
import { Server, tagged } from '../server.js';

const JOB = 'j1';
const MIND = 'mind:j1:0';
const STATUS = `/api/jobs/${JOB}/status`;
const HOUR_MS = 3600_000;

const state = (changes = {}) => ({
  jobId: JOB,
  status: 'running',
  completed: 0,
  failed: 0,
  total: 3,
  eventSequence: 1,
  reportReady: false,
  ...changes,
});

/** A page whose server has one job; `job` is its state and can be changed. */
async function withJob(choices) {
  const page = await connected(choices);
  page.job = state();
  page.server.routes[STATUS] = (request) => tagged(request, page.job);
  page.seen = [];
  page.asks = () => page.server.asked(STATUS);
  return page;
}

/** Begin to follow the job; its end is told by `page.ended`. */
function follow(page, signal) {
  page.brain.jobs.follow(JOB, (one) => page.seen.push(one.completed), signal).then(
    (last) => (page.ended = last?.status ?? null),
    (error) => (page.ended = error.status),
  );
}

/** The code of the calls is loaded with the first of them. */
async function loaded() {
  await import('../../../public/client/minds/calls.js');
  await settled();
}

/** The pauses between the looks so far, in ms. */
function pauses(page) {
  const times = page.asks().map(({ atMs }) => atMs);
  return times.slice(1).map((at, place) => at - times[place]);
}

test('a job that changes is looked at every 1 to 1.5 s, and its listener hears each change once', async () => {
  const page = await withJob();
  await loaded();
  follow(page);
  for (let step = 1; step <= 4; step += 1) {
    await page.clock.pass(1600);
    page.job = state({ completed: step, eventSequence: 1 + step });
  }
  await page.clock.pass(1600);

  assert.deepEqual(page.seen, [0, 1, 2, 3, 4]);
  assert.ok(pauses(page).every((ms) => ms >= 1000 && ms <= 1500), `${pauses(page)}`);
});

test('after five unchanged answers it is looked at every 3 to 5 s, until it changes', async () => {
  const page = await withJob();
  await loaded();
  follow(page);
  await page.clock.pass(30_000);

  const slow = pauses(page).slice(5);
  assert.deepEqual(pauses(page).slice(0, 5).filter((ms) => ms > 1500), []);
  assert.ok(slow.length > 3 && slow.every((ms) => ms >= 3000 && ms <= 5000), `${slow}`);
  page.job = state({ completed: 1, eventSequence: 2 });
  await page.clock.pass(5000);
  const before = page.asks().length;
  await page.clock.pass(3000);
  assert.ok(page.asks().length >= before + 2);
  assert.deepEqual(page.seen, [0, 1]);
});

test('an unchanged job costs no body', async () => {
  const page = await withJob();
  await loaded();
  follow(page);
  await page.clock.pass(4000);

  const tags = page.asks().map(({ headers }) => headers.get('If-None-Match'));
  assert.equal(tags[0], '""');
  assert.ok(tags.length > 2 && new Set(tags.slice(1)).size === 1 && tags[1].length > 2);
});

test('a hidden tab does not look; shown again, it looks at once', async () => {
  const page = await withJob();
  await loaded();
  follow(page);
  await page.clock.pass(100);
  page.tab.change({ isHidden: true });
  await page.clock.pass(2000);
  const before = page.asks().length;

  await page.clock.pass(HOUR_MS);
  assert.equal(page.asks().length, before);
  page.job = state({ completed: 2, eventSequence: 5 });
  page.tab.change({ isHidden: false });
  await settled();

  assert.equal(page.asks().length, before + 1);
  assert.deepEqual(page.seen, [0, 2]);
});

test('nothing is asked any more once the job and its report are there', async () => {
  const page = await withJob();
  await loaded();
  page.job = state({ status: 'complete', completed: 3, eventSequence: 9 });
  follow(page);
  await page.clock.pass(2000);
  assert.equal(page.ended, undefined); // the report is not there yet

  page.job = { ...page.job, reportReady: true, eventSequence: 10 };
  await page.clock.pass(2000);
  const before = page.asks().length;
  await page.clock.pass(HOUR_MS);

  assert.equal(page.ended, 'complete');
  assert.equal(page.asks().length, before);
});

test('a job that ended without a report is not looked at for ever', async () => {
  const page = await withJob();
  await loaded();
  page.job = state({ status: 'stopped' });
  follow(page);
  await page.clock.pass(HOUR_MS);

  assert.equal(page.ended, 'stopped');
  assert.ok(page.asks().length < 60);
});

test('failures are tried again more and more seldom, a refusal ends it', async () => {
  const page = await withJob();
  await loaded();
  page.server.fail(STATUS, 503, 'down', 503);
  follow(page);
  await page.clock.pass(20_000);
  assert.deepEqual(page.seen, [0]);
  assert.ok(pauses(page)[2] > pauses(page)[0]);

  page.server.fail(STATUS, 404);
  await page.clock.pass(6000);
  assert.equal(page.ended, 404);
});

test('a signal ends it, also in a hidden tab, and leaves no timer and no listener', async () => {
  for (const isHidden of [false, true]) {
    const page = await withJob();
    await loaded();
    const [timers, listeners] = [page.clock.waiting, page.tab.listeners];
    const ending = new AbortController();
    page.tab.change({ isHidden });
    follow(page, ending.signal);
    await settled();
    ending.abort();
    await settled();

    assert.notEqual(page.ended, undefined);
    assert.deepEqual([page.clock.waiting, page.tab.listeners], [timers, listeners]);
  }
});

test('an older answer does not take back a newer one', async () => {
  const page = await withJob();
  await loaded();
  page.job = state({ completed: 2, eventSequence: 7 });
  follow(page);
  await page.clock.pass(100);
  page.job = state({ completed: 1, eventSequence: 6 });
  await page.clock.pass(2000);

  assert.deepEqual(page.seen, [2]);
});

test('a start whose answer was lost is sent again with the same key', async () => {
  const page = await connected();
  page.server.routes['/api/jobs'] = () => Response.json({ jobId: JOB }, { status: 202 });
  page.server.fail('/api/jobs', 'down', 503);
  await loaded();
  let started;
  const order = { kind: 'helpers', tasks: [{ title: 'Hotels', brief: 'Find three hotels.' }] };
  page.brain.jobs.start(order).then((answer) => (started = answer));
  await page.clock.pass(5000);

  const sent = page.server.asked('/api/jobs').map(({ sent }) => sent);
  assert.equal(started.jobId, JOB);
  assert.equal(sent.length, 3);
  assert.equal(new Set(sent.map(({ key }) => key)).size, 1);
  assert.match(sent[0].key, /^[A-Za-z0-9_-]{8,64}$/);
  assert.deepEqual(sent[0].tasks, order.tasks);
});

test('a start that is refused is not repeated', async () => {
  const page = await connected();
  await loaded();
  page.server.fail('/api/scale/start', { status: 429, headers: { 'Retry-After': '30' } });

  const refused = await page.brain.rehearsals.start({ runCount: 2 }).catch((error) => error);

  assert.deepEqual([refused.status, refused.retryAfterMs], [429, 30_000]);
  assert.equal(page.server.asked('/api/scale/start').length, 1);
});

test('each call has its route, its method and its body', async () => {
  const page = await connected();
  await loaded();
  const any = new Proxy({}, { get: () => ({ method, path, query, sent, headers }) => {
    const version = headers.get('If-Match');
    const told = { method, path: query.size ? `${path}?${query}` : path, sent, version };
    return Response.json({ told, jobs: told, steps: told, agents: [told], scenarios: [told] });
  } });
  page.server.routes = any;
  const { jobs, battles, agents, scenarios } = page.brain;
  const told = async (call) => {
    const { method, path, sent, version } = await call.then((body) => body.told ?? body[0] ?? body);
    return [method, path, ...(sent ? [sent] : []), ...(version ? [version] : [])];
  };

  const at = (what) => `/api/jobs/${JOB}/${what}`;
  assert.deepEqual(await told(jobs.list(5)), ['GET', '/api/jobs?limit=5']);
  assert.deepEqual(await told(jobs.report(JOB)), ['GET', at('report')]);
  assert.deepEqual(await told(jobs.stop(JOB, 1)), ['POST', at('stop'), { mind: 1 }]);
  assert.deepEqual(await told(jobs.stop(JOB)), ['POST', at('stop'), {}]);
  assert.deepEqual(await told(jobs.pause(JOB)), ['POST', at('pause'), {}]);
  assert.deepEqual(await told(jobs.resume(JOB)), ['POST', at('resume'), {}]);
  assert.deepEqual(await told(jobs.steps(JOB, 2)), ['GET', `${at('steps')}?run=2`]);
  const label = { run: 1, item: 'polite', verdict: 'no' };
  assert.deepEqual(await told(jobs.label(JOB, label)), ['POST', at('labels'), label]);
  assert.deepEqual(await told(jobs.remove(JOB)), ['DELETE', `/api/jobs?id=${JOB}`]);
  const said = { job: JOB, text: 'Hurry.', messageId: 'm-1' };
  assert.deepEqual(await told(jobs.say({ job: JOB }, 'Hurry.', 'm-1')), ['POST', '/api/voiceToBrain', said]);
  assert.equal((await told(battles.start({ goal: 'x' })))[1], '/api/battles/start');
  assert.deepEqual(await told(agents.list()), ['GET', '/api/agents']);
  const agent = { instructions: 'Be brief.' };
  assert.deepEqual(await told(agents.put('main', agent, 4)), ['PUT', '/api/agents?id=main', agent, '4']);
  assert.deepEqual(await told(scenarios.create({ fromSeq: 4 })), ['POST', '/api/scenarios', { fromSeq: 4 }]);
  assert.deepEqual(await told(scenarios.remove('s/1')), ['DELETE', '/api/scenarios?id=s%2F1']);
});

test('agents and scenarios are read to the end of their list', async () => {
  const page = await connected();
  await loaded();
  const of = (name) => ({ query }) =>
    Response.json(query.get('cursor') === 'two' ? { [name]: ['c'], nextCursor: null } : { [name]: ['a', 'b'], nextCursor: 'two' });
  page.server.routes = { '/api/agents': of('agents'), '/api/scenarios': of('scenarios') };

  assert.deepEqual(await page.brain.agents.list(), ['a', 'b', 'c']);
  assert.deepEqual(await page.brain.scenarios.list(), ['a', 'b', 'c']);
});

test('the group of calls can be awaited by mistake', async () => {
  const { brain } = await connected();

  const jobs = await brain.jobs;

  assert.equal(typeof jobs.start, 'function');
});

test('changes of jobs that come over the channel are told', async () => {
  const page = await connected();
  const told = [];
  page.brain.onJob((change) => told.push(change));

  page.channels.publish('job', { jobId: JOB, eventSequence: 3, status: 'running' });

  assert.deepEqual(told, [{ jobId: JOB, eventSequence: 3, status: 'running' }]);
});

/** Improved instructions, as events. */
function events(...lines) {
  const body = lines.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  return new Response(body.join(''), { headers: { 'Content-Type': 'text/event-stream' } });
}

test('help with instructions arrives in parts, then as a whole', async () => {
  const page = await connected();
  const parts = [];
  const whole = { prompt: 'Be brief.', questions: [], changes: ['shorter'] };
  page.server.routes['/api/promptbro/assist'] = () =>
    events(['content', { text: 'Be ' }], ['content', { text: 'brief.' }], ['done', whole]);

  const given = await page.brain.assist('Be.', 'Shorter', { onText: (text) => parts.push(text) });

  assert.deepEqual(parts, ['Be ', 'brief.']);
  assert.deepEqual(given, whole);
  page.server.routes['/api/promptbro/assist'] = () => events(['error', { title: 'Too slow' }]);
  await assert.rejects(page.brain.assist('Be.', 'Shorter'), /Too slow/);
  page.server.routes['/api/promptbro/assist'] = () => events(['content', { text: 'Be ' }]);
  await assert.rejects(page.brain.assist('Be.', 'Shorter'), /cut off/);
});

/** A mind with a log of two texts, on a server that has an owner's log too. */
async function withMind(choices = {}) {
  const owner = await connected({ isLive: false });
  const mind = new Server(owner.clock);
  owner.server.minds.set(MIND, mind);
  owner.server.hear('what the owner said');
  mind.hear('Find hotels.');
  mind.say('Three hotels.', { speaker: 'Pro' });
  const { server, clock } = owner;
  const page = await connected({ server, clock, mind: MIND, isLive: false, ...choices });
  return { ...page, mind, owner };
}

for (const road of ['stream', 'socket', 'polling']) {
  test(`a connection to a mind brings that mind's log and no other, by ${road}`, async () => {
    const page = await withMind({ road, history: 100 });
    await page.clock.pass(3000);
    page.mind.say('And a fourth.');
    page.owner.server.say('for the owner');
    await page.clock.pass(6000);

    assert.deepEqual(texts(page.heard), ['Find hotels.', 'Three hotels.', 'And a fourth.']);
    assert.equal(page.heard[1].speaker, 'Pro');
    assert.equal(page.channels.clients.length, 0);
  });

  test(`a text reaches the mind, by ${road}`, async () => {
    const page = await withMind({ road });
    await page.clock.pass(3000);
    const asking = page.brain.askBrain('Look at breakfast too.');
    await page.clock.pass(3000);
    await asking;

    assert.ok(texts(page.mind.log).includes('Look at breakfast too.'));
    assert.deepEqual(texts(page.owner.server.log), ['what the owner said']);
  });
}

for (const road of ['stream', 'socket']) {
  test(`what was heard of a mind is nobody’s business, and a stop does not reach the brain, by ${road}`, async () => {
    const page = await withMind({ road });
    await page.clock.pass(3000);

    assert.deepEqual((await page.brain.heard(2, 'played')).how, 'played');
    await assert.rejects(page.brain.stop(), { status: 409 });
    assert.equal(page.server.asked('/api/control').length, 0);
    assert.deepEqual(page.mind.heard, []);
  });
}

test('without such a mind there is no connection', async () => {
  await assert.rejects(connected({ mind: 'mind:none:0' }), { status: 404 });
});

test('nothing of a mind stays in the browser', async () => {
  const page = await withMind({ history: 100 });
  await page.clock.pass(3000);

  assert.deepEqual([...page.browser.storage.items.keys()].filter((name) => !name.includes('claim')), []);
});
