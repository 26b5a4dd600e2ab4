/** One open document: it follows changes by others, and what the user types is never overwritten. */

import { refusalInWords } from '../wording.js';
import { button, field, make, whenInView } from '../dom.js';
import { setBusy } from '../focus.js';
import { withAddresses } from '../entries.js';
import { byOthers, confirmButton, Loaded, when } from '../panel.js';
import { t } from '../texts.js';

/** @typedef {import('../resources.js').Resources} Resources */
/** @typedef {import('../../client/types.js').DocumentNews} DocumentNews */
/** @typedef {{id: string, title: string, body: string, version: string, updatedAt: string, foreign: boolean}} Whole */

const PATH = '/api/documents';
const CONFLICT = 409; // it has changed since

export class OpenDocument {
  #resources;
  #id;
  #onDeleted;
  #loaded = new Loaded();
  #heading = make('h3', { dir: 'auto' });
  #facts = make('span', {});
  #text = make('div', { className: 'text', dir: 'auto' });
  #news = make('p', { className: 'facts', role: 'status' });
  /** @type {Whole | null} */
  #now = null; // as the server has it
  #isEditing = false;

  /**
   * @param {Resources} resources
   * @param {string} id
   * @param {() => void} onDeleted
   */
  constructor(resources, id, onDeleted) {
    this.#resources = resources;
    this.#id = id;
    this.#onDeleted = onDeleted;
    void this.#loaded.show(
      () => this.#get(),
      (document) => this.#draw(document),
    );
  }

  get element() {
    return this.#loaded.element;
  }

  /**
   * A document has changed, or (without one) changes may have been missed.
   * @param {DocumentNews} [change]
   */
  async follow(change) {
    const isKnown = !this.#now || change?.version === this.#now.version;
    if (isKnown || !this.element.isConnected || (change && change.id !== this.#id)) return;
    const document = await this.#get().catch(() => null); // then it is shown with the next change
    if (!document || document.version === this.#now?.version) return;
    this.#now = document;
    if (this.#isEditing) return this.#warn();
    this.#fill(document);
    const author = change?.author ?? 'user';
    this.#news.textContent = author === 'user' ? '' : t('documents.changedBy', { author });
  }

  /** @returns {Promise<Whole>} */
  #get() {
    return this.#resources.get(PATH, { id: this.#id });
  }

  /** @param {Whole} document */
  #draw(document) {
    const remove = confirmButton(t('action.delete'), document.title, async () => {
      await this.#resources.remove(PATH, this.#id);
      this.#onDeleted();
    });
    const edit = button(t('action.edit'), () => this.#edit(), { className: 'plain' });
    this.#now = document;
    this.#fill(document);
    const facts = make('p', { className: 'facts' }, this.#facts, edit, remove);
    return [this.#heading, facts, this.#news, this.#text];
  }

  /** @param {Whole} document */
  #fill({ id, version, title, body, updatedAt, foreign }) {
    const end = make('span', { className: 'end' });
    // Then a question about it need not show it whole. If this fails, the question does.
    whenInView(end, () => void this.#resources.put(PATH, { id, version }).catch(() => {}));
    const shown = [when(updatedAt), byOthers(foreign)].filter((one) => one !== null);
    this.#heading.textContent = title;
    this.#facts.replaceChildren(...shown);
    this.#text.replaceChildren(...withAddresses(body, foreign), end);
  }

  #warn() {
    this.#news.textContent = t('documents.changedMeanwhile');
  }

  #edit() {
    if (!this.#now || this.#isEditing) return;
    this.#isEditing = true;
    this.#news.textContent = '';
    const title = make('input', { type: 'text', maxLength: 300, required: true, value: this.#now.title });
    const body = make('textarea', { rows: 16, value: this.#now.body });
    const problem = make('p', { className: 'problem', role: 'alert' });
    const save = make('button', { type: 'submit', className: 'filled' }, t('action.save'));
    const cancel = button(t('action.cancel'), () => this.#leave());
    const form = make('form', { className: 'edit' }, field(t('label.title'), title), field(t('label.text'), body));
    form.append(problem, make('div', { className: 'choices' }, save, cancel));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      setBusy(save, true);
      problem.textContent = '';
      try {
        await this.#save({ title: title.value, body: body.value });
        this.#leave();
      } catch (error) {
        if (/** @type {{status?: number}} */ (error).status === CONFLICT) await this.follow();
        else problem.textContent = refusalInWords(error);
      } finally {
        setBusy(save, false);
      }
    });
    this.#text.replaceChildren(form);
    body.focus();
  }

  /**
   * Replace the text that the user knows of: what they typed wins.
   * @param {{title: string, body: string}} typed
   */
  async #save(typed) {
    const version = this.#now?.version;
    this.#now = await this.#resources.patch(PATH, { id: this.#id }, { ...typed, version });
  }

  #leave() {
    this.#isEditing = false;
    this.#news.textContent = '';
    if (this.#now) this.#fill(this.#now);
  }
}
