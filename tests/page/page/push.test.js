/** Notifications on this device: what is asked, sent and shown, and the service worker. Browsers in memory. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

import { BrainError } from '../../../public/client/errors.js';
import { DevicePush } from '../../../public/page/lists/push.js';

const KEY = 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8';
const bytes = (text) => Uint8Array.from(Buffer.from(text, 'base64url')).buffer;
let endpoints = 0;

/** A browser's push manager: one subscription at a time. */
class PushManager {
  current = null;
  asked = [];

  async getSubscription() {
    return this.current;
  }

  async subscribe({ userVisibleOnly, applicationServerKey }) {
    assert.equal(userVisibleOnly, true);
    assert.equal(this.current, null, 'another key needs an end of the old subscription');
    const endpoint = `https://web.push.apple.com/${(endpoints += 1)}`;
    this.asked.push(applicationServerKey);
    this.current = {
      endpoint,
      options: { applicationServerKey: bytes(applicationServerKey) },
      toJSON: () => ({ endpoint, keys: { p256dh: 'p', auth: 'a' } }),
      unsubscribe: async () => {
        this.current = null;
        return true;
      },
    };
    return this.current;
  }
}

/** A browser. `answer` is what its user says when it asks. */
class Browser extends EventTarget {
  registration = null;
  registered = [];
  permission = 'default';
  asks = 0;
  stored = new Map();

  constructor(answer = 'granted') {
    super();
    this.answer = answer;
    this.pushManager = new PushManager();
  }

  get ready() {
    return Promise.resolve(this.registration);
  }

  async register(path) {
    this.registered.push(path);
    this.registration ??= { pushManager: this.pushManager };
    return this.registration;
  }

  async getRegistration() {
    return this.registration ?? undefined;
  }

  world() {
    const browser = this;
    return {
      workers: this,
      canPush: true,
      notifications: {
        get permission() {
          return browser.permission;
        },
        requestPermission: async () => {
          this.asks += 1;
          this.permission = this.permission === 'default' ? this.answer : this.permission;
          return this.permission;
        },
      },
      storage: {
        getItem: (name) => this.stored.get(name) ?? null,
        setItem: (name, value) => this.stored.set(name, value),
        removeItem: (name) => this.stored.delete(name),
      },
    };
  }
}

/** The server: what is kept, and what it was asked. */
class Server {
  kept = new Set();
  publicKey = KEY;
  refuses = null;

  async get(path) {
    assert.equal(path, '/api/push');
    if (this.refuses) throw this.refuses;
    return { publicKey: this.publicKey, subscriptions: this.kept.size };
  }

  async put(path, { endpoint }) {
    if (this.refuses) throw this.refuses;
    this.kept.add(endpoint);
  }

  async remove(path, endpoint, name) {
    assert.equal(name, 'endpoint');
    if (this.refuses) throw this.refuses;
    if (!this.kept.delete(endpoint)) throw new BrainError({ status: 404, title: '' });
  }
}

const pushOf = (browser, server, user = 'anna') => new DevicePush(server, user, browser.world());

test('nobody is asked before they press, and nothing is registered', async () => {
  const [browser, server] = [new Browser(), new Server()];
  const push = pushOf(browser, server);
  push.follow();
  await push.keep();
  assert.equal(await push.state(), 'off');
  assert.deepEqual([browser.asks, browser.registered, server.kept.size], [0, [], 0]);
});

test('a press asks, subscribes with the key of the server, and sends the subscription', async () => {
  const [browser, server] = [new Browser(), new Server()];
  const push = pushOf(browser, server);
  await push.turnOn();
  assert.equal(await push.state(), 'on');
  assert.deepEqual(browser.registered, ['push.js']);
  assert.deepEqual(browser.pushManager.asked, [KEY]);
  assert.deepEqual([...server.kept], [browser.pushManager.current.endpoint]);
});

for (const [answer, state] of [['denied', 'denied'], ['default', 'off']]) {
  test(`if the answer is ${answer}, nothing is subscribed, and the state is ${state}`, async () => {
    const [browser, server] = [new Browser(answer), new Server()];
    const push = pushOf(browser, server);
    await push.turnOn();
    assert.equal(await push.state(), state);
    assert.deepEqual([browser.registered, server.kept.size], [[], 0]);
  });
}

test('a browser without workers, push or notifications cannot', async () => {
  const world = new Browser().world();
  for (const lacking of [{ workers: undefined }, { canPush: false }, { notifications: undefined }]) {
    const push = new DevicePush(new Server(), 'anna', { ...world, ...lacking });
    assert.equal(await push.state(), 'unsupported');
    await push.keep();
    push.follow()();
  }
});

test('switched off, it is deleted on the server and in the browser, also if the server has it no more', async () => {
  for (const isKnown of [true, false]) {
    const [browser, server] = [new Browser(), new Server()];
    const push = pushOf(browser, server);
    await push.turnOn();
    if (!isKnown) server.kept.clear();
    await push.turnOff();
    assert.equal(await push.state(), 'off');
    assert.deepEqual([browser.pushManager.current, server.kept.size], [null, 0]);
  }
});

test('what the server does not delete stays on, so that the button can be pressed again', async () => {
  const [browser, server] = [new Browser(), new Server()];
  const push = pushOf(browser, server);
  await push.turnOn();
  server.refuses = new BrainError({ status: 503, title: '' });
  await assert.rejects(push.turnOff());
  assert.equal(await push.state(), 'on');
  server.refuses = null;
  await push.turnOff();
  assert.equal(server.kept.size, 0);
});

