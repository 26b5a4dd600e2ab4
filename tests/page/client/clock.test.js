/** The device's clock is wrong, or is set, or the device sleeps; the server's clock is right. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ServerClock } from '../../../public/client/time/clock.js';
import { connected, settled, texts, VirtualClock } from '../kit.js';
import { Server } from '../server.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The clocks of a device: one that may be wrong, and one that may stand still. */
class Device {
  skewMs = 0;
  stoodMs = 0;

  constructor(clock, skewMs = 0) {
    this.clock = clock;
    this.skewMs = skewMs;
  }

  now = () => this.clock.now() + this.skewMs;

  steady = () => this.clock.now() - Date.parse('2026-01-01T00:00:00Z') + 17 - this.stoodMs;

  after = (ms, act) => this.clock.after(ms, act);

  /** Sleep, while the steady clock stands still. */
  async sleep(ms) {
    this.stoodMs += ms;
    await this.clock.sleep(ms);
  }
}

/** A page with a device of its own, on a server with the right time. */
async function on(skewMs, choices = {}) {
  const time = new VirtualClock();
  const device = new Device(time, skewMs);
  const server = new Server(time);
  const page = await connected({ clock: device, server, publishes: true, ...choices });
  return { ...page, time, device };
}

function speaking({ brain }) {
  const spoken = [];
  brain.onSpeak(({ text }, done) => {
    spoken.push(text);
    done('played');
  });
  return spoken;
}

const inMs = ({ time }, ms) => new Date(time.now() + ms).toISOString();
const SKEWS = [
  ['right', 0],
  ['11 minutes fast', 11 * MINUTE_MS],
  ['13 hours fast', 13 * HOUR_MS],
  ['11 minutes slow', -11 * MINUTE_MS],
  ['in 1970', -Date.parse('2025-12-31')],
];

for (const [name, skewMs] of SKEWS) {
  test(`clock ${name}: a notice that has just come is spoken, one that has expired is not`, async () => {
    const page = await on(skewMs);
    const spoken = speaking(page);

    page.server.say('old', { kind: 'notification', expiresAt: inMs(page, -1000) });
    page.server.say('new', { kind: 'notification', expiresAt: inMs(page, 10 * MINUTE_MS) });
    await page.time.pass(5000);

    assert.deepEqual(spoken, ['new']);
  });

  test(`clock ${name}: a tool of the page runs, unless its question has expired`, async () => {
    const page = await on(skewMs);
    page.server.play = (run) => run.ask('(asks the page)', { ...QUESTION, expiresAt: inMs(page, MINUTE_MS) });
    page.server.decided = (run, { text }) => run.end(`You are in ${text}`);
    page.brain.onTool('whereAmI', () => 'Wien');

    const asking = page.brain.askBrain('where?');
    await page.time.pass(5000);

    assert.equal((await asking).message.text, 'You are in Wien');
  });

  test(`clock ${name}: an answer to a voice agent is in time, and messages missed long ago stay unsaid`, async () => {
    const { forVoiceAgent } = await (await on(skewMs)).brain.askBrain('one', { callId: 'c1' });
    assert.equal(forVoiceAgent, 'Answer to one');

    const time = new VirtualClock();
    const server = new Server(time);
    server.say('long ago');
    await time.pass(2 * MINUTE_MS);
    server.say('just now');
    const device = new Device(time, skewMs);
    const page = await connected({ clock: device, server, history: 2 });
    page.browser.storage.setItem('second-brain:anna:spoken', '[0]'); // an earlier page said neither
    const spoken = speaking(page);
    await time.pass(5000);
    assert.deepEqual(spoken, ['just now']);
  });

  test(`clock ${name}: the token is renewed in time`, async () => {
    const prepare = (one) => {
      one.sessionMs = 20 * MINUTE_MS;
    };
    const page = await on(skewMs, { prepare });

    await page.time.pass(14 * MINUTE_MS);
    assert.equal(page.server.asked('/api/session').length, 0);
    await page.time.pass(2 * MINUTE_MS);
    assert.equal(page.server.asked('/api/session').length, 1);
  });

  test(`clock ${name}: the time of the connection is the server's`, async () => {
    const page = await on(skewMs);

    await page.time.pass(7 * HOUR_MS);

    assert.ok(Math.abs(page.brain.now() - page.time.now()) < 3000);
  });
}

const QUESTION = { for: 'client', tool: 'whereAmI', arguments: {} };

