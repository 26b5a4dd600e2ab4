/** Tokens that expire, over virtual time. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected, deferred, settled, VirtualClock } from '../kit.js';

const LIFE_MS = 60_000;

/** An app that issues tokens which the server accepts until they expire. */
function issuing(clock, lifeMs = LIFE_MS) {
  const app = { calls: 0, server: null, token: null };
  app.token = () => {
    app.calls += 1;
    const { server } = app;
    const text = `app-${app.calls}`;
    server.token = text;
    server.validTokens.add(text);
    clock.after(lifeMs, () => server.validTokens.delete(text));
    return text;
  };
  app.prepare = (server) => {
    app.server = server;
    server.sessionMs = lifeMs;
    server.accessKey = 'set';
  };
  return app;
}

const refusals = ({ states }) => states.filter(({ problem }) => problem?.status === 401);
const problem = ({ states }) => states.at(-1).problem;

for (const [name, wrap] of [
  ['at once', (token) => token],
  ['later', (token) => async () => token()],
]) {
  test(`a function that gives tokens ${name} keeps a connection up, with one session for each`, async () => {
    const clock = new VirtualClock();
    const app = issuing(clock);
    const page = await connected({ clock, prepare: app.prepare, token: wrap(app.token) });

    await clock.pass(10 * LIFE_MS);

    const sessions = page.server.asked('/api/session').length;
    assert.ok(sessions >= 10 && sessions <= 14, `${sessions} sessions`);
    assert.equal(app.calls, sessions + 1, 'the first was before');
    assert.equal(problem(page), null);
    assert.equal((await page.brain.askBrain('still there?')).state, 'done');
  });
}

test('a function that gives the same token again is asked again, without a session', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock);
  const cached = app.token;
  let known = null;
  let calls = 0;
  const token = () => {
    calls += 1;
    known = known && clock.now() < known.untilMs ? known : { text: cached(), untilMs: clock.now() + LIFE_MS - 5000 };
    return known.text;
  };
  const page = await connected({ clock, prepare: app.prepare, token });

  await clock.pass(10 * LIFE_MS);

  assert.ok(page.server.asked('/api/session').length <= 11);
  assert.ok(calls < 50, `${calls} calls`);
  assert.equal(problem(page), null);
});

test('a function whose first token is refused is asked once more', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock);
  let calls = 0;
  const token = () => ((calls += 1) === 1 ? 'an old one' : app.token());

  const page = await connected({ clock, prepare: app.prepare, token });

  assert.equal(calls, 2);
  assert.equal(page.brain.session.token, 'app-1');
});

for (const count of [1, 2]) {
  test(`a function whose ${count === 1 ? 'only token is' : 'tokens are'} refused is not asked for ever`, async () => {
    let calls = 0;
    const token = () => `old-${Math.min((calls += 1), count)}`;

    await assert.rejects(connected({ token }), { name: 'BrainError', status: 401 });

    assert.equal(calls, 2);
  });
}

test('a token that could not be offered is offered again', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock, 10 * LIFE_MS);
  let fresh = app.token;
  const token = () => fresh();
  const page = await connected({ clock, prepare: app.prepare, token });
  const second = app.token();
  fresh = () => second; // as from a cache
  page.server.fail('/api/session', 503, 'down');
  page.server.validTokens.delete('app-1');

  const asking = page.brain.askBrain('one');
  await clock.pass(20_000);

  assert.equal((await asking).state, 'done');
  assert.deepEqual(refusals(page), []);
});

test('a token that is nearly over when the session begins is renewed before it is refused', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock, 11_000); // the server is lenient for ten seconds
  const prepare = (server) => {
    app.prepare(server);
    server.sessionMs = 1000;
  };
  const page = await connected({ clock, prepare, token: app.token });

  await clock.pass(LIFE_MS);

  assert.ok(app.calls > 10 && app.calls <= 21, `${app.calls} calls`);
  assert.deepEqual(refusals(page), []);
  const refused = page.server.requests.filter(({ headers }) => !headers.get('Authorization'));
  assert.equal(refused.length, app.calls - 1, 'sessions only');
});

