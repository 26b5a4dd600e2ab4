/** The panel of documents: list, search, read, delete, write and upload. */

import { refusalInWords } from '../wording.js';
import { OpenDocument } from './open.js';
import { atMost, button, field, make } from '../dom.js';
import { setBusy } from '../focus.js';
import {
  byOthers,
  empty,
  focusPanel,
  Loaded,
  searchField,
  when,
} from '../panel.js';
import { pagedList, readPage } from '../lists/pages.js';
import { optionalText, t } from '../texts.js';
import { ENDINGS, fileObjection, keyOf, typeOf } from './uploads.js';

/** @typedef {import('../resources.js').Resources} Resources */
/** @typedef {{id: string, title: string, updatedAt: string, foreign: boolean}} Known */
/** @typedef {Known & {snippet: string}} Listed */
/** @typedef {import('../../client/types.js').DocumentNews} DocumentNews */

const PATH = '/api/documents';
const POLL_MS = 10_000; // while no road reports changes
const SETTLED_MS = 3000; // after a road has opened; the server subscribes within two seconds

/**
 * @param {Resources} resources
 * @param {import('../../client/types.js').Brain} brain reports changes
 * @returns {import('../panel.js').Panel}
 */
export function documentsPanel(resources, brain) {
  const found = new Loaded();
  /** @type {(() => void)[]} */
  let undo = [];
  return {
    name: 'documents',
    title: t('panel.documents'),
    open(body) {
      const documents = new Documents(resources, body, found);
      documents.list();
      /** @type {import('../../client/types.js').RoadName | null} */
      let road = null;
      let settling = 0;
      const onState = (/** @type {import('../../client/types.js').State} */ now) => {
        if (now.road === road) return;
        road = now.road;
        // Some changes may have been missed, also until the server listens for this road.
        documents.follow();
        clearTimeout(settling);
        settling = setTimeout(() => documents.follow(), SETTLED_MS);
      };
      const looking = setInterval(() => road === 'polling' && documents.follow(), POLL_MS);
      undo = [
        brain.onDocument((change) => documents.follow(change)),
        brain.onState(onState),
        () => [clearInterval(looking), clearTimeout(settling)],
      ];
    },
    refresh: () => found.refresh(),
    close: () => undo.forEach((act) => act()),
  };
}

class Documents {
  #resources;
  #body;
  #query = '';
  /** @type {OpenDocument | null} */
  #open = null;
  #found;
  #foreign = make('input', { type: 'checkbox' }); // of the files that are added
  #results = make('ul', { className: 'results', ariaLive: 'polite' });

