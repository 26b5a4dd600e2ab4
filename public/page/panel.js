/** Parts of panels: loaded content with its empty and failed states, lists, search, buttons. */

import { refusalInWords } from './wording.js';
import { button, make, onEscape } from './dom.js';
import { now } from './entries.js';
import { giveTo, setBusy } from './focus.js';
import { t, timeInWords } from './texts.js';

export const TITLE_ID = 'panel-title';

/**
 * @typedef {object} Panel
 * @property {string} name
 * @property {string} title
 * @property {(body: HTMLElement) => void} open fills the empty body
 * @property {() => void} refresh called when the content may have changed
 * @property {() => void} [close] called before the body is removed
 */

/** A place that loads its content and shows how that goes. */
export class Loaded {
  element = make('div', { className: 'loaded' });
  #turn = 0;
  #isDrawn = false; // the content of what was loaded last
  #again = () => {};

  /**
   * @template Content
   * @param {() => Promise<Content>} load
   * @param {(content: Content) => Node[]} draw
   * @param {boolean} [isAgain] what is shown stays if it fails
   */
  async show(load, draw, isAgain = false) {
    const turn = (this.#turn += 1);
    this.#isDrawn &&= isAgain;
    this.#again = () => void this.show(load, draw, true);
    const isLate = () => turn !== this.#turn; // something else was requested since
    this.element.ariaBusy = 'true';
    if (this.element.childElementCount === 0) this.element.append(waiting());
    try {
      const content = await load();
      if (isLate()) return;
      this.element.replaceChildren(...draw(content));
      this.#isDrawn = true;
    } catch (error) {
      if (isLate()) return;
      const again = button(t('action.tryAgain'), () => this.#again());
      const failed = make('p', { className: 'failed', role: 'alert' }, `${refusalInWords(error)} `, again);
      const kept = this.#isDrawn ? [...this.element.children].filter((one) => !one.matches('.failed')) : [];
      this.element.replaceChildren(failed, ...kept);
    } finally {
      if (!isLate()) this.element.ariaBusy = 'false';
    }
  }

  /** Load the content again, if it is visible. */
  refresh() {
    if (this.element.isConnected) this.#again();
  }

  /** @param {Node[]} content */
  set(...content) {
    this.#turn += 1;
    this.#isDrawn = false;
    this.element.ariaBusy = 'false';
    this.element.replaceChildren(...content);
  }
}

/** Move the focus to the panel's title, after the focused element was removed. */
export function focusPanel() {
  giveTo(document.getElementById(TITLE_ID));
}

/** @param {string} words */
export function empty(words) {
  return make('p', { className: 'empty' }, words);
}

/** @param {Node[]} items */
export function list(...items) {
  return make('ul', { className: 'items' }, ...items);
}

/**
 * Create a search field; it searches when the user stops typing.
 * @param {string} label
 * @param {(query: string) => void} onQuery
 */
export function searchField(label, onQuery) {
  const input = make('input', { type: 'search', placeholder: label, ariaLabel: label });
  let timer = 0;
  let last = '';
  const search = () => {
    const query = input.value.trim();
    if (query === last) return; // as when the field is left: the results stay, and the focus on them
    last = query;
    onQuery(query);
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(search, REST_MS);
  });
  input.addEventListener('change', () => {
    clearTimeout(timer);
    search();
  });
  return make('div', { className: 'search', role: 'search' }, input);
}

/**
 * Create a button that asks for confirmation before it acts, and shows a failure.
 * @param {string} label
 * @param {string} name of what it acts on, for screen readers
 * @param {() => Promise<unknown>} act
 */
export function confirmButton(label, name, act) {
  const place = make('span', { className: 'confirm' });
  const first = button(label, () => ask(), { className: 'plain', ariaLabel: `${label}: ${name}` });
  const problem = make('span', { className: 'problem', role: 'alert' });
  const ask = () => {
    const yes = button(t('action.confirm', { action: label.toLowerCase() }), () => void run(yes), { className: 'danger' });
    place.replaceChildren(yes, button(t('action.keep'), back, { className: 'plain' }));
    giveTo(yes);
  };
  const back = () => {
    place.replaceChildren(first, problem);
    giveTo(first);
  };
  const run = async (/** @type {HTMLButtonElement} */ yes) => {
    setBusy(yes, true);
    try {
      await act();
    } catch (error) {
      problem.textContent = refusalInWords(error);
      back();
    }
  };
  onEscape(place, () => !first.isConnected && back());
  place.append(first);
  return place;
}

/** @type {Intl.DateTimeFormatOptions} */
const DAY = { day: 'numeric', month: 'short', year: 'numeric' };

/** @param {string} iso */
export function when(iso) {
  const at = new Date(iso);
  const day = timeInWords(at, DAY);
  const isToday = day === timeInWords(new Date(now()), DAY);
  const shown = isToday ? timeInWords(at, { hour: '2-digit', minute: '2-digit' }) : day;
  return make('time', { dateTime: iso, title: timeInWords(at) }, shown);
}

/** Mark what others wrote. @param {boolean} isForeign */
export function byOthers(isForeign) {
  return isForeign ? make('span', { className: 'tag' }, t('panel.foreign')) : null;
}

const REST_MS = 250; // without typing

function waiting() {
  return make('p', { className: 'empty', role: 'status' }, t('panel.loading'));
}

/**
 * Create a form that saves and shows the outcome.
 * @param {string} label of its button
 * @param {() => Promise<void>} save
 * @param {HTMLElement[]} fields
 */
export function saving(label, save, ...fields) {
  const outcome = make('p', { role: 'status', className: 'outcome' });
  const go = make('button', { type: 'submit', className: 'filled' }, label);
  const form = make('form', { className: 'edit' }, ...fields);
  form.append(make('div', { className: 'choices' }, go), outcome);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    setBusy(go, true);
    outcome.textContent = '';
    try {
      await save();
      outcome.textContent = t('action.saved');
    } catch (error) {
      outcome.textContent = refusalInWords(error);
    } finally {
      setBusy(go, false);
    }
  });
  form.addEventListener('input', () => (outcome.textContent = ''));
  return form;
}
