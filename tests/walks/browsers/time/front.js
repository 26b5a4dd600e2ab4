/**
 * A front end in Node: the real client against the real functions, over time. Its argument names
 * what it does; what came of it is its last line, as JSON.
 */

import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const { BRAIN: baseUrl, SECRET = '', USER: user = '', LIFE_S = '6', SKEW_MS = '0' } = process.env;
const LIFE_MS = Number(LIFE_S) * 1000;
const RealDate = Date;
let skewMs = Number(SKEW_MS);

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length > 0) super(...given);
    else super(RealDate.now() + skewMs);
  }

  static now = () => RealDate.now() + skewMs;
};

const { connect } = await import('../../../../public/brain.js');
const asked = []; // requests that were answered: path and status

/** A token of the app. */
function tokenOf(sub, lifeMs = LIFE_MS) {
  const part = (content) => Buffer.from(JSON.stringify(content)).toString('base64url');
  const exp = Math.ceil((RealDate.now() + lifeMs) / 1000);
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub, exp })}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

async function noting(address, init) {
  const beganMs = performance.now();
  const response = await fetch(address, init);
  const { pathname: path } = new URL(address);
  const tookMs = Math.round(performance.now() - beganMs);
  asked.push({ path, status: response.status, tookMs, atMs: Math.round(beganMs) });
  return response;
}

async function front(options) {
  const states = [];
  const brain = await connect({ baseUrl, fetch: noting, Pusher: null, language: null, ...options });
  const log = [];
  brain.onMessage((entry) => log.push(entry.text));
  brain.onState((state) => states.push(state));
  return { brain, states, log };
}

const told = (error) => ({ name: error.name, status: error.status, detail: error.detail });
const sessions = () => asked.filter(({ path }) => path === '/api/session').length;
const refused = () => asked.filter(({ status }) => status === 401);

async function until(is, ms = 60_000) {
  const endMs = performance.now() + ms;
  while (!is()) {
    if (performance.now() > endMs) throw new Error('It did not come.');
    await sleep(50);
  }
}

const DOES = {
  /** Tokens of six seconds: five lives long. */
  async stays() {
    let calls = 0;
    const token = async () => ((calls += 1), tokenOf(user));
    const { brain, states, log } = await front({ token, road: process.env.ROAD });
    await sleep(5 * LIFE_MS);
    const found = { calls, sessions: sessions() };
    await brain.askBrain(`hello ${process.env.WORD}`);
    await until(() => log.includes('Still here.')); // the functions may be slow to start
    const lost = states.filter(({ problem }) => problem).length;
    return { ...found, refused: refused(), lost };
  },

  /** A plain string, until the server refuses it. */
  async expires() {
    const { brain, states } = await front({ token: tokenOf(user) });
    await until(() => states.at(-1).problem);
    const problem = states.at(-1).problem;
    const error = await brain.askBrain('am I owner?').catch(told);
    const again = await brain.askBrain('and now?').catch(told);
    await sleep(8000);
    const after = states.at(-1).problem;
    return { problem: told(problem), error, again, stays: after === problem, sessions: sessions() };
  },

  /** The app's function gives the token of somebody else. */
  async changes() {
    const seen = [];
    let calls = 0;
    const token = () => tokenOf((calls += 1) === 1 ? user : `${user}-other`);
    const onSession = ({ userId }) => seen.push(userId);
    const { brain, states, log } = await front({ token, onSession });
    await until(() => states.at(-1).problem);
    const error = await brain.askBrain('for the first').catch(told);
    return { problem: told(states.at(-1).problem), error, seen, log, userId: brain.session.userId };
  },

  /** The process is stopped from outside, for longer than a token lives. */
  async sleeps() {
    const token = () => tokenOf(user);
    const { brain, states, log } = await front({ token });
    const beganMs = performance.now();
    console.log('ready');
    await until(() => performance.now() - beganMs > 15_000);
    await brain.askBrain(`hello ${process.env.WORD}`);
    await until(() => log.includes('Good morning.'));
    const lost = states.filter(({ problem }) => problem?.status === 401).length;
    return { lost, problem: states.at(-1).problem };
  },

  /** Nothing was given: the deployment's own token is kept, and traded after a reload. */
  async signed() {
    const first = (await front({})).brain.session;
    await sleep(1500);
    const later = (await front({ token: first.token })).brain.session;
    const isLater = RealDate.parse(later.expiresAt) > RealDate.parse(first.expiresAt);
    const own = await front({ token: tokenOf(user, 60_000) });
    const exp = JSON.parse(Buffer.from(own.brain.session.token.split('.')[1], 'base64url')).exp;
    const isKept = RealDate.parse(own.brain.session.expiresAt) === exp * 1000;
    return { isLater, isSame: later.userId === first.userId, isKept };
  },

  /** A device with a wrong clock, which may be set while it is connected. */
  async skewed() {
    const { brain } = await front({ token: tokenOf(user, 600_000) });
    const spoken = [];
    brain.onSpeak(({ text }, done) => {
      spoken.push(text);
      done('played');
    });
    brain.onTool('whereAmI', () => 'Wien', { description: 'where the user is' });
    if (process.env.SET_MS) skewMs = Number(process.env.SET_MS);
    // For as long as it takes: the functions may be slow to start.
    const { forVoiceAgent } = await brain.askBrain(`where? ${process.env.WORD}`, { patience: 0 });
    await until(() => spoken.includes('You are in Wien.'));
    const aheadMs = Math.round(brain.now() - RealDate.now());
    return { forVoiceAgent, spoken, aheadMs };
  },
};

console.log(JSON.stringify(await DOES[process.argv[2]]()));
process.exit(0);
