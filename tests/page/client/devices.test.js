import assert from 'node:assert/strict';
import { test } from 'node:test';

import { anotherPage, Browser, connected, deferred, settled } from '../kit.js';

const LASTS_MS = 20_000; // a claim of the stub

/** A second device: another browser on the same server. */
const anotherDevice = (page, choices = {}) => anotherPage({ ...page, browser: new Browser() }, choices);

/** Has a page speak: notes what is said; each takes a second, or (ms null) never ends. */
function speaking(page, spoken, name, ms = 1000) {
  return page.brain.onSpeak(({ seq }, done) => {
    spoken.push(`${name} ${seq}`);
    if (ms !== null) page.clock.after(ms, () => done('played'));
  });
}

const claims = (server) => server.asked('/api/control').filter(({ sent }) => sent.type === 'claim');

test('of two devices one says what nobody asked for, and its report has the claim', async () => {
  const page = await connected({ publishes: true });
  const other = await anotherDevice(page);
  const spoken = [];
  speaking(page, spoken, 'first');
  speaking(other, spoken, 'other');

  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(60_000);

  assert.equal(spoken.length, 1);
  const [{ sent }] = page.server.asked('/api/control').filter(({ sent }) => sent.type === 'heard');
  assert.deepEqual(sent, { type: 'heard', seq: 1, how: 'played', claim: 1 });
});

test('an answer in a response is said without a claim, and the text says that this page speaks', async () => {
  const page = await connected();
  const spoken = [];
  speaking(page, spoken, 'first');

  await page.brain.askBrain('one');
  await page.clock.pass(5000);

  assert.deepEqual(spoken, ['first 2']);
  assert.deepEqual(claims(page.server), []);
  assert.equal(page.server.asked('/api/voiceToBrain')[0].sent.device.speaks, true);
});

test('a device that a small event tells of news reads the log at once', async () => {
  const page = await connected();
  page.server.hear('one');
  page.server.say('Answer to one');

  page.channels.publish('log', { lastSeq: 2 });
  await settled();

  assert.deepEqual(
    page.heard.map(({ seq }) => seq),
    [1, 2],
  );
  assert.equal(page.server.asked('/api/messages').length, 1);
});

test('a claim that ended on its way is not used, and is asked for again', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  const slow = deferred();
  page.server.fail('/api/control', () => slow.promise);
  speaking(page, spoken, 'first');
  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(1000);
  const lost = { seq: 1, state: 'yours', claim: 7, leftMs: 500 };

  slow.resolve(Response.json(lost));
  await settled();

  assert.equal(claims(page.server).length, 2);
  assert.deepEqual(spoken, ['first 1']);
  await page.clock.pass(5000);
  assert.deepEqual(page.server.heard, [{ seq: 1, how: 'played' }]);
});

test('a message that takes longer than its claim is said on while no other device has it', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  speaking(page, spoken, 'first', LASTS_MS + 5000);

  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(60_000);

  assert.deepEqual(page.server.heard, [{ seq: 1, how: 'played' }]);
  assert.equal(claims(page.server).length, 2);
});

test('a slow device is cut off once another one has the claim', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  speaking(page, spoken, 'slow', null);
  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(LASTS_MS / 2);

  page.server.claims.set(1, 'another browser');
  await page.clock.pass(LASTS_MS);

  assert.deepEqual(spoken, ['slow 1']);
  assert.deepEqual(page.server.heard, [{ seq: 1, how: 'cutOff' }]);
});

test('what was heard on another device is not said here, also after a reload', async () => {
  const page = await connected({ publishes: true });
  page.server.say('news', { kind: 'notification' });
  page.server.heard.push({ seq: 1, how: 'played' });
  const spoken = [];

  speaking(page, spoken, 'first');
  await page.clock.pass(10_000);

  assert.deepEqual(spoken, []);
  const kept = JSON.parse(page.browser.storage.getItem('second-brain:anna:spoken'));
  assert.ok(kept.includes(1));
});

test('while claims fail other messages are not held up, and the claim is tried again', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  speaking(page, spoken, 'first');
  page.server.fail('/api/control', ...Array(3).fill(503));

  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(20_000);

  assert.deepEqual(spoken, ['first 1']);
});

test('at the end of another device’s claim that one asks first, as it may still speak', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  speaking(page, spoken, 'first');
  page.server.fail('/api/control', () => Response.json({ seq: 1, state: 'held', leftMs: LASTS_MS }));
  page.server.say('news', { kind: 'notification' });

  await page.clock.pass(LASTS_MS + 400);
  const early = claims(page.server).length;
  await page.clock.pass(2000);

  assert.equal(early, 1);
  assert.deepEqual(spoken, ['first 1']);
});

test('a claim without a reply keeps no answer waiting, and is still used when it comes', async () => {
  const page = await connected({ publishes: true });
  const { promise, resolve } = deferred();
  const spoken = [];
  speaking(page, spoken, 'first');
  page.server.fail('/api/control', () => promise);
  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(1000);

  await page.brain.askBrain('one');
  await page.clock.pass(5000);
  const before = [...spoken];
  resolve(Response.json({ seq: 1, state: 'yours', claim: 1, leftMs: LASTS_MS }));
  await page.clock.pass(5000);

  assert.deepEqual(before, ['first 3']);
  assert.deepEqual(spoken, ['first 3', 'first 1']);
  assert.equal(claims(page.server).length, 1, 'it is not asked again meanwhile');
});

test('a server that knows no claims is an older one: the message is said', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  speaking(page, spoken, 'first');
  page.server.fail('/api/control', 422);

  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(5000);

  assert.deepEqual(spoken, ['first 1']);
});

test('changes of documents come by the channel, the stream and the socket', async () => {
  const change = { id: 'd1', version: 'v2', author: 'Cook', place: 3 };
  for (const road of ['channel', 'stream', 'socket']) {
    const page = await connected({ road });
    const heard = [];
    page.brain.onDocument((one) => heard.push(one));
    if (road === 'channel') page.channels.publish('document', change);
    else page.server.tell('document', change);
    await settled();
    assert.deepEqual(heard, [change], road);
  }
});
