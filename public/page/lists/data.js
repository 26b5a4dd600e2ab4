/** The panel of everything that there is of the user: take it along, or erase it. */

import { button, make } from '../dom.js';
import { confirmButton } from '../panel.js';
import { t } from '../texts.js';
import { refusalInWords } from '../wording.js';

/** @typedef {import('../resources.js').Resources} Resources */

const KEPT_MS = 60_000; // of a saved file in memory: some browsers begin to save it only after the press

/** What can be erased, with its title and what goes. */
const SCOPES = /** @type {const} */ ({
  conversation: ['data.conversationTitle', 'data.conversationAbout'],
  all: ['data.allTitle', 'data.allAbout'],
});
/** @typedef {keyof typeof SCOPES} Scope */

/** @param {Resources} resources @param {string} userId @returns {import('../panel.js').Panel} */
export function dataPanel(resources, userId) {
  return {
    name: 'data',
    title: t('data.title'),
    refresh: () => {},
    open(body) {
      body.append(exportSection(resources));
      const scopes = /** @type {Scope[]} */ (Object.keys(SCOPES));
      body.append(...scopes.map((scope) => eraseSection(resources, userId, scope)));
    },
  };
}

/** @param {Resources} resources */
function exportSection(resources) {
  const outcome = make('p', { role: 'status', className: 'outcome' });
  const load = async () => {
    if (go.ariaDisabled === 'true') return;
    go.ariaDisabled = 'true';
    outcome.textContent = t('data.packing');
    try {
      const { blob, name } = await resources.download('/api/export');
      save(blob, name);
      outcome.textContent = t('data.packed', { name });
    } catch (error) {
      outcome.textContent = refusalInWords(error);
    } finally {
      go.ariaDisabled = 'false';
    }
  };
  const go = button(t('data.export'), () => void load(), { className: 'filled' });
  const about = make('p', {}, t('data.exportAbout'));
  return section(t('data.exportTitle'), about, make('div', { className: 'choices' }, go), outcome);
}

/** Let the browser save a file. @param {Blob} blob @param {string} name */
function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = make('a', { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** @param {Resources} resources @param {string} userId @param {Scope} scope */
function eraseSection(resources, userId, scope) {
  const [title, about] = SCOPES[scope].map((key) => t(key));
  const erase = async () => {
    await resources.post('/api/erase', { scope, confirm: userId });
    location.reload(); // nothing of it stays on the page
  };
  return section(title, make('p', {}, about), confirmButton(t('data.erase'), title, erase));
}

/** @param {string} title @param {HTMLElement[]} content */
function section(title, ...content) {
  return make('section', {}, make('h3', {}, title), ...content);
}
