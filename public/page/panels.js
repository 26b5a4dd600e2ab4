/** The panels beside the conversation: which ones exist and which one is open. */

import { button, byId, icon, make } from './dom.js';
import { documentsPanel } from './documents/panel.js';
import { jobsPanel } from './jobs/panel.js';
import { dataPanel } from './lists/data.js';
import { memoryPanel } from './lists/facts.js';
import { DevicePush } from './lists/push.js';
import { mailboxPanel } from './mail/mailbox.js';
import { notificationsPanel } from './notifications.js';
import { TITLE_ID } from './panel.js';
import { t } from './texts.js';

/** @typedef {import('../client/types.js').Features} Features */
/** @typedef {import('./panel.js').Panel} Panel */
/** @typedef {import('./resources.js').Resources} Resources */

const TALK = 'talk'; // the tab of the conversation, on narrow pages

/** @type {Record<string, string>} */
const ICONS = {
  talk: 'M4 5.5h16v11H10l-4 3.5v-3.5H4z',
  documents: 'M7 3.5h7l4 4v13H7zM14 3.5v4h4M10 12h5M10 16h5',
  mailbox: 'M3.5 6h17v12.5h-17zM3.5 7l8.500 6.500L20.500 7',
  notifications: 'M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15zM10 20.500h4',
  jobs: 'M4 6.500h7v5h-7zM13 6.500h7v5h-7zM8.500 14h7v5h-7z',
  data: 'M5 6.500c0-3.500 14-3.500 14 0s-14 3.500-14 0v11c0 3.500 14 3.500 14 0v-11M5 12c0 3.500 14 3.500 14 0',
  memory: 'M12 4.500c-2-2-6.500-.5-6 3.500-2.500 1-2.500 5 0 6-.5 4 4 6 6 4zM12 4.500c2-2 6.500-.5 6 3.500 2.500 1 2.500 5 0 6 .5 4-4 6-6 4zM12 4.500v13.500',
};

export class Panels {
  #nav = byId('panels');
  #place = byId('panel');
  /** @type {Map<string, Panel>} */
  #panels = new Map();
  /** @type {Map<string, HTMLElement>} */
  #buttons = new Map();
  /** @type {string | null} */
  #open = null;
  #isStale = false; // something has come since the open panel was loaded
  /** @type {ReturnType<typeof jobsPanel> | null} */
  #jobs = null;
  #unfollow = () => {};

  constructor() {
    this.#place.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#choose(null);
    });
    this.#place.addEventListener('scroll', () => this.#isStale && this.#refresh());
    addEventListener('hashchange', () => this.#follow());
  }

  /**
   * Show the panels that this user has.
   * @param {Features} features
   * @param {Resources} resources
   * @param {import('./jobs/panel.js').Minds} minds
   */
  begin(features, resources, minds) {
    const { documents, email, memory, jobs, push, local = false } = features;
    const device = push ? new DevicePush(resources, minds.brain.session.userId) : null;
    this.#unfollow();
    this.#unfollow = device?.follow() ?? this.#unfollow;
    void device?.keep();
    this.#jobs = jobs ? jobsPanel(minds) : null;
    const all = [
      documents && documentsPanel(resources, minds.brain),
      email && mailboxPanel(resources, local),
      (memory || device) && notificationsPanel(resources, device, memory), // its settings need the same database
      memory && memoryPanel(resources),
      this.#jobs,
      dataPanel(resources, minds.brain.session.userId),
    ];
    this.#close();
    this.#panels.clear();
    this.#buttons.clear();
    for (const panel of all) if (panel) this.#panels.set(panel.name, panel);
    const tabs = [[TALK, t('panel.talk')], ...[...this.#panels].map(([name, { title }]) => [name, title])];
    this.#nav.replaceChildren(...tabs.map(([name, title]) => this.#tab(name, title)));
    this.#nav.hidden = this.#panels.size === 0;
    this.#follow();
  }

  /** Show the form of a rehearsal. @param {string} scenario its id */
  rehearse(scenario) {
    this.#choose('jobs');
    this.#jobs?.rehearse(scenario);
  }

  /** Show the talk, where a panel takes its place. */
  showTalk() {
    if (this.#open && !byId('scroll').checkVisibility()) this.#choose(null);
  }

  /** A message arrived: refresh the open panel, and mark the conversation's tab if it is hidden. */
  notifyMessage() {
    this.#buttons.get(TALK)?.toggleAttribute('data-news', this.#open !== null);
    this.#isStale = true;
    // Do not disturb a user who works in the panel.
    const isBusy = this.#place.querySelector('.panel-body')?.contains(document.activeElement);
    if (!isBusy) this.#refresh();
  }

  /** Load the first page again, unless the user reads further down: then once they are back. */
  #refresh() {
    if (this.#place.scrollTop > 0) return;
    this.#isStale = false;
    this.#panels.get(this.#open ?? '')?.refresh();
  }

  /** @param {string} name @param {string} title */
  #tab(name, title) {
    const act = () => this.#choose(name === TALK || name === this.#open ? null : name);
    const tab = button('', act, { className: `tab ${name}` });
    tab.append(icon(ICONS[name]), make('span', {}, title));
    this.#buttons.set(name, tab);
    return tab;
  }

  /** Open the panel in the URL's hash, so that a reload or going back opens it. */
  #follow() {
    const name = location.hash.slice(1);
    this.#show(this.#panels.has(name) ? name : null);
  }

  /** @param {string | null} name */
  #choose(name) {
    const was = this.#open;
    history.replaceState(null, '', name ? `#${name}` : location.pathname + location.search);
    this.#show(name);
    if (name) this.#place.querySelector('h2')?.focus();
    else if (was) this.#buttons.get(was)?.focus();
  }

  /** @param {string | null} name */
  #show(name) {
    if (name !== this.#open) this.#close();
    const panel = name && name !== this.#open ? this.#panels.get(name) : null;
    this.#open = name;
    document.body.dataset.open = name ?? TALK;
    this.#place.hidden = !name;
    if (!name) this.#buttons.get(TALK)?.removeAttribute('data-news');
    for (const [one, tab] of this.#buttons) tab.ariaPressed = `${one === (name ?? TALK)}`;
    if (panel) this.#fill(panel);
  }

  /** @param {Panel} panel */
  #fill(panel) {
    const body = make('div', { className: 'panel-body' });
    const title = make('h2', { tabIndex: -1, id: TITLE_ID }, panel.title);
    const close = button('', () => this.#choose(null), {
      className: 'round close',
      ariaLabel: t('panel.close'),
    });
    close.append(icon('M6 6l12 12M18 6L6 18'));
    this.#place.replaceChildren(make('header', { className: 'panel-head' }, title, close), body);
    panel.open(body);
  }

  #close() {
    this.#panels.get(this.#open ?? '')?.close?.();
    this.#isStale = false;
    this.#place.replaceChildren();
    this.#open = null;
  }
}
