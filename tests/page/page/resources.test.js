/** Requests of the page beside the client's, over time: their token may have been renewed meanwhile. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Resources } from '../../../public/page/resources.js';
import { connected } from '../kit.js';

const FACTS = '/api/facts';

/** A signed-in page whose token is refused from now on; the server issues another one for the key. */
async function refused({ accessKey = 'key' } = {}) {
  const prepare = (server) => {
    server.accessKey = 'key';
    server.routes[FACTS] = ({ method, sent }) => Response.json({ method, sent: sent ?? null });
    server.routes['/api/audioStream'] = () => new Response('data: one\n\n', { headers: { 'Content-Type': 'text/event-stream' } });
  };
  const kept = [];
  const page = await connected({ prepare, token: 'token-1', accessKey, onSession: ({ token }) => kept.push(token) });
  const resources = new Resources(page.brain.renew, page.server.fetch);
  resources.setToken(kept[0]);
  page.server.validTokens.clear();
  page.server.token = 'token-2';
  return { ...page, resources, kept };
}

const tokens = (server, path) => server.asked(path).map(({ headers }) => headers.get('Authorization'));

test('a request whose token was refused is sent again with the renewed one', async () => {
  const { resources, server, kept } = await refused();

  assert.deepEqual(await resources.post(FACTS, { text: 'one' }), { method: 'POST', sent: { text: 'one' } });

  assert.deepEqual(tokens(server, FACTS), ['Bearer token-1', 'Bearer token-2']);
  assert.deepEqual(kept, ['token-1', 'token-2']);
  assert.ok(server.asked(FACTS).every(({ headers }) => headers.get('Content-Type') === 'application/json'));
});

test('requests at once share one renewal, and one that comes late needs none', async () => {
  const { resources, server } = await refused();

  await Promise.all([resources.get(FACTS), resources.get(FACTS), resources.remove(FACTS, 'f1')]);
  await resources.get(FACTS);

  assert.equal(server.asked('/api/session').length, 1);
});

test('events are followed with the renewed token', async () => {
  const { resources } = await refused();
  const heard = [];

  await resources.follow('/api/audioStream', ({ data }) => void heard.push(data), new AbortController().signal);

  assert.deepEqual(heard, ['one']);
});

test('a file is loaded with the renewed token, and has the name that the server gives it', async () => {
  const { resources, server } = await refused();
  const headers = { 'Content-Disposition': 'attachment; filename="second-brain-2026-11-29.zip"' };
  server.routes['/api/export'] = () => new Response('PK', { headers });

  const { blob, name } = await resources.download('/api/export');

  assert.deepEqual([await blob.text(), name], ['PK', 'second-brain-2026-11-29.zip']);
  assert.deepEqual(tokens(server, '/api/export'), ['Bearer token-1', 'Bearer token-2']);
});

test('without a newer token it is refused, once, and the connection says that it has ended', async () => {
  const { resources, server, states, clock } = await refused({ accessKey: '' });

  await assert.rejects(resources.get(FACTS), { name: 'BrainError', status: 401 });
  await clock.pass(1000);

  assert.equal(server.asked(FACTS).length, 1);
  assert.equal(states.at(-1).problem.status, 401);
});

test('a renewal that does not get through is no refusal', async () => {
  const { resources, server } = await refused();
  server.fail('/api/session', 'down');

  await assert.rejects(resources.get(FACTS), { name: 'BrainError', status: 0 });
});
