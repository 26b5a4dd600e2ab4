/** The panel of memory: the facts that the brain keeps, with a button to have each forgotten. */

import { button, make } from './dom.js';
import { askingButton, byOthers, empty, list, Loaded, when } from './panel.js';

/** @typedef {import('./resources.js').Resources} Resources */
/** @typedef {{id: string, text: string, source: string, at: string, foreign: boolean}} Fact */

const PATH = '/api/facts';
const PAGE = 50;
const NONE = 'Nothing yet. Say “Keep in mind that …”, and it stands here.';

/** @param {Resources} resources @returns {import('./panel.js').Panel} */
export function memoryPanel(resources) {
  const found = new Loaded();
  /** @type {Fact[]} */
  let facts = [];
  /** @type {number | undefined} */
  let next;

  const load = async (offset = 0) => {
    const told = await resources.get(PATH, { limit: PAGE, offset });
    facts = offset ? [...facts, ...told.facts] : told.facts;
    next = told.nextOffset;
  };
  const draw = () => {
    if (facts.length === 0) return [empty(NONE)];
    const more = () => void found.show(() => load(next), draw);
    const items = list(...facts.map((fact) => item(fact)));
    return next ? [items, button('Show more', more, { className: 'plain' })] : [items];
  };
  const item = (/** @type {Fact} */ { id, text, source, at, foreign }) => {
    const forget = askingButton('Delete', text, async () => {
      await resources.remove(PATH, id);
      await found.show(load, draw);
    });
    const origin = make('span', { className: 'origin', dir: 'auto' }, source);
    const told = make('p', { className: 'facts' }, origin, when(at), byOthers(foreign), forget);
    return make('li', {}, make('p', { className: 'fact', dir: 'auto' }, text), told);
  };
  return {
    name: 'memory',
    title: 'Memory',
    refresh: () => void (found.element.isConnected && found.show(load, draw)), // from the first on
    open(body) {
      const intro = 'What you have asked your brain to remember.';
      body.append(make('p', { className: 'intro' }, intro), found.element);
      found.set();
      void found.show(load, draw);
    },
  };
}