  /** @param {Resources} resources @param {HTMLElement} body @param {Loaded} found the list */
  constructor(resources, body, found) {
    this.#resources = resources;
    this.#body = body;
    this.#found = found;
    body.addEventListener('dragover', (event) => this.#drag(event, true));
    body.addEventListener('dragleave', (event) => this.#drag(event, false));
    body.addEventListener('drop', (event) => this.#drop(event));
  }

  list() {
    const search = searchField(t('documents.search'), (query) => {
      this.#query = query;
      void this.#load();
    });
    this.#query = '';
    this.#open = null;
    this.#body.replaceChildren(search, this.#dropZone(), this.#results, this.#found.element);
    void this.#load();
  }

  #return() {
    this.list();
    focusPanel();
  }

  #load() {
    const query = this.#query;
    const read = (cursor = '') => readPage(this.#resources, PATH, 'documents', { query, cursor });
    return this.#found.show(read, (first) =>
      first.rows.length > 0
        ? pagedList(first, (/** @type {Listed} */ one) => this.#item(one), read)
        : [empty(t(query ? 'documents.noMatch' : 'documents.none'))],
    );
  }

  /** @param {Listed} document */
  #item({ id, title, updatedAt, foreign, snippet }) {
    const open = button(title, () => this.#read(id), { className: 'open', dir: 'auto' });
    const facts = make('p', { className: 'facts' }, when(updatedAt), byOthers(foreign));
    return make('li', {}, open, make('p', { className: 'snippet', dir: 'auto' }, snippet), facts);
  }

  /** @param {string} id */
  #read(id) {
    this.#open = new OpenDocument(this.#resources, id, () => this.#return());
    const back = button(t('documents.back'), () => this.#return(), { className: 'plain back' });
    this.#body.replaceChildren(back, this.#open.element);
    back.focus();
  }

  /** The open document may have changed. @param {DocumentNews} [change] */
  follow(change) {
    void this.#open?.follow(change);
  }

  // ---- adding documents

  #dropZone() {
    const input = make('input', { type: 'file', multiple: true, accept: ENDINGS.join(), hidden: true });
    input.addEventListener('change', () => {
      void this.#addAll([...(input.files ?? [])]);
      input.value = '';
    });
    const drop = make(
      'div',
      { className: 'drop' },
      make('p', {}, t('documents.drop')),
      make(
        'div',
        { className: 'choices' },
        button(t('documents.choose'), () => input.click()),
        button(t('documents.write'), () => this.#write()),
      ),
      make('label', { className: 'choice' }, this.#foreign, t('documents.foreign')),
      input,
    );
    return drop;
  }

  /** @param {DragEvent} event @param {boolean} isOver */
  #drag(event, isOver) {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.#body.classList.toggle('over', isOver);
  }

  /** @param {DragEvent} event */
  #drop(event) {
    this.#drag(event, false);
    void this.#addAll([...(event.dataTransfer?.files ?? [])]);
  }

  /** @param {File[]} files added one after the other; each result is shown */
  async #addAll(files) {
    this.#results.replaceChildren();
    for (const file of files) {
      const { name } = file;
      const result = make('li', {}, t('documents.adding', { name }));
      this.#results.append(result);
      try {
        const reason = await this.#add(file);
        result.textContent = t(reason ? 'documents.cut' : 'documents.added', { name, reason });
      } catch (error) {
        result.textContent = t('documents.notAdded', { name, reason: fileRefusalInWords(error) });
        result.className = 'problem';
      }
    }
    await this.#load();
  }

  /** @param {File} file @returns {Promise<string>} why only a part was added; '' if all was */
  async #add(file) {
    const { name } = file;
    const objection = fileObjection(file);
    if (objection) throw new Objection(objection);
    const foreign = `${this.#foreign.checked}`;
    const content = new Uint8Array(await file.arrayBuffer());
    const query = { name, foreign, key: await keyOf(name, content) };
    const { cut } = await this.#resources.postFile(PATH, content, typeOf(name), query);
    return cut ? (optionalText(`documents.cut.${cut}`) ?? cut) : '';
  }

  #write() {
    const title = atMost(300, make('input', { type: 'text', required: true }));
    const text = make('textarea', { rows: 12 });
    const problem = make('p', { className: 'problem', role: 'alert' });
    const save = make('button', { type: 'submit', className: 'filled' }, t('action.save'));
    const choices = make('div', { className: 'choices' }, save, button(t('action.cancel'), () => this.#return()));
    const form = make('form', { className: 'edit' }, field(t('label.title'), title), field(t('label.text'), text));
    form.append(problem, choices);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      setBusy(save, true);
      try {
        const written = { title: title.value, body: text.value, typed: true };
        await this.#resources.post(PATH, written);
        this.#return();
      } catch (error) {
        problem.textContent = refusalInWords(error);
        setBusy(save, false);
      }
    });
    this.#body.replaceChildren(form);
    title.focus();
  }
}

/** Why the page does not send a file, in words. */
class Objection extends Error {}

/** @param {unknown} error */
function fileRefusalInWords(error) {
  if (error instanceof Objection) return error.message;
  const { errors = [] } = /** @type {Partial<import('../../client/errors.js').BrainError>} */ (error);
  const [fault] = /** @type {{field: string, message: string}[]} */ (errors);
  const known = fault?.field === 'file' ? optionalText(`documents.fault.${fault.message}`) : null;
  return known ?? refusalInWords(error);
}
