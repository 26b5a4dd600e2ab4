/** Tools that the front end runs for the brain. Only one tab answers each question. */

import { TOOLS } from './storage.js';
import { isExpired } from './speaking.js';
import { alone } from './tabs.js';
import { pause } from './waiting.js';

/** @typedef {import('./types.js').Answer} Answer */
/** @typedef {import('./types.js').Decision} Decision */
/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').ToolForm} ToolForm */
/** @typedef {import('./types.js').ToolHandler} ToolHandler */

/**
 * @typedef {object} HandlerContext
 * @property {import('./outside.js').World} world
 * @property {Set<unknown>} ours includes the ids of runs that this tab started
 * @property {(questionId: string, decision: Decision) => Promise<Answer>} decide
 */

const MOST_CHARS = 20_000; // of a result; the server accepts no longer one, and no empty one
const OTHERS_FIRST_MS = 2000; // by then the tab that asked has started, if it is open
const UNSURE_MS = 500; // until the next look at whether the server's time is known again

export class Handlers {
  #context;
  /** @type {Map<string, {handler: ToolHandler, form?: ToolForm}>} */
  #byTool = new Map();
  /** @type {Message | null} */
  #open = null; // the question that waits; there is at most one
  /** @type {Map<string, Promise<Answer | null>>} */
  #answers = new Map(); // by the question's id

  /** @param {HandlerContext} context */
  constructor(context) {
    this.#context = context;
  }

  /**
   * @param {string} tool
   * @param {ToolHandler} handler
   * @param {ToolForm} [form] describes the tool to the brain, with each text
   * @returns {() => void}
   */
  on = (tool, handler, form) => {
    this.#byTool.set(tool, { handler, form: form && { name: tool, ...form } });
    this.#begin();
    return () => this.#byTool.delete(tool);
  };

  /** The tools that the brain may use, as described to it. */
  get forms() {
    return [...this.#byTool.values()].flatMap(({ form }) => form ?? []);
  }

  /**
   * @param {import('./types.js').Entry} entry
   * @param {boolean} isNew
   */
  receive(entry, isNew) {
    if (entry.role === 'user') {
      if (entry.decision?.questionId === this.#open?.id) this.#open = null;
    } else if (isNew && entry.question?.for === 'client') {
      this.#open = entry;
      this.#begin();
    }
  }

  /**
   * The answer to a question for a handler of this tab; null = another tab answers it.
   * @param {Message | null} message
   * @returns {Promise<Answer | null> | undefined} undefined: there is no handler for it
   */
  answerTo(message) {
    if (message) this.receive(message, true); // the log may not have it yet
    return this.#answers.get(message?.id ?? '');
  }

  #begin() {
    const question = this.#open;
    const handler = this.#byTool.get(question?.question?.tool ?? '')?.handler;
    if (!question || !handler || this.#answers.has(question.id)) return;
    const answer = this.#answer(question, handler);
    answer.catch(() => {}); // askBrain waits for it too, and rejects
    this.#answers.set(question.id, answer);
  }

  /**
   * @param {Message} message
   * @param {ToolHandler} handler
   */
  async #answer(message, handler) {
    const { world, ours, decide } = this.#context;
    if (!ours.has(message.runId)) await pause(world, OTHERS_FIRST_MS);
    while (world.clock.isSure === false) await pause(world, UNSURE_MS);
    if (this.#open?.id !== message.id || isExpired(message, world.clock.now())) return null;
    const take = () => world.userStorage.take(TOOLS, message.seq);
    if (!(await alone(world, TOOLS, take))) return null;
    return decide(message.id, { verdict: 'answer', text: await outcome(handler, message) });
  }
}

/**
 * @param {ToolHandler} handler
 * @param {Message} message
 */
async function outcome(handler, message) {
  try {
    const result = await handler(message.question?.arguments ?? {}, message);
    const text = typeof result === 'string' ? result : JSON.stringify(result ?? null);
    return text.slice(0, MOST_CHARS) || '""';
  } catch (error) {
    const { message: why = error } = /** @type {Partial<Error>} */ (error ?? {});
    return `Failed: ${why}`; // the brain reports it to the user
  }
}