for (const [name, changeMs] of SKEWS.slice(1)) {
  test(`the clock is set in mid-connection, to ${name}: what comes is spoken and sent`, async () => {
    const page = await on(0);
    const spoken = speaking(page);
    await page.time.pass(10 * MINUTE_MS);
    page.device.skewMs = changeMs;

    page.server.say('new', { kind: 'notification', expiresAt: inMs(page, 10 * MINUTE_MS) });
    await page.time.pass(5000);

    assert.deepEqual(spoken, ['new']);
    assert.equal((await page.brain.askBrain('one')).state, 'done');
    assert.ok(Math.abs(page.brain.now() - page.time.now()) < 3000);
  });

  test(`a clock that was ${name} is set right: what comes is spoken, in a hidden tab too`, async () => {
    const page = await on(changeMs);
    const spoken = speaking(page);
    page.tab.change({ isHidden: true });
    await page.time.pass(10 * MINUTE_MS);
    page.device.skewMs = 0;

    page.server.say('new', { kind: 'notification', expiresAt: inMs(page, 10 * MINUTE_MS) });
    await page.time.pass(8000);

    assert.deepEqual(spoken, ['new']);
  });
}

for (const isOld of [false, true]) {
  test(`after a sleep nothing stale is spoken${isOld ? ', also where the server says no time' : ''}`, async () => {
    const prepare = (server) => {
      server.isOld = isOld;
    };
    const page = await on(0, { prepare });
    await page.time.pass(2000);
    page.server.say('waits', { kind: 'notification', expiresAt: inMs(page, 10 * MINUTE_MS) });
    await settled();
    const spoken = speaking(page); // it is due when the device wakes

    await page.device.sleep(HOUR_MS);
    page.server.say('now', { kind: 'notification', expiresAt: inMs(page, 10 * MINUTE_MS) });
    await page.time.pass(5000);

    assert.deepEqual(spoken, ['now']);
    assert.deepEqual(texts(page.heard), ['waits', 'now']);
  });
}

test('a server that says no time is believed to have the device’s', async () => {
  const prepare = (server) => {
    server.isOld = true;
  };
  const page = await on(MINUTE_MS, { prepare });
  const spoken = speaking(page);

  page.server.say('new', { kind: 'notification', expiresAt: inMs(page, 10 * MINUTE_MS) });
  await page.time.pass(70_000);

  assert.deepEqual(spoken, ['new']);
  assert.equal(page.brain.now(), page.device.now());
});

test('while the server is away after a sleep, nothing is spoken and no tool runs; then what is still valid', async () => {
  const page = await on(0);
  const spoken = speaking(page);
  page.server.fail('/api/status', ...Array(3).fill('down'));
  page.server.fail('/api/messages', ...Array(3).fill('down'));
  page.device.stoodMs += HOUR_MS;
  await page.time.sleep(HOUR_MS);
  page.pusher.comeUp();
  await page.time.pass(100);

  page.server.say('soon over', { kind: 'notification', expiresAt: inMs(page, 1000) });
  page.server.say('long', { kind: 'notification', expiresAt: inMs(page, 10 * MINUTE_MS) });
  await page.time.pass(60_000);

  assert.deepEqual(spoken, ['long']);
});

/** A clock for which `took` ms pass between a request and its response. */
function answered(ms, { time, roundedMs, deviceMs = ms }) {
  const nows = { device: 1_000_000, steady: 5 };
  const clock = new ServerClock({ now: () => nows.device, steady: () => nows.steady, after: () => () => {} });
  const told = clock.ask();
  nows.steady += ms;
  nows.device += deviceMs;
  told(time, roundedMs);
  return clock.now();
}

const at = (ms) => new Date(ms).toUTCString();

test('half of the round trip is the error', () => {
  assert.equal(answered(4000, { time: at(9_000_000) }), 9_002_000);
  assert.equal(answered(0, { time: at(9_000_000), roundedMs: 1000 }), 9_000_500);
});

test('a response that took very long, also by sleeping, says nothing about the time', () => {
  assert.equal(answered(61_000, { time: at(9_000_000) }), 1_061_000);
  assert.equal(answered(100, { deviceMs: HOUR_MS, time: at(9_000_000) }), 1_000_100);
});

test('what is no time is none', () => {
  for (const time of [null, undefined, '', 'soon', at(-5)]) assert.equal(answered(100, { time }), 1_000_100);
});

test('servers that differ by a second do not make the time jump', () => {
  assert.equal(answered(10, { time: at(1_001_000) }), 1_000_010);
});
