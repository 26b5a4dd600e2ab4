import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect } from '../../../public/brain.js';
import { connected, deferred, settled } from '../kit.js';

test('without an access key a guarded server refuses with 401', async () => {
  const prepare = (server) => {
    server.accessKey = 'secret';
  };

  await assert.rejects(connected({ prepare }), { name: 'BrainError', status: 401 });
});

test('the access key opens a session', async () => {
  const prepare = (server) => {
    server.accessKey = 'secret';
  };

  const { brain } = await connected({ prepare, accessKey: 'secret' });

  assert.equal(brain.session.userId, 'anna');
});

test('the access key is used when the token is refused', async () => {
  const prepare = (server) => {
    server.accessKey = 'secret';
  };

  const { brain } = await connected({ prepare, token: 'expired', accessKey: 'secret' });

  assert.equal(brain.session.token, 'token-1');
});

test('a server that cannot be reached is reported as such', async () => {
  const fetch = async () => {
    throw new TypeError('fetch failed');
  };

  await assert.rejects(connect({ fetch, Pusher: null }), { status: 0 });
});

test('a 401 leads to one new session, and the request is sent again', async () => {
  const { brain, server } = await connected();
  server.token = 'token-2';
  server.validTokens.clear();

  const { state } = await brain.askBrain('one');

  assert.equal(state, 'done');
  const tokens = server
    .asked('/api/voiceToBrain')
    .map(({ headers }) => headers.get('Authorization'));
  assert.deepEqual(tokens, ['Bearer token-1', 'Bearer token-2']);
});

test('several requests with a 401 share one renewal', async () => {
  const { brain, server } = await connected();
  server.token = 'token-2';
  server.validTokens.clear();

  await Promise.all(['one', 'two', 'three'].map((text) => brain.askBrain(text)));

  assert.equal(server.asked('/api/session').length, 1);
});

test('a late 401, after the renewal, causes no second one', async () => {
  const { brain, server } = await connected();
  const { promise, resolve: refuse } = deferred();
  server.fail('/api/voiceToBrain', () => promise.then(() => Response.json({}, { status: 401 })));
  const late = brain.askBrain('one');
  await settled();
  server.token = 'token-2';
  server.fail('/api/voiceToBrain', 401);
  await brain.askBrain('two');

  refuse();

  assert.equal((await late).state, 'done');
  assert.equal(server.asked('/api/session').length, 1);
});

test('a session that cannot be renewed is an error and ends polling', async () => {
  const { brain, clock, server, pusher, states } = await connected();
  server.validTokens.clear();
  server.accessKey = 'set meanwhile';

  await assert.rejects(brain.askBrain('one'), { name: 'BrainError', status: 401 });
  await settled();
  pusher.goDown();
  server.requests.length = 0;
  await clock.pass(60_000);

  assert.equal(states.at(-1).connection, 'offline');
  assert.equal(states.at(-1).problem.status, 401);
  assert.equal(server.requests.length, 0);
});

test('a token is renewed well before its end, without the access key', async () => {
  const tokens = [];
  const onSession = ({ token }) => tokens.push(token);
  const prepare = (server) => {
    server.sessionMs = 1200_000;
  };
  const { clock, server } = await connected({ prepare, onSession, zone: null });
  server.token = 'token-2';

  await clock.pass(900_000);

  assert.deepEqual(tokens, ['token-1', 'token-2']);
  assert.deepEqual(server.asked('/api/session')[0].sent, { token: 'token-1' });
});