test('a function is called once after a 401', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock);
  const page = await connected({ clock, prepare: app.prepare, token: app.token });
  page.server.validTokens.clear();

  await Promise.all(['one', 'two'].map((text) => page.brain.askBrain(text)));

  assert.equal(app.calls, 2);
});

test('a function that fails is not the end: what failed is sent again', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock);
  let fails = 0;
  const token = async () => {
    if (fails-- > 0) throw new TypeError('network');
    return app.token();
  };
  const page = await connected({ clock, prepare: app.prepare, token });
  page.server.validTokens.clear();
  fails = 2;

  const asking = page.brain.askBrain('one');
  await clock.pass(20_000);

  assert.equal((await asking).state, 'done');
  assert.deepEqual(refusals(page), []);
});

for (const nothing of [null, undefined, '']) {
  test(`a function that gives ${JSON.stringify(nothing)} is a sign-out, not a session without a token`, async () => {
    const clock = new VirtualClock();
    const app = issuing(clock);
    let isIn = true;
    const page = await connected({ clock, prepare: app.prepare, token: () => (isIn ? app.token() : nothing) });
    isIn = false;
    page.server.accessKey = null; // anybody may come in
    page.server.validTokens.clear();

    await assert.rejects(page.brain.askBrain('one'), { name: 'BrainError', status: 401 });
    await settled();

    assert.equal(problem(page).status, 401);
    assert.equal(page.server.asked('/api/session').length, 0);
  });
}

test('a function that never answers meets a time limit', async () => {
  const clock = new VirtualClock();
  const connecting = connected({ clock, token: () => new Promise(() => {}) });
  const refused = assert.rejects(connecting, { status: 0 });

  await clock.pass(30_000);

  await refused;
});

test('what a function throws at the beginning is the cause of the error', async () => {
  const cause = new Error('no app');
  const token = () => {
    throw cause;
  };

  await assert.rejects(connected({ token }), { name: 'BrainError', status: 0, cause });
});

test('a string of the app that has expired is told, and never replaced by nothing', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock);
  const prepare = (server) => {
    app.prepare(server);
    app.token();
  };
  const page = await connected({ clock, prepare, token: 'app-1' });
  page.server.accessKey = null; // anybody may come in
  await clock.pass(LIFE_MS + 12_000);
  const first = problem(page);
  await clock.pass(20 * LIFE_MS);

  assert.equal(first?.status, 401);
  assert.equal(problem(page), first);
  await assert.rejects(page.brain.askBrain('one'), { status: 401 });
  assert.equal(page.server.asked('/api/session').length, 0);
  assert.equal(clock.waiting <= 1, true, 'only the look at tab and network');
});

test('a token of the server is traded until the server does so no more', async () => {
  let traded = 0;
  const prepare = (server) => {
    server.sessionMs = LIFE_MS;
    const { fetch } = server;
    server.fetch = (address, init) => {
      const isTraded = `${address}`.endsWith('/api/session') && traded < 3;
      if (isTraded) server.token = `own-${(traded += 1)}`;
      if (isTraded) server.validTokens.add(server.token);
      return fetch(address, init);
    };
  };
  const page = await connected({ prepare });

  await page.clock.pass(100 * LIFE_MS);

  assert.equal(page.server.asked('/api/session').length, 3, 'two trades, and one that was none');
});

test('renewals that fail have some seconds between them', async () => {
  const prepare = (server) => {
    server.sessionMs = LIFE_MS;
  };
  const page = await connected({ prepare });
  page.server.fail('/api/session', ...Array(50).fill(500));

  await page.clock.pass(LIFE_MS);

  const times = page.server.asked('/api/session').map(({ atMs }) => atMs);
  assert.ok(times.length > 1);
  for (let i = 1; i < times.length; i += 1) assert.ok(times[i] - times[i - 1] >= 3000);
});

