/** A channel that drops, doubles and delays, a server that fails, tabs that come and go: by chance. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { anotherPage, bare, connected, reloaded, seeded, settled, someSeed, texts } from '../kit.js';

const ROUNDS = 8;
const LATE_MS = 20_000;

/** The channel as the seed has it: 30 % lost, 10 % doubled, 10 % late. */
function unreliable(page, random) {
  const { channels, clock, server } = page;
  server.publish = (event, data) => {
    const dice = random();
    if (dice < 0.3) return;
    const deliver = () => channels.publish(event, data);
    if (dice < 0.4) clock.after(LATE_MS * random(), deliver);
    else deliver();
    if (dice > 0.9) deliver();
  };
}

function someRun(random) {
  return async (run) => {
    const steps = Math.floor(random() * 4);
    for (let step = 0; step < steps; step += 1) {
      await run.wait(random() * 4000);
      run.piece('thought', `thinking ${step}`);
      run.breadcrumb(`step ${step}`);
      run.nextLoop();
    }
    await run.wait(random() * 12_000);
    run.end('x'.repeat(random() < 0.2 ? 30_000 : 20));
  };
}

/** Notes what a page says: none twice, none that the log has overtaken by then, never two at once. */
function speaks(page, spoken, random) {
  page.brain.onSpeak((message, done) => {
    const { server, clock } = page;
    const known = page.heard.filter(({ seq }) => seq > message.seq);
    const overtakes = ({ runId, doneAfterThis }) => doneAfterThis && runId === message.runId;
    const isOvertaken = message.kind === 'breadcrumb' && known.some(overtakes);
    const entry = { page, seq: message.seq, isOvertaken, fromMs: clock.now(), toMs: Infinity };
    spoken.push(entry);
    assert.ok(server.log.some(({ seq }) => seq === message.seq));
    clock.after(500 + random() * 3000, () => {
      entry.toMs = Math.min(entry.toMs, clock.now());
      done('played');
    });
  });
}

/** A page that goes falls silent. */
function falls(page, spoken) {
  for (const entry of spoken) {
    if (entry.page === page) entry.toMs = Math.min(entry.toMs, page.clock.now());
  }
}

async function happens(page, random, step) {
  const { server, clock, brain, tab } = page;
  const dice = random();
  if (dice < 0.2) void brain.askBrain(`asked ${step}`).catch(() => {});
  else if (dice < 0.3) server.say(`news ${step}`, { kind: 'notification', runId: `n${step}` });
  else if (dice < 0.4) server.cut();
  else if (dice < 0.5) server.fail('/api/messages', 500, 'down');
  else if (dice < 0.55) server.fail('/api/status', 500);
  else if (dice < 0.6) server.fail('/api/voiceToBrain', 'down', 503);
  else if (dice < 0.65) server.fail('/api/stream', 'silent');
  else if (dice < 0.7) tab.change({ isHidden: !tab.isHidden });
  else if (dice < 0.75) tab.change({ isOnline: !tab.isOnline });
  else if (dice < 0.8) await clock.sleep(random() * 60_000);
  else if (dice < 0.85) page.channels.clients.at(-1)?.goDown();
  else if (dice < 0.95)
    brain.useRoad([null, 'channel', 'stream', 'socket', 'polling'][Math.floor(random() * 5)]);
  await clock.pass(random() * 5000);
  for (const pusher of page.channels.clients) {
    if (!pusher.isClosed && !pusher.isLive && random() < 0.5) pusher.comeUp();
  }
  await settled();
}

async function calmDown(page) {
  page.tab.change({ isHidden: false, isOnline: true });
  for (let turn = 0; turn < 3; turn += 1) {
    await page.clock.pass(60_000);
    for (const pusher of page.channels.clients)
      if (!pusher.isClosed && !pusher.isLive) pusher.comeUp();
  }
  await page.clock.pass(120_000);
}

function assertSpokenWell(spoken, seed) {
  const order = spoken.map(({ seq }) => seq);
  assert.equal(new Set(order).size, order.length, `nothing is spoken twice, SEED=${seed}`);
  assert.deepEqual(
    spoken.filter(({ isOvertaken }) => isOvertaken),
    [],
    `SEED=${seed}`,
  );
  const places = [...spoken].sort((a, b) => a.fromMs - b.fromMs);
  for (const [place, { fromMs }] of places.entries()) {
    if (place > 0) assert.ok(places[place - 1].toMs <= fromMs, `one at a time, SEED=${seed}`);
  }
}

test('whatever the channel and the server do, the list becomes the log and nothing is spoken twice', async (context) => {
  const seed = someSeed();
  context.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  for (let round = 0; round < ROUNDS; round += 1) {
    const page = await connected({ random });
    const spoken = [];
    unreliable(page, random);
    speaks(page, spoken, random);
    page.server.play = someRun(random);

    for (let step = 0; step < 25; step += 1) await happens(page, random, step);
    await calmDown(page);

    assert.deepEqual(bare(page.heard), bare(page.server.log), `round ${round}, SEED=${seed}`);
    assertSpokenWell(spoken, seed);
    page.brain.close();
    assert.equal(page.server.streams.size + page.server.sockets.size, 0);
  }
});

test('two tabs and reloads, by chance: one list, one voice, nothing twice', async (context) => {
  const seed = someSeed();
  context.diagnostic(`SEED=${seed}`);
  const random = seeded(seed);
  for (let round = 0; round < ROUNDS; round += 1) {
    const more = { random, ...(random() < 0.5 ? { locks: null } : {}) };
    const tabs = [await connected(more)];
    tabs.push(await anotherPage(tabs[0], more));
    const spoken = [];
    const shown = tabs.map(() => []);
    unreliable(tabs[0], random);
    tabs[0].server.play = someRun(random);
    for (const tab of tabs) speaks(tab, spoken, random);

    for (let step = 0; step < 20; step += 1) {
      const place = Math.floor(random() * 2);
      if (random() < 0.1) {
        shown[place].push(...tabs[place].heard);
        falls(tabs[place], spoken);
        tabs[place] = await reloaded(tabs[place], more);
        speaks(tabs[place], spoken, random);
      } else {
        await happens(tabs[place], random, step);
      }
    }
    for (const tab of tabs) await calmDown(tab);

    assertSpokenWell(spoken, seed);
    for (const [place, tab] of tabs.entries()) {
      const all = [...shown[place], ...tab.heard];
      const seqs = new Set(all.map(({ seq }) => seq));
      const isLast = tab.heard.at(-1)?.seq ?? 0;
      assert.ok(isLast === tab.server.log.length || tab.heard.length === 0, `SEED=${seed}`);
      assert.equal(seqs.size, all.length, `nothing is shown twice, SEED=${seed}`);
    }
    for (const tab of tabs) tab.brain.close();
  }
});

test('an answer of 30 KB arrives complete after half a minute of 500s', async () => {
  const page = await connected({ publishes: true });
  const long = 'long '.repeat(6000);
  page.server.play = async (run) => {
    await run.wait(10_000);
    run.end(long);
  };
  const asking = page.brain.askBrain('one').catch((error) => error);
  await page.clock.pass(5000);

  page.server.cut();
  page.server.publish = (event, { text, ...data }) => {
    page.channels.publish(event, event === 'message' ? { ...data, truncated: true } : data);
  };
  for (const path of ['/api/voiceToBrain', '/api/messages', '/api/status', '/api/stream']) {
    page.server.fail(path, ...Array(8).fill(500));
  }
  await page.clock.pass(180_000);
  await asking;

  assert.deepEqual(texts(page.heard), ['one', long]);
});
