/** Random histories of each vendor: no message is said twice, none is lost, nothing is sent in vain. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { seeded, someSeed } from '../kit.js';
import { message, news, step, withdrawal } from './lines.js';
import { ADAPTERS, Player } from './replay.js';
import { Gemini, Live, Realtime } from './vendors.js';

const HISTORIES = 60;
const LENGTH_MS = 20_000;
const CALM_MS = 120_000; // then all that can be said has been

/** A brain, a user and a vendor around an adapter, in a time of their own. */
class World {
  asked = [];
  marks = [];
  #nowMs = 0;
  #agenda = [];
  #seq = 1;
  #player;

  constructor(name, Vendor, random) {
    this.random = random;
    this.#player = new Player(ADAPTERS[name]);
    this.vendor = new Vendor(this);
  }

  now = () => this.#nowMs;

  next = () => (this.#seq += 1);

  later(ms, act) {
    this.#agenda.push({ ms: this.#nowMs + ms, act, place: this.next() });
  }

  give(input) {
    for (const action of this.#player.give(input, this.#nowMs)) this.#do(action);
  }

  /** Let all happen that is planned until then, in its order. */
  until(endMs) {
    for (;;) {
      this.#agenda.sort((one, other) => one.ms - other.ms || one.place - other.place);
      const wakeMs = this.#player.wakeMs ?? Infinity;
      const ms = Math.min(this.#agenda[0]?.ms ?? Infinity, wakeMs);
      if (ms > endMs) break;
      this.#nowMs = ms;
      if (this.#agenda[0]?.ms === ms) this.#agenda.shift().act();
      else this.give({ from: 'clock' });
    }
    this.#nowMs = endMs;
  }

  #do(action) {
    if (action.do === 'send') this.vendor.take(action.event);
    if (action.do === 'heard') this.marks.push(action);
    if (action.do === 'ask') this.asked.push(action);
    if (action.do === 'connect') this.later(200, () => this.vendor.open());
    assert.notEqual(action.do, 'hangUp');
  }
}

/** A text of its own for each message. */
const wordsOf = (seq) => ['one', 'two', 'three', 'four', 'five'].map((word) => `${word}${seq}`).join(' ');

/** Messages that must be said, in a random history. */
function live(world) {
  const { random, vendor } = world;
  const due = new Map();
  const withdrawn = new Set();
  const tell = (entry) => world.give({ from: 'brain', entry });
  const add = (make, ...more) => {
    const seq = world.next();
    due.set(seq, make(seq, wordsOf(seq), ...more));
    return due.get(seq);
  };
  let answered = 0;
  const answerNext = () => {
    const { callId } = world.asked[answered];
    answered += 1;
    const reply = { runId: `run-${callId}`, seq: 1 };
    if (random() < 0.3) {
      world.give({ from: 'reply', callId, reply: { ...reply, message: null, state: 'running' } });
      if (random() < 0.5) tell(step(world.next(), 'I am at it.', callId));
      world.later(random() * 3000, () => tell(add(message, { callId })));
      return;
    }
    const answer = add(message, { callId });
    const both = [() => world.give({ from: 'reply', callId, reply: { ...reply, message: answer, state: 'done' } }), () => tell(answer)];
    if (random() < 0.5) both.reverse();
    both[0]();
    world.later(random() * 200, both[1]);
  };
  const acts = [
    () => vendor.isOpen && vendor.call(`c${world.next()}`, 'Where is it?'),
    () => answered < world.asked.length && answerNext(),
    () => answered < world.asked.length && answerNext(),
    () => tell(add(news)),
    () => vendor.isOpen && vendor.talk(),
    () => vendor.isOpen && random() < 0.3 && vendor.lose(),
    () => {
      const entry = add(news);
      withdrawn.add(entry.seq);
      tell(withdrawal(world.next(), entry.seq)); // overtakes what it takes back
      tell(entry);
    },
  ];
  vendor.open();
  for (let ms = 0; ms < LENGTH_MS; ms += 50 + random() * 900) {
    world.until(ms);
    acts[Math.floor(random() * acts.length)]();
  }
  world.until(LENGTH_MS);
  while (answered < world.asked.length) answerNext();
  world.until(LENGTH_MS + CALM_MS);
  return { due: [...due.keys()].filter((seq) => !withdrawn.has(seq)), withdrawn };
}

for (const [name, Vendor] of Object.entries({ realtime: Realtime, live: Live, gemini: Gemini })) {
  test(`${name}: in any history each message is said once`, () => {
    const first = someSeed();
    for (let seed = first; seed < first + HISTORIES; seed += 1) {
      const world = new World(name, Vendor, seeded(seed));
      const { due, withdrawn } = live(world);
      const about = `SEED=${seed}`;

      assert.deepEqual(world.vendor.faults, [], about);
      const said = world.vendor.said.filter((seq) => !Number.isNaN(seq));
      const marked = world.marks.map(({ seq }) => seq);
      assert.deepEqual(said.filter((seq) => withdrawn.has(seq)), [], about);
      const isTwice = (seq, place, all) => all.indexOf(seq) !== place;
      assert.deepEqual(marked.filter(isTwice), [], about);
      assert.deepEqual(said.filter(isTwice), [], about);
      const silent = due.filter((seq) => !said.includes(seq) && !marked.includes(seq));
      assert.deepEqual(silent, [], about);
      const callIds = world.asked.map(({ callId }) => callId);
      assert.deepEqual(callIds.filter(isTwice), [], about);
    }
  });
}
