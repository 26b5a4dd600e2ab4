/**
 * Replays a log of events through an adapter of `public/voice`, and compares what it does with what
 * the log expects. One line of a log is `{t, dir, ev}`, with `t` in milliseconds:
 *
 *     vendor>page   an event of the vendor, or {closed: code}: the connection is gone
 *     wire          {open: true}; a log without such a line begins with an open connection
 *     brain>page    {message}: an entry of the log; with `http`: the reply to the last question
 *     user>page     {act}
 *     page>vendor   expected: this event is sent, or {connect: true, handle | fresh}
 *     page>brain    expected: {text, callId}: asked; {type: "heard", …}: marked
 *
 * What is expected happens within TOLERANCE_MS, in this order, and nothing else does. Fields that
 * are not named are free. "~ words" must be contained.
 */

import assert from 'node:assert/strict';

import * as gemini from '../../../public/voice/gemini.js';
import * as live from '../../../public/voice/live.js';
import * as realtime from '../../../public/voice/realtime.js';

export const ADAPTERS = { gemini, live, realtime };
const TOLERANCE_MS = 150;
const FREE = ['show', 'hangUp'];

/** Freeze a value and all that is in it: a change then throws. */
export function frozen(value) {
  if (value && typeof value === 'object') Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

/** Runs an adapter: its clock is called when it asks for it. */
export class Player {
  done = [];
  #adapter;
  #state;
  #wakeMs = null;

  constructor(adapter, options) {
    this.#adapter = adapter;
    this.#state = frozen(adapter.begin(options));
  }

  get state() {
    return this.#state;
  }

  get wakeMs() {
    return this.#wakeMs;
  }

  /** Let time pass, and call the adapter when it wants to be called. */
  until(nowMs) {
    for (let calls = 0; this.#wakeMs !== null && this.#wakeMs <= nowMs; calls += 1) {
      assert.ok(calls < 1000, 'the adapter asks for a time that has passed');
      this.give({ from: 'clock' }, this.#wakeMs);
    }
  }

  give(input, nowMs) {
    const given = this.#adapter.step(this.#state, frozen(structuredClone(input)), nowMs);
    assert.deepEqual(JSON.parse(JSON.stringify(given.state)), given.state, 'state is plain JSON');
    assert.ok(given.wakeMs === null || given.wakeMs > nowMs, 'it wants to be called in the past');
    this.#state = frozen(given.state);
    this.#wakeMs = given.wakeMs;
    for (const action of given.actions) this.done.push({ t: nowMs, action: frozen(action) });
    return given.actions;
  }
}

/** Replay the lines with the adapter; throws at the first difference. */
export function replay(name, lines) {
  const player = new Player(ADAPTERS[name]);
  const inputs = lines.filter(({ dir }) => /^(vendor>page|wire|brain>page|user>page)$/.test(dir));
  const expected = lines.filter(({ dir }) => dir?.startsWith('page>'));
  if (!lines.some(({ dir }) => dir === 'wire')) player.give({ from: 'wire', open: true }, 0);
  for (const { t, dir, ev } of inputs) {
    player.until(t);
    player.give(inputOf(dir, ev, player.done), t);
  }
  player.until((lines.at(-1).t ?? 0) + TOLERANCE_MS);
  compare(player.done.filter(({ action }) => !FREE.includes(action.do)), expected);
  return player;
}

function inputOf(dir, ev, done) {
  if (dir === 'wire') return { from: 'wire', open: true };
  if (dir === 'user>page') return { from: 'user', act: ev.act };
  if (dir === 'vendor>page' && 'closed' in ev) return { from: 'wire', closed: ev.closed };
  if (dir === 'vendor>page') return { from: 'vendor', event: ev };
  if (!('http' in ev)) return { from: 'brain', entry: ev.message };
  const { http, callId = done.findLast(({ action }) => action.do === 'ask').action.callId, ...reply } = ev;
  return { from: 'reply', callId: reply.message?.callId ?? callId, reply };
}

function compare(done, expected) {
  const shown = done.map(({ t, action }) => `\n  ${t} ${JSON.stringify(action)}`).join('');
  for (const [place, { t, ev }] of expected.entries()) {
    const one = done[place];
    assert.ok(one, `expected at ${t}: ${JSON.stringify(ev)}; there was only${shown}`);
    const plain = plainOf(one.action);
    const why = fault(plain, ev, '');
    assert.equal(why, '', `expected at ${t}: ${JSON.stringify(ev)}; was${shown}`);
    assert.ok(Math.abs(one.t - t) <= TOLERANCE_MS, `expected at ${t}, was at ${one.t}:${shown}`);
  }
  assert.equal(done.length, expected.length, `more than was expected:${shown}`);
  const ids = done.map(({ action }) => action.event?.event_id).filter(Boolean);
  assert.equal(new Set(ids).size, ids.length, `an event id came twice:${shown}`);
}

/** An action in the words of a log. */
function plainOf({ do: what, event, ...more }) {
  if (what === 'send') return event;
  if (what === 'connect') return { connect: true, ...more };
  return what === 'heard' ? { type: 'heard', ...more } : more;
}

/** Where a value differs from the expected one; '' where it does not. */
function fault(value, wanted, path) {
  if (path.endsWith('event_id')) return typeof value === 'string' ? '' : path;
  if (wanted && typeof wanted === 'object') {
    if (!value || typeof value !== 'object') return path || 'kind';
    if (Array.isArray(wanted) && wanted.length !== value.length) return `${path}.length`;
    const faults = Object.entries(wanted).map(([key, one]) => fault(value[key], one, `${path}.${key}`));
    return faults.find(Boolean) ?? '';
  }
  if (typeof wanted === 'string' && wanted.startsWith('~ ')) {
    return bare(value).includes(bare(wanted.slice(2))) ? '' : path;
  }
  if (typeof wanted === 'string' && wanted.startsWith('{')) {
    return JSON.stringify(JSON.parse(value)) === JSON.stringify(JSON.parse(wanted)) ? '' : path;
  }
  return value === wanted ? '' : path;
}

const bare = (text) => `${text}`.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