test('a token of another user ends the connection, and nothing of them is stored', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock);
  const sessions = [];
  const onSession = ({ userId }) => sessions.push(userId);
  const page = await connected({ clock, prepare: app.prepare, token: app.token, onSession });
  page.server.userId = 'ben';

  await clock.pass(LIFE_MS);
  page.server.say('for ben');
  await clock.pass(LIFE_MS);

  const { status, detail } = problem(page);
  assert.deepEqual([status, detail], [401, 'the token belongs to another user']);
  assert.deepEqual(sessions, ['anna']);
  assert.equal(page.brain.session.userId, 'anna');
  assert.deepEqual(page.heard, []);
  assert.ok(![...page.browser.storage.items.keys()].some((name) => name.includes('ben')));
  page.server.requests.length = 0;
  await assert.rejects(page.brain.askBrain('one'), { status: 401, detail });
  assert.deepEqual(page.server.requests, []);
});

test('a token of another user after a 401 does not send the text to them', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock);
  const page = await connected({ clock, prepare: app.prepare, token: app.token });
  page.server.userId = 'ben';
  page.server.validTokens.clear();

  await assert.rejects(page.brain.askBrain('for anna only'), { status: 401 });

  assert.deepEqual(page.server.log, []);
});

test('after a sleep the token is renewed at once', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock, 3600_000);
  const page = await connected({ clock, prepare: app.prepare, token: app.token });

  await clock.sleep(3000_000);
  await settled();

  assert.equal(app.calls, 2);
  assert.deepEqual(refusals(page), []);
});

test('after a sleep that outlasted the token a signed-in page goes on with its key', async () => {
  const prepare = (server) => {
    server.accessKey = 'secret';
    server.sessionMs = LIFE_MS;
  };
  const page = await connected({ prepare, accessKey: 'secret' });
  page.server.validTokens.clear();
  page.server.token = 'token-2';

  await page.clock.sleep(10 * LIFE_MS);
  await settled();

  assert.equal(problem(page), null);
  assert.ok(page.server.asked('/api/session').length <= 2);
});

test('a token that lives for longer than a timer can wait is renewed once', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock, 40 * 24 * 3600_000);
  const page = await connected({ clock, prepare: app.prepare, token: app.token, Pusher: null, streams: false });
  page.tab.change({ isHidden: true });

  await clock.sleep(29 * 24 * 3600_000);
  assert.equal(app.calls, 1);
  await clock.sleep(2 * 24 * 3600_000);
  await settled();

  assert.equal(app.calls, 2);
});

test('the socket goes on listening with the newer token', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock);
  const page = await connected({ clock, prepare: app.prepare, token: app.token, road: 'socket' });
  const frames = [];
  for (const socket of page.server.sockets) {
    const { send } = socket;
    socket.send = (text) => (frames.push(JSON.parse(text)), send.call(socket, text));
  }

  await clock.pass(LIFE_MS);

  assert.deepEqual(frames.filter(({ type }) => type === 'token'), [{ type: 'token', token: 'app-2' }]);
});

test('nothing is renewed after close, and no timer is left', async () => {
  const clock = new VirtualClock();
  const app = issuing(clock);
  const { promise, resolve } = deferred();
  let isSlow = false;
  const token = () => (isSlow ? promise : app.token());
  const page = await connected({ clock, prepare: app.prepare, token });
  isSlow = true;
  await clock.pass(LIFE_MS * 0.8);

  page.brain.close();
  resolve('late');
  await settled();
  const { waiting } = clock;
  await clock.pass(10 * LIFE_MS);

  assert.equal(page.server.asked('/api/session').length, 0);
  assert.ok(waiting <= 2, `${waiting} timers, those of the app's tokens included`);
});
