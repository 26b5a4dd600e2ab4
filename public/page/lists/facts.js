/** The panel of memory: the facts that the brain remembers and the reminders, each with a button to delete it. */

import { make } from '../dom.js';
import { pagedList, readPage } from './pages.js';
import { Reminders } from './reminders.js';
import { byOthers, confirmButton, empty, Loaded, when } from '../panel.js';
import { t } from '../texts.js';

/** @typedef {import('../resources.js').Resources} Resources */
/** @typedef {{id: string, text: string, source: string, at: string, foreign: boolean}} Fact */

const PATH = '/api/facts';

/** @param {Resources} resources @returns {import('../panel.js').Panel} */
export function memoryPanel(resources) {
  const lists = [new Facts(resources), new Reminders(resources)];
  return {
    name: 'memory',
    title: t('panel.memory'),
    open: (body) => lists.forEach((one) => one.open(body)),
    refresh: () => lists.forEach((one) => one.refresh()),
  };
}

class Facts {
  #resources;
  #place = new Loaded();

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
    this.#place.refresh();
  }

  #show() {
    const read = (cursor = '') => readPage(this.#resources, PATH, 'facts', { cursor });
    return this.#place.show(read, (first) =>
      first.rows.length > 0
        ? pagedList(first, (/** @type {Fact} */ fact) => this.#item(fact), read)
        : [empty(t('memory.none'))],
    );
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
