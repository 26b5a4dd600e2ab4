/** The panel of documents: list, search, read, delete, write and upload. */

import { refusalInWords } from './wording.js';
import { atMost, button, field, make, whenInView } from './dom.js';
import { withAddresses } from './entries.js';
import {
  byOthers,
  confirmButton,
  empty,
  focusPanel,
  Loaded,
  searchField,
  when,
} from './panel.js';
import { pagedList, readPage } from './lists/pages.js';
import { optionalText, t } from './texts.js';
import { ENDINGS, fileObjection, keyOf, typeOf } from './uploads.js';

/** @typedef {import('./resources.js').Resources} Resources */
/** @typedef {{id: string, title: string, updatedAt: string, foreign: boolean}} Known */
/** @typedef {Known & {snippet: string}} Listed */
/** @typedef {Known & {body: string, version: string}} Whole */

const PATH = '/api/documents';

/** @param {Resources} resources @returns {import('./panel.js').Panel} */
export function documentsPanel(resources) {
  const found = new Loaded();
  return {
    name: 'documents',
    title: t('panel.documents'),
    open: (body) => new Documents(resources, body, found).list(),
    refresh: () => found.refresh(),
  };
}

class Documents {
  #resources;
  #body;
  #query = '';
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
    const shown = new Loaded();
    const back = button(t('documents.back'), () => this.#return(), { className: 'plain back' });
    this.#body.replaceChildren(back, shown.element);
    back.focus();
    void shown.show(
      () => this.#resources.get(PATH, { id }),
      (/** @type {Whole} */ document) => this.#whole(document),
    );
  }

  /** @param {Whole} document */
  #whole({ id, version, title, body, updatedAt, foreign }) {
    const remove = confirmButton(t('action.delete'), title, async () => {
      await this.#resources.remove(PATH, id);
      this.#return();
    });
    const end = make('span', { className: 'end' });
    // Then a question about it need not show it whole. If this fails, the question does.
    whenInView(end, () => void this.#resources.put(PATH, { id, version }).catch(() => {}));
    return [
      make('h3', { dir: 'auto' }, title),
      make('p', { className: 'facts' }, when(updatedAt), byOthers(foreign), remove),
      make('div', { className: 'text', dir: 'auto' }, ...withAddresses(body, foreign), end),
    ];
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
      save.disabled = true;
      try {
        const written = { title: title.value, body: text.value, typed: true };
        await this.#resources.post(PATH, written);
        this.#return();
      } catch (error) {
        problem.textContent = refusalInWords(error);
        save.disabled = false;
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
  const { errors = [] } = /** @type {Partial<import('../client/errors.js').BrainError>} */ (error);
  const [fault] = /** @type {{field: string, message: string}[]} */ (errors);
  const known = fault?.field === 'file' ? optionalText(`documents.fault.${fault.message}`) : null;
  return known ?? refusalInWords(error);
}
