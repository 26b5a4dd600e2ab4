/** The dialog that searches the whole talk, also what is older than the page shows. */

import { button, icon, make, nextId } from '../dom.js';
import { pagedList } from '../lists/pages.js';
import { empty, Loaded, searchField, when } from '../panel.js';
import { t } from '../texts.js';

/** @typedef {import('../resources.js').Resources} Resources */
/** @typedef {import('../../client/types.js').Entry} Entry */
/** @typedef {{entry: Entry, snippet: string}} Found */

const PATH = '/api/messages';
const CLOSE = 'M6 6l12 12M18 6L6 18';

export class TalkSearch {
  #opener;
  #resources;
  #onChoice;
  #found = new Loaded();
  /** @type {HTMLDialogElement | null} */
  #dialog = null;

  /**
   * @param {HTMLElement} opener
   * @param {Resources} resources
   * @param {(seq: number) => void} onChoice of the entry to show
   */
  constructor(opener, resources, onChoice) {
    this.#opener = opener;
    this.#resources = resources;
    this.#onChoice = onChoice;
    opener.addEventListener('click', () => this.#open());
  }

  /** @param {boolean} isOffered */
  offer(isOffered) {
    this.#opener.hidden = !isOffered;
    this.#dialog?.close();
  }

  #open() {
    const title = make('h2', { id: nextId() }, t('search.open'));
    const close = button('', () => dialog.close(), { className: 'round close', ariaLabel: t('panel.close') });
    close.append(icon(CLOSE));
    const field = searchField(t('search.label'), (query) => this.#search(query));
    const head = make('header', { className: 'panel-head' }, title, close);
    const dialog = make('dialog', { className: 'finder' }, head, field, this.#found.element);
    dialog.setAttribute('aria-labelledby', title.id);
    dialog.addEventListener('close', () => dialog.remove());
    this.#found.set(empty(t('search.hint')));
    this.#dialog = dialog;
    document.body.append(dialog);
    dialog.showModal();
    field.querySelector('input')?.focus();
  }

  /** @param {string} query */
  #search(query) {
    if (query === '') return this.#found.set(empty(t('search.hint')));
    const read = async (cursor = '') => {
      const { found, total, nextCursor } = await this.#resources.get(PATH, { query, cursor });
      return { rows: /** @type {Found[]} */ (found), total, nextCursor };
    };
    void this.#found.show(read, (first) =>
      first.rows.length > 0 ? pagedList(first, (one) => this.#item(one), read) : [empty(t('search.none'))],
    );
  }

  /** @param {Found} found */
  #item({ entry, snippet }) {
    const choose = () => {
      this.#dialog?.close();
      this.#onChoice(entry.seq);
    };
    const who = t(entry.role === 'user' ? 'entry.user' : 'entry.say');
    const open = button(snippet, choose, { className: 'open said', dir: 'auto' });
    return make('li', {}, open, make('p', { className: 'facts' }, make('span', {}, who), when(entry.createdAt)));
  }
}
