/**
 * Jobs, agents and scenarios: the part of the client that is loaded when it is first used. It
 * imports no errors, so that the bundled client and this file have one class of each.
 */

import { newMessageId } from '../ids.js';
import { pauseBeforeRetry } from '../pace.js';
import { pause } from '../waiting.js';
import { follow } from './follow.js';

export { outsideOfMind } from './outside.js';

/** @typedef {import('../outside.js').Outside} Outside */
/** @typedef {import('../gateway.js').Gateway} Gateway */
/** @typedef {{world: Outside, gateway: Gateway}} Parts */

const MOST_ATTEMPTS = 4; // of a start whose answer was lost; its key makes it one job
const FIRST_BYTES_MS = 10_000;
const STATUS_OF_NO_ANSWER = [0, 500, 502, 503, 504];

/**
 * Make one of the calls.
 * @param {Parts} parts
 * @param {string} group
 * @param {string} name
 * @param {any[]} given
 */
export function call(parts, group, name, given) {
  return callsOf(parts)[group][name](...given);
}

/**
 * The calls by their groups.
 * @param {Parts} parts
 * @returns {Record<string, Record<string, (...given: any[]) => any>>}
 */
function callsOf(parts) {
  const { world } = parts;
  const ask = asking(parts);
  const starting = (/** @type {string} */ path) => (/** @type {object} */ order) => start(parts, path, order);
  return {
    jobs: {
      list: async (limit = 20) => (await ask(`/api/jobs?limit=${limit}`)).jobs,
      start: starting('/api/jobs'),
      status: (id) => ask(at(id, 'status')),
      follow: (id, listener, signal) => follow(parts, at(id, 'status'), listener, signal),
      report: (id) => ask(at(id, 'report')),
      stop: (id, mind) => ask(at(id, 'stop'), { json: { mind } }),
      pause: (id) => ask(at(id, 'pause'), { json: {} }),
      resume: (id) => ask(at(id, 'resume'), { json: {} }),
      say: (to, text, messageId = newMessageId(world.random)) =>
        ask('/api/voiceToBrain', { json: { ...to, text, messageId } }),
      label: (id, label) => ask(at(id, 'labels'), { json: label }),
      steps: async (id, run) => (await ask(`${at(id, 'steps')}?run=${run}`)).steps,
      remove: (id) => ask(withId('/api/jobs', id), { method: 'DELETE' }),
    },
    battles: { start: starting('/api/battles/start') },
    rehearsals: { start: starting('/api/scale/start') },
    agents: {
      list: () => listed(ask, 'agents'),
      get: (id) => ask(withId('/api/agents', id)),
      put: (id, json, version) =>
        ask(withId('/api/agents', id), { method: 'PUT', json, headers: ifMatch(version) }),
      remove: (id) => ask(withId('/api/agents', id), { method: 'DELETE' }),
    },
    scenarios: {
      list: () => listed(ask, 'scenarios'),
      get: (id) => ask(withId('/api/scenarios', id)),
      create: (json) => ask('/api/scenarios', { json }),
      put: (id, json) => ask(withId('/api/scenarios', id), { method: 'PUT', json }),
      remove: (id) => ask(withId('/api/scenarios', id), { method: 'DELETE' }),
    },
    texts: { assist: (...given) => assist(parts, .../** @type {[string, string]} */ (given)) },
  };
}

/** @param {Parts} parts */
function asking({ gateway }) {
  return async (/** @type {string} */ path, /** @type {import('../http.js').Call} */ request = {}) =>
    (await gateway.call(path, request)).body;
}

/**
 * Read a list to its end.
 * @param {(path: string) => Promise<any>} ask
 * @param {string} name
 */
async function listed(ask, name) {
  const found = [];
  let cursor = '';
  do {
    const page = await ask(`/api/${name}${cursor && `?cursor=${cursor}`}`);
    found.push(...page[name]);
    cursor = page.nextCursor ?? '';
  } while (cursor);
  return found;
}

/**
 * Start a job. If no answer arrives, it is sent again with the same key, which makes one job.
 * @param {Parts} parts
 * @param {string} path
 * @param {object} order
 */
async function start(parts, path, order) {
  const { world } = parts;
  const json = { key: newMessageId(world.random), ...order };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await asking(parts)(path, { json });
    } catch (error) {
      const { status, retryAfterMs } = /** @type {import('../errors.js').BrainError} */ (error);
      if (attempt === MOST_ATTEMPTS || !STATUS_OF_NO_ANSWER.includes(status)) throw error;
      await pause(world, pauseBeforeRetry(attempt, world.random, retryAfterMs));
    }
  }
}

/**
 * @param {Parts} parts
 * @param {string} instructions
 * @param {string} ask
 * @param {import('./types.js').AssistOptions} [options]
 */
async function assist({ gateway }, instructions, ask, { history, onText = () => {}, signal } = {}) {
  /** @type {any} */
  let done = null;
  /** @type {any} */
  let failure = null;
  await gateway.call('/api/promptbro/assist', {
    json: { instructions, ask, history },
    signal,
    limitMs: FIRST_BYTES_MS,
    onEvent: ({ event, data }) => {
      const what = JSON.parse(data);
      if (event === 'content') onText(what.text);
      if (event === 'error') failure = what;
      if (event === 'done') done = what;
      return done !== null || failure !== null;
    },
  });
  if (done) return done;
  throw Object.assign(new Error(failure?.title ?? 'The answer was cut off'), { status: 0, title: '', ...failure });
}

/** @param {string} id @param {string} what */
function at(id, what) {
  return `/api/jobs/${encodeURIComponent(id)}/${what}`;
}

/** @param {string} path @param {string} id */
function withId(path, id) {
  return `${path}?id=${encodeURIComponent(id)}`;
}

/** @param {number} [version] @returns {Record<string, string>} */
function ifMatch(version) {
  return version === undefined ? {} : { 'If-Match': `${version}` };
}
