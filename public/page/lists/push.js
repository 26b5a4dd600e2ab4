/** Notifications on this device while no page is open (Web Push). Nobody is asked before they press the button. */

import { BrainError } from '../../client/errors.js';
import { button, make } from '../dom.js';
import { giveTo, setBusy } from '../focus.js';
import { t } from '../texts.js';
import { refusalInWords } from '../wording.js';

/** @typedef {import('../resources.js').Resources} Resources */
/** @typedef {'unsupported' | 'denied' | 'on' | 'off'} PushState */

/**
 * What the browser has for it.
 * @typedef {object} PushWorld
 * @property {ServiceWorkerContainer} [workers]
 * @property {boolean} canPush
 * @property {{permission: string, requestPermission: () => Promise<string>}} [notifications]
 * @property {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} storage
 */

const PATH = '/api/push';
const WORKER = 'push.js';
/** @type {Record<PushState, keyof typeof import('../texts/en.js').en>} */
const WORDS = {
  on: 'push.on',
  off: 'push.off',
  denied: 'push.denied',
  unsupported: 'push.unsupported',
};
const OWNER = 'second-brain-push'; // who has switched it on in this browser

/** @returns {PushWorld} */
function browser() {
  return {
    workers: navigator.serviceWorker,
    canPush: typeof PushManager !== 'undefined',
    notifications: globalThis.Notification,
    storage: localStorage,
  };
}

/** The notifications of one user in this browser. */
export class DevicePush {
  #resources;
  #userId;
  #world;

  /** @param {Resources} resources @param {string} userId @param {PushWorld} [world] */
  constructor(resources, userId, world = browser()) {
    this.#resources = resources;
    this.#userId = userId;
    this.#world = world;
  }

  /** @returns {Promise<PushState>} */
  async state() {
    const { workers, canPush, notifications } = this.#world;
    if (!workers || !canPush || !notifications) return 'unsupported';
    if (notifications.permission === 'denied') return 'denied';
    return this.#isOwn() && (await this.#current()) ? 'on' : 'off';
  }

  /** Ask the browser, subscribe, and tell the server. Call it in the handler of a press. */
  async turnOn() {
    const { workers, notifications, storage } = this.#world;
    if ((await notifications?.requestPermission()) !== 'granted' || !workers) return;
    await workers.register(WORKER);
    const registration = await workers.ready;
    await this.#send(await this.#subscribe(registration, this.#isOwn()));
    storage.setItem(OWNER, this.#userId);
  }

  /** Tell the server, then end the subscription. */
  async turnOff() {
    const subscription = await this.#current();
    if (subscription && this.#isOwn()) await this.#forget(subscription.endpoint);
    await subscription?.unsubscribe();
    this.#world.storage.removeItem(OWNER);
  }

  /** Send the subscription of a user who has switched it on, as it is now. Never asks, never fails. */
  async keep() {
    const { workers, notifications } = this.#world;
    if (!workers || !this.#isOwn() || notifications?.permission !== 'granted') return;
    try {
      const registration = await workers.getRegistration();
      if (registration) await this.#send(await this.#subscribe(registration, true));
    } catch {
      // With the next page it is tried again.
    }
  }

  /** Keep it whenever the browser has changed it. @returns {() => void} stops that */
  follow() {
    const keep = (/** @type {MessageEvent} */ { data }) => {
      if (data?.type === 'subscription') void this.keep();
    };
    this.#world.workers?.addEventListener('message', keep);
    return () => this.#world.workers?.removeEventListener('message', keep);
  }

  #isOwn() {
    return this.#world.storage.getItem(OWNER) === this.#userId;
  }

  async #current() {
    const registration = await this.#world.workers?.getRegistration();
    return (await registration?.pushManager.getSubscription()) ?? null;
  }

  /**
   * Subscribe with the server's key. A subscription with another key, or of another user, ends.
   * @param {ServiceWorkerRegistration} registration
   * @param {boolean} mayStay
   */
  async #subscribe(registration, mayStay) {
    const { publicKey } = await this.#resources.get(PATH);
    const { pushManager } = registration;
    const current = await pushManager.getSubscription();
    if (current && mayStay && toText(current.options.applicationServerKey) === publicKey) return current;
    await current?.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
  }

  /** @param {PushSubscription} subscription */
  #send(subscription) {
    return this.#resources.put(PATH, subscription.toJSON());
  }

  /** @param {string} endpoint */
  async #forget(endpoint) {
    try {
      await this.#resources.remove(PATH, endpoint, 'endpoint');
    } catch (error) {
      if (!(error instanceof BrainError) || error.status !== 404) throw error; // it is gone
    }
  }
}

/**
 * The state in words, and what the user can do.
 * @param {DevicePush} push
 */
export function pushPart(push) {
  const place = make('div', { className: 'push' });
  const problem = make('p', { className: 'problem', role: 'alert' });
  const draw = async (isPressed = false) => {
    const state = await push.state();
    const words = make('p', { role: 'status' }, t(WORDS[state]));
    const acts = { on: () => push.turnOff(), off: () => push.turnOn(), denied: null, unsupported: null };
    const act = acts[state];
    const look = { className: state === 'on' ? '' : 'filled' };
    const press = act && button(t(state === 'on' ? 'push.turnOff' : 'push.turnOn'), () => void run(act), look);
    place.replaceChildren(words, ...(press ? [make('div', { className: 'choices' }, press)] : []), problem);
    if (isPressed) giveTo(press ?? place);
    /** @param {() => Promise<void>} todo */
    async function run(todo) {
      problem.textContent = '';
      setBusy(/** @type {HTMLButtonElement} */ (press), true);
      try {
        await todo();
      } catch (error) {
        problem.textContent = error instanceof BrainError ? refusalInWords(error) : t('push.failed');
      }
      await draw(true);
    }
  };
  place.tabIndex = -1;
  void draw();
  return place;
}

/** @param {ArrayBuffer | null} key @returns {string} as the server writes it */
function toText(key) {
  const bytes = String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer(0)));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
