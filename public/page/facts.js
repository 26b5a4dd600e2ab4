/** The panel of memory: the facts that the brain remembers, each with a button to delete it. */

import { button, make } from './dom.js';
import { byOthers, confirmButton, empty, list, Loaded, when } from './panel.js';
import { t } from './texts.js';

/** @typedef {import('./resources.js').Resources} Resources */
/** @typedef {{id: string, text: string, source: string, at: string, foreign: boolean}} Fact */

const PATH = '/api/facts';
const PAGE = 50;

/** @param {Resources} resources @returns {import('./panel.js').Panel} */
export function memoryPanel(resources) {
  const facts = new Facts(resources);
  return {
    name: 'memory',
    title: t('panel.memory'),
    open: (body) => facts.open(body),
    refresh: () => facts.refresh(),
  };
}

class Facts {
  #resources;
  #place = new Loaded();
  /** @type {Fact[]} */
  #facts = [];
  /** @type {number | undefined} */
  #nextOffset;

  /** @param {Resources} resources */
  constructor(resources) {
    this.#resources = resources;
  }

  /** @param {HTMLElement} body */
  open(body) {
    body.append(make('p', { className: 'intro' }, t('memory.intro')), this.#place.element);
    this.#place.set();
    void this.#show();
  }

  /** Load the first page again, if it is visible. */
  refresh() {
    if (this.#place.element.isConnected) void this.#show();
  }

  #show(offset = 0) {
    return this.#place.show(
      () => this.#load(offset),
      () => this.#draw(),
    );
  }

  /** @param {number} offset 0 replaces the facts, more appends to them */
  async #load(offset) {
    const page = await this.#resources.get(PATH, { limit: PAGE, offset });
    this.#facts = offset ? [...this.#facts, ...page.facts] : page.facts;
    this.#nextOffset = page.nextOffset;
  }

  #draw() {
    if (this.#facts.length === 0) return [empty(t('memory.none'))];
    const items = list(...this.#facts.map((fact) => this.#item(fact)));
    const offset = this.#nextOffset;
    if (!offset) return [items];
    const more = () => void this.#show(offset);
    return [items, button(t('memory.more'), more, { className: 'plain' })];
  }

  /** @param {Fact} fact */
  #item({ id, text, source, at, foreign }) {
    const forget = confirmButton(t('action.delete'), text, async () => {
      await this.#resources.remove(PATH, id);
      await this.#show();
    });
    const origin = make('span', { className: 'origin', dir: 'auto' }, source);
    const details = make('p', { className: 'facts' }, origin, when(at), byOthers(foreign), forget);
    return make('li', {}, make('p', { className: 'fact', dir: 'auto' }, text), details);
  }
}
