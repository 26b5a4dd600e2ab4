import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected, settled } from '../kit.js';

const connection = (states) => states.at(-1).connection;

test('the client polls without a channel and without streams', async () => {
  const prepare = (server) => {
    server.pusher = null;
  };
  const { clock, server, states, channels } = await connected({
    prepare,
    isLive: false,
    streams: false,
  });

  await clock.pass(10_000);

  assert.equal(channels.clients.length, 0);
  assert.equal(connection(states), 'polling');
  assert.ok(server.asked('/api/status').length >= 2);
});

test('the client polls while the channel cannot be reached', async () => {
  const { pusher, states } = await connected({ isLive: false });
  pusher.connection.emit('state_change', { previous: 'initialized', current: 'connecting' });
  assert.equal(connection(states), 'connecting');

  pusher.connection.emit('state_change', { previous: 'connecting', current: 'unavailable' });

  assert.equal(connection(states), 'polling');
});

test('a refused subscription is tried again', async () => {
  const { clock, pusher, states } = await connected({ isLive: false });
  pusher.emit('pusher:subscription_error', { status: 503 });
  assert.equal(connection(states), 'polling');

  await clock.pass(2000);

  const wishes = pusher.subscriptions.filter((name) => name === 'private-user-a');
  assert.equal(wishes.length, 2);
});

test('the channel never connects to another host', async () => {
  const { pusher } = await connected();

  const { cluster, wsHost, wsPort, forceTLS, enabledTransports } = pusher.options;

  assert.deepEqual([cluster, wsHost, wsPort, forceTLS], ['', '127.0.0.1', 1, false]);
  assert.deepEqual(enabledTransports, ['ws']); // with TLS by forceTLS, and never at another port
  assert.deepEqual(pusher.subscriptions, ['private-user-a', 'presence-user-a']);
});

test('a subscription is authorized by the session', async () => {
  const { server, pusher, browser } = await connected();
  const { customHandler } = pusher.options.channelAuthorization;

  const answers = [];
  customHandler({ socketId: '1.2', channelName: 'private-user-a' }, (...answer) => {
    answers.push(answer);
  });
  await settled();

  const [{ headers, sent }] = server.asked('/api/pusherAuth');
  assert.equal(headers.get('Authorization'), 'Bearer token-1');
  const { device, ...rest } = sent;
  assert.deepEqual(rest, { socket_id: '1.2', channel_name: 'private-user-a' });
  const own = JSON.parse(browser.storage.getItem('second-brain:anna:browser'));
  assert.match(device, /^[a-z0-9]{26}_[a-z0-9]{26}$/);
  assert.equal(device.split('_')[0], own);
  assert.deepEqual(answers, [[null, { auth: 'signed private-user-a' }]]);
});

test('a subscription that cannot be authorized fails at once', async () => {
  const { server, pusher } = await connected();
  server.fail('/api/pusherAuth', 403);

  const answers = [];
  const request = { socketId: '1.2', channelName: 'private-user-b' };
  pusher.options.channelAuthorization.customHandler(request, (...answer) => answers.push(answer));
  await settled();

  assert.equal(answers[0][0].status, 403);
  assert.equal(answers[0][1], null);
});
