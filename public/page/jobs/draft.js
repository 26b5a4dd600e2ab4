/** Makes a scenario of a talk: a button at each answer of the brain. */

import { button, make } from '../dom.js';
import { setBusy } from '../focus.js';
import { t } from '../texts.js';
import { refusalInWords } from '../wording.js';

/** @typedef {import('../../client/types.js').Brain} Brain */
/** @typedef {import('../../client/types.js').Entry} Entry */

/**
 * @param {HTMLElement} element of the entry
 * @param {Entry} entry
 * @param {Brain} brain
 * @param {(scenario: string) => void} rehearse shows the form for a scenario
 */
export function offerRehearsal(element, entry, brain, rehearse) {
  if (entry.role !== 'brain' || entry.kind !== 'say' || !entry.doneAfterThis) return;
  const place = make('div', { className: 'rehearse' });
  const offer = button(t('jobs.makeRehearsal'), async () => {
    setBusy(offer, true);
    try {
      const { id, name } = await brain.scenarios.create({ fromSeq: entry.seq });
      const go = button(t('jobs.rehearseIt'), () => rehearse(id));
      place.replaceChildren(make('span', { role: 'status', dir: 'auto' }, t('jobs.drafted', { name })), ' ', go);
      go.focus();
    } catch (error) {
      setBusy(offer, false);
      place.replaceChildren(offer, make('span', { role: 'alert' }, ` ${refusalInWords(error)}`));
    }
  });
  place.append(offer);
  element.append(place);
}
