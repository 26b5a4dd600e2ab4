/** One tab at a time, where there are no Web Locks. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { UserStorage } from '../../../public/client/storage.js';
import { alone } from '../../../public/client/tabs.js';
import { Browser, deferred, seeded, settled, VirtualClock } from '../kit.js';

/**
 * Tabs of one browser; `act` notes what it does, until its `end` is called. `clocks` has as many as
 * there are tabs, or one for all.
 */
function tabs(count, { BroadcastChannel } = new Browser(), clocks = [new VirtualClock()]) {
  const [clock] = clocks;
  const { storage } = new Browser();
  const told = [];
  const all = Array.from({ length: count }, (_, place) => {
    const ending = new AbortController();
    const userStorage = new UserStorage(storage, 'anna');
    const random = seeded(place);
    const world = {
      clock: clocks[place] ?? clock,
      random,
      userStorage,
      BroadcastChannel,
      lifetime: ending.signal,
    };
    const { promise, resolve: end } = deferred();
    const act = () => {
      told.push(place);
      return promise;
    };
    return { start: () => alone(world, 'voice', act), end, close: () => ending.abort(new Error('closed')) };
  });
  return { all, clock, told };
}

test('a second tab waits for the first, and starts when it has finished', async () => {
  const { all, clock, told } = tabs(2);
  const doing = all.map(({ start }) => start());
  await clock.pass(20_000);
  assert.equal(told.length, 1, 'however long it takes');

  all[told[0]].end('done');
  await clock.pass(100);

  assert.equal(told.length, 2);
  for (const { end } of all) end('done');
  await clock.pass(100);
  assert.deepEqual(await Promise.all(doing), ['done', 'done']);
});

test('without BroadcastChannel it notices within seconds that the first has finished', async () => {
  const { all, clock, told } = tabs(2, {});
  const doing = all.map(({ start }) => start());
  await clock.pass(1000);

  all[told[0]].end('done');
  await clock.pass(5000);

  assert.equal(told.length, 2);
  for (const { end } of all) end('done');
  await clock.pass(100);
  await Promise.all(doing);
});

test('of many tabs that start together one goes first, and all get their turn', async () => {
  const { all, clock, told } = tabs(5);
  const doing = all.map(({ start }) => start());

  for (let turn = 1; turn <= 5; turn += 1) {
    await clock.pass(5000);
    assert.equal(told.length, turn);
    all[told.at(-1)].end();
  }

  await clock.pass(5000);
  await Promise.all(doing);
  assert.deepEqual(told.toSorted(), [0, 1, 2, 3, 4]);
});

test('after a suspension of all tabs the active one continues alone', async () => {
  const clocks = [new VirtualClock(), new VirtualClock()];
  const both = (ms) => Promise.all(clocks.map((clock) => clock.pass(ms)));
  const { all, told } = tabs(2, {}, clocks);
  const doing = [all[0].start()];
  await both(1500);
  doing.push(all[1].start());
  await both(100);

  // The one that waits wakes first, and finds the claim as old as it was.
  for (const clock of [...clocks].reverse()) {
    await clock.sleep(60_000);
    await clock.pass(500);
  }
  for (let turn = 0; turn < 20; turn += 1) await both(500);

  assert.deepEqual(told, [0]);
  for (const { end } of all) end();
  await both(5000);
  await Promise.all(doing);
});

test('a tab that is closed while it waits leaves nothing behind', async () => {
  const { all, clock, told } = tabs(2);
  const [first, second] = all;
  const doing = first.start();
  await clock.pass(1000);
  const waiting = assert.rejects(second.start(), /closed/);
  await clock.pass(1000);

  second.close();
  await waiting;
  first.end();
  await doing;
  await settled();

  assert.deepEqual(told, [0]);
  assert.equal(clock.waiting, 0);
});