test('each page sends the subscription again, without asking, and fails in silence', async () => {
  const [browser, server] = [new Browser(), new Server()];
  await pushOf(browser, server).turnOn();
  server.kept.clear();
  await pushOf(browser, server).keep();
  assert.equal(server.kept.size, 1);
  assert.equal(browser.pushManager.asked.length, 1);
  server.refuses = new BrainError({ status: 503, title: '' });
  await pushOf(browser, server).keep();
  assert.equal(browser.asks, 1);
});

test('with another key of the server, or without its subscription, the browser subscribes again', async () => {
  const [browser, server] = [new Browser(), new Server()];
  const push = pushOf(browser, server);
  await push.turnOn();
  const [first] = server.kept;
  server.publicKey = `${KEY.slice(0, -4)}AAAA`;
  await push.keep();
  assert.notEqual(browser.pushManager.current.endpoint, first);
  assert.deepEqual(browser.pushManager.asked, [KEY, server.publicKey]);
  browser.pushManager.current = null;
  await push.keep();
  assert.equal(browser.pushManager.asked.length, 3);
});

test('a subscription that the browser has changed is sent', async () => {
  const [browser, server] = [new Browser(), new Server()];
  const push = pushOf(browser, server);
  await push.turnOn();
  const stop = push.follow();
  browser.pushManager.current = null;
  const message = () => Object.assign(new Event('message'), { data: { type: 'subscription' } });
  browser.dispatchEvent(message());
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(server.kept.size, 2);
  stop();
  browser.pushManager.current = null;
  browser.dispatchEvent(message());
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(server.kept.size, 2);
});

test('what one user has switched on is not on for another one of the same browser', async () => {
  const [browser, anna, ben] = [new Browser(), new Server(), new Server()];
  await pushOf(browser, anna).turnOn();
  const [annas] = anna.kept;
  const push = pushOf(browser, ben, 'ben');
  assert.equal(await push.state(), 'off');
  await push.keep();
  assert.equal(ben.kept.size, 0);
  await push.turnOn();
  assert.equal(await push.state(), 'on');
  assert.ok(!ben.kept.has(annas), 'the old subscription ended: nothing of Anna is shown any more');
  assert.equal(await pushOf(browser, anna).state(), 'off');
});

// ---- the service worker

const SCOPE = 'https://brain.example/';
const SOURCE = readFileSync(new URL('../../../public/push.js', import.meta.url), 'utf8');

/** The service worker, with these pages open. */
function worker(...urls) {
  const acts = new Map();
  const done = { shown: [], opened: [], focused: [], told: [], subscribed: [] };
  const pages = urls.map((url) => ({
    url,
    focus: () => done.focused.push(url),
    postMessage: (message) => done.told.push([url, message.type]),
  }));
  const self = {
    addEventListener: (name, act) => acts.set(name, act),
    skipWaiting: () => null,
    registration: {
      scope: SCOPE,
      showNotification: async (title, options) => done.shown.push({ title, ...options }),
      pushManager: { subscribe: async (options) => done.subscribed.push(options) },
    },
    clients: {
      claim: async () => null,
      matchAll: async () => pages,
      openWindow: async (url) => done.opened.push(url),
    },
  };
  runInContext(SOURCE, createContext({ self }));
  const happen = async (name, fields = {}) => {
    const waits = [];
    acts.get(name)({ ...fields, waitUntil: (wait) => waits.push(wait) });
    assert.ok(waits.length > 0, 'the browser may end a worker that waits for nothing');
    await Promise.all(waits);
  };
  return { acts, done, happen };
}

test('the worker does push and clicks, and answers no request', () => {
  const { acts } = worker();
  assert.deepEqual([...acts.keys()].sort(), ['activate', 'install', 'notificationclick', 'push', 'pushsubscriptionchange']);
});

test('it shows what was pushed, and something if that cannot be read', async () => {
  const { done, happen } = worker();
  const content = { title: 'Ada', body: 'Two emails.', tag: 'digest', urgent: false };
  const broken = { json: () => JSON.parse('{') };
  await happen('push', { data: { json: () => content } });
  for (const data of [null, broken]) await happen('push', { data });
  const [first, ...others] = done.shown;
  assert.deepEqual(
    [first.title, first.body, first.tag, first.requireInteraction],
    ['Ada', 'Two emails.', 'digest', false],
  );
  assert.deepEqual(others.map(({ title }) => title), ['Second Brain', 'Second Brain']);
});

test('a click closes it and focuses the open page, or opens one', async () => {
  let closed = 0;
  const notification = { close: () => (closed += 1) };
  const open = worker('https://other.example/', `${SCOPE}#documents`);
  await open.happen('notificationclick', { notification });
  assert.deepEqual([open.done.focused, open.done.opened], [[`${SCOPE}#documents`], []]);
  const none = worker('https://other.example/');
  await none.happen('notificationclick', { notification });
  assert.deepEqual([none.done.focused, none.done.opened], [[], [SCOPE]]);
  assert.equal(closed, 2);
});

test('a changed subscription is made again, and open pages are told to send it', async () => {
  const { done, happen } = worker(SCOPE);
  const options = { userVisibleOnly: true, applicationServerKey: bytes(KEY) };
  await happen('pushsubscriptionchange', { oldSubscription: { options } });
  await happen('pushsubscriptionchange', { oldSubscription: { options }, newSubscription: {} });
  await happen('pushsubscriptionchange');
  assert.deepEqual(done.subscribed, [options]);
  assert.deepEqual(done.told, Array(3).fill([SCOPE, 'subscription']));
});
