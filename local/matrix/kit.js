/** The real client in Node, on the real stack, over a connection that can be cut. */

import { connect as dial, createServer } from 'node:net';

import VendorPusher from 'pusher-js';

import { connect } from '../../public/brain.js';

const HOST = '127.0.0.1';
const HELD_S = 30; // how long the model's server lets us wait for a gate

/** A proxy to a local port. While it is cut, connections are closed as soon as they open. */
export class Line {
  #server;
  #ends = new Set();
  #isCut = false;

  /** @param {number} port */
  constructor(port) {
    this.#server = createServer((near) => {
      if (this.#isCut) return void near.destroy();
      const far = dial(port, HOST);
      for (const [end, other] of [
        [near, far],
        [far, near],
      ]) {
        this.#ends.add(end);
        end.on('error', () => {}); // after any error the socket closes
        end.on('close', () => {
          this.#ends.delete(end);
          other.destroy();
        });
        end.pipe(other);
      }
    });
  }

  /** @returns {Promise<number>} the port of this side */
  begin() {
    return new Promise((resolve) => {
      this.#server.listen(0, HOST, () => resolve(this.#server.address().port));
    });
  }

  cut() {
    this.#isCut = true;
    for (const end of this.#ends) end.destroy();
  }

  mend() {
    this.#isCut = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }
}

/** A user's second device, over connections that are never cut. */
export class Person {
  constructor({ url, model }, { token, word }) {
    Object.assign(this, { url, model, token, word });
  }

  async script(...answers) {
    await sent(`${this.model}/_local/script`, { match: this.word, answers });
  }

  /** The name of a gate for this user, in an answer of the model. */
  gate(name) {
    return `${this.word}-${name}`;
  }

  async open(...names) {
    for (const name of names) await sent(`${this.model}/_local/gates/${this.gate(name)}`, {});
  }

  async reached(name) {
    await got(`${this.model}/_local/gates/${this.gate(name)}?timeout=${HELD_S}`);
  }

  async ask(text, patience = 0) {
    const headers = { Authorization: `Bearer ${this.token}` };
    await sent(`${this.url}/api/voiceToBrain`, { text: `${text} ${this.word}`, patience }, headers);
  }

  async log() {
    const headers = { Authorization: `Bearer ${this.token}` };
    return (await (await got(`${this.url}/api/messages?limit=500`, headers)).json()).messages;
  }

  /** Wait until the log has this many entries. */
  async logged(count) {
    while ((await this.log()).length < count) await new Promise((again) => setTimeout(again, 50));
  }
}

const calling = (name, message, more) => ({ calls: [{ name, arguments: { message } }], ...more });

/** Answers of the model: one that continues, and a final one. */
export const steps = (message, more) => calling('sayToUserAndContinue', message, more);
export const says = (message, more) => calling('sayToUserAndQuit', message, more);

/** A user's page, and what it has received. */
export class Page {
  heard = [];
  answers = [];
  shown = ''; // the part of the answer shown so far
  state = null;
  brain;
  #lines;
  #looks = new Set();

  /**
   * @param {Person} person
   * @param {{channelPort: number, road?: string | null}} how
   */
  static async of(person, { channelPort, ...options }) {
    const page = new Page();
    page.#lines = [new Line(Number(new URL(person.url).port)), new Line(channelPort)];
    const [port, wsPort] = await Promise.all(page.#lines.map((line) => line.begin()));
    page.brain = await connect({
      baseUrl: `http://${HOST}:${port}`,
      token: person.token,
      Pusher: class extends VendorPusher {
        constructor(key, settings) {
          super(key, { ...settings, wsPort });
        }
      },
      storage: memory(),
      locks: null,
      BroadcastChannel: null,
      ...options,
    });
    page.#listen();
    return page;
  }

  #listen() {
    this.brain.onMessage((entry) => this.#look(this.heard.push(entry)));
    this.brain.onPiece(({ kind, text }) => this.#look((this.shown += kind === 'content' ? text : '')));
    this.brain.onState((state) => this.#look((this.state = state)));
  }

  #look() {
    for (const look of this.#looks) look();
  }

  /** Whether this road is delivering updates. */
  isOn(road) {
    return this.state.road === road;
  }

  /** @returns {Promise<void>} once the condition holds; it is checked after each update */
  until(holds) {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  ask(text, options) {
    const note = (answer) => this.#look(this.answers.push(answer));
    this.brain.askBrain(text, options).then(note, (error) => note({ state: `${error}` }));
  }

  cut() {
    for (const line of this.#lines) line.cut();
  }

  mend() {
    for (const line of this.#lines) line.mend();
  }

  close() {
    this.brain.close();
    for (const line of this.#lines) line.close();
  }
}

/** Fail with the current step if the work takes too long. */
export async function within(seconds, page, work) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const { state, heard, answers } = page() ?? {};
      const at = [state?.connection, state?.road, `${heard?.length} heard`, answers?.length];
      reject(new Error(`not done in ${seconds} s: ${at}`));
    }, seconds * 1000);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

/** The fields in which list and log must agree. */
export const bare = (entries) => JSON.stringify(entries.map(({ seq, id, text }) => [seq, id, text]));

/** @returns {Promise<any>} the JSON that this process got on stdin */
export async function taskInput() {
  let text = '';
  for await (const part of process.stdin) text += part;
  return JSON.parse(text);
}

/** Exit once all output is written: kept-alive sockets would keep the process running. */
export function end() {
  process.stdout.write('', () => process.exit(0));
}

export async function sent(url, json, headers = {}) {
  const body = JSON.stringify(json);
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

export async function got(url, headers = {}) {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

function memory() {
  const kept = new Map();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text) };
}
