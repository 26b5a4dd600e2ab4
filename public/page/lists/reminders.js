/** The reminders that are set, in the panel of memory: the next one to come first. */

import { make } from '../dom.js';
import { byOthers, confirmButton, empty, Loaded } from '../panel.js';
import { t, timeInWords } from '../texts.js';
import { pagedList, readPage } from './pages.js';

/** @typedef {import('../resources.js').Resources} Resources */
/** @typedef {{id: string, text: string, at: string, foreign: boolean}} Reminder */

const PATH = '/api/reminders';
/** @type {Intl.DateTimeFormatOptions} */
const WHEN = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' };

export class Reminders {
  #resources;
  #place = new Loaded();

  /** @param {Resources} resources */
  constructor(resources) {
    this.#resources = resources;
  }

  /** @param {HTMLElement} body */
  open(body) {
    body.append(make('section', {}, make('h3', {}, t('reminders.title')), this.#place.element));
    this.#place.set();
    void this.#show();
  }

  /** Load the first page again, if it is visible. */
  refresh() {
    this.#place.refresh();
  }

  #show() {
    const read = (cursor = '') => readPage(this.#resources, PATH, 'reminders', { cursor });
    return this.#place.show(read, (first) =>
      first.rows.length > 0
        ? pagedList(first, (/** @type {Reminder} */ one) => this.#item(one), read)
        : [empty(t('reminders.none'))],
    );
  }

  /** @param {Reminder} reminder */
  #item({ id, text, at, foreign }) {
    const remove = confirmButton(t('action.delete'), text, async () => {
      await this.#resources.remove(PATH, id);
      await this.#show();
    });
    const due = make('time', { dateTime: at }, timeInWords(new Date(at), WHEN));
    const details = make('p', { className: 'facts' }, due, byOthers(foreign), remove);
    return make('li', {}, make('p', { className: 'fact', dir: 'auto' }, text), details);
  }
}
