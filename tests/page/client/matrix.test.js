/** The resume matrix: from each road to each other one, cut at each moment of a question. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bare, connected, reloaded, settled } from '../kit.js';

const ROADS = ['channel', 'stream', 'socket', 'polling'];
const WORDS = ['It ', 'is ', 'he', 're.'];

/** When the connection is cut, in milliseconds after the question was asked. */
const MOMENTS = {
  'before the first token': 500,
  'in mid-word': 3200,
  'between accept and answer': 1500,
  'after the answer': 6000,
};

/** A run of five seconds: a thought, a step, the answer word by word. */
async function fiveSeconds(run) {
  await run.wait(1000);
  run.piece('thought', 'hm');
  run.breadcrumb('Looking.');
  run.nextLoop();
  for (const word of WORDS) {
    await run.wait(1000);
    run.piece('content', word);
  }
  run.end(WORDS.join(''));
}

async function comeUp({ channels }) {
  const pusher = channels.clients.at(-1);
  if (pusher && !pusher.isClosed && !pusher.isLive) pusher.comeUp();
  await settled();
}

async function begun(road) {
  const page = await connected({ publishes: true, road, isLive: road === 'channel' });
  page.server.say('before');
  page.server.play = fiveSeconds;
  page.answers = [];
  page.brain.askBrain('where?').then(
    (answer) => page.answers.push(answer),
    (error) => page.answers.push(error),
  );
  return page;
}

const list = ({ heard }) => JSON.stringify(bare(heard));
const log = ({ server }) => JSON.stringify(bare(server.log));

/** Cut everything, go on by another road; what is said meanwhile must not be lost. */
async function changedRoad(from, to, ms) {
  const page = await begun(from);
  await page.clock.pass(ms);
  if (from === 'channel') page.pusher.goDown();
  page.server.cut();
  page.server.say('said while nothing was open', { runId: 'other' });
  page.brain.useRoad(to);
  await comeUp(page);
  await page.clock.pass(60_000);
  await comeUp(page);
  page.server.say('and afterwards', { runId: 'other' });
  await page.clock.pass(61_000);
  return page;
}

const table = [];

for (const from of ROADS) {
  for (const to of ROADS) {
    for (const [moment, ms] of Object.entries(MOMENTS)) {
      test(`cut ${moment}, from ${from} to ${to}: the list is the log`, async () => {
        const page = await changedRoad(from, to, ms);

        const isRight = list(page) === log(page);
        table.push({ from, to, moment, list: isRight ? 'the log' : 'WRONG' });
        assert.equal(list(page), log(page));
        assert.equal(page.answers.length, 1);
        assert.ok(
          ['done', 'running', 'duplicate'].includes(page.answers[0].state),
          `${page.answers[0]}`,
        );
        assert.equal(page.server.log.filter(({ role }) => role === 'user').length, 1);
      });
    }
  }
}

for (const road of ROADS) {
  for (const [moment, ms] of Object.entries(MOMENTS)) {
    test(`reloaded ${moment}, on ${road}: both lists together are the log`, async () => {
      const page = await begun(road);
      await page.clock.pass(ms);

      const again = await reloaded(page, { publishes: true, road, isLive: road === 'channel' });
      await page.clock.pass(60_000);
      const both = [...page.heard, ...again.heard];

      assert.deepEqual(bare(both), bare(page.server.log));
    });
  }
}

test('the resume matrix, as a table', (context) => {
  const wrong = table.filter((row) => row.list !== 'the log');
  for (const from of ROADS) {
    const cells = ROADS.map((to) => {
      const rows = table.filter((row) => row.from === from && row.to === to);
      return `${to} ${rows.filter((row) => row.list === 'the log').length}/${rows.length}`;
    });
    context.diagnostic(`${from.padEnd(8)} -> ${cells.join('  ')}`);
  }

  assert.deepEqual(wrong, []);
  assert.equal(table.length, 64);
});
