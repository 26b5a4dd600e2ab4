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
  const found = new Loaded();
  /** @type {Fact[]} */
  let facts = [];
  /** @type {number | undefined} */
  let next;

  const load = async (offset = 0) => {
    const page = await resources.get(PATH, { limit: PAGE, offset });
    facts = offset ? [...facts, ...page.facts] : page.facts;
    next = page.nextOffset;
  };
  const draw = () => {
    if (facts.length === 0) return [empty(t('memory.none'))];
    const more = () => void found.show(() => load(next), draw);
    const items = list(...facts.map((fact) => item(fact)));
    return next ? [items, button(t('memory.more'), more, { className: 'plain' })] : [items];
  };
  const item = (/** @type {Fact} */ { id, text, source, at, foreign }) => {
    const forget = confirmButton(t('action.delete'), text, async () => {
      await resources.remove(PATH, id);
      await found.show(load, draw);
    });
    const origin = make('span', { className: 'origin', dir: 'auto' }, source);
    const details = make('p', { className: 'facts' }, origin, when(at), byOthers(foreign), forget);
    return make('li', {}, make('p', { className: 'fact', dir: 'auto' }, text), details);
  };
  return {
    name: 'memory',
    title: t('panel.memory'),
    // From the first page.
    refresh: () => void (found.element.isConnected && found.show(load, draw)),
    open(body) {
      body.append(make('p', { className: 'intro' }, t('memory.intro')), found.element);
      found.set();
      void found.show(load, draw);
    },
  };
}
