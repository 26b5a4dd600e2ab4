/** What a report suggests to change in the instructions. Nothing is adopted but by a press here. */

import { button, make, setText } from '../dom.js';
import { setBusy } from '../focus.js';
import { byOthers } from '../panel.js';
import { t } from '../texts.js';
import { refusalInWords } from '../wording.js';

/** @typedef {import('../../client/types.js').Brain} Brain */
/** @typedef {import('../../client/minds/types.js').JobReport} JobReport */
/** @typedef {import('../../client/minds/types.js').PromptEdit} PromptEdit */

const MAIN = 'main'; // the agent whose instructions are added to the brain's own
const STALE = 412;

/**
 * @param {Brain} brain
 * @param {JobReport} report
 * @param {(jobId: string) => void} open
 * @returns {Node[]}
 */
export function suggestionParts(brain, report, open) {
  const { suggestion, revisedPrompt, findings = [], foreign } = report;
  if (!suggestion || suggestion.edits.length === 0) return [];
  const edits = suggestion.edits.map((edit) => diff(edit, findings.map(({ what }) => what)));
  const parts = [make('h4', {}, t('jobs.suggestion')), byOthers(foreign), ...edits];
  if (revisedPrompt === null) parts.push(make('p', { className: 'note' }, t('jobs.noAnchor')));
  else parts.push(whole(revisedPrompt), ...choices(brain, report, open));
  return [make('div', { className: 'suggestion' }, ...parts)];
}

/** @param {PromptEdit} edit @param {string[]} findings */
function diff({ find, replace, because = [] }, findings) {
  const why = because.map((place) => findings[place]).filter((one) => one !== undefined);
  return make(
    'div',
    { className: 'diff' },
    find ? make('del', { dir: 'auto' }, change('jobs.removed'), find) : null,
    replace ? make('ins', { dir: 'auto' }, change('jobs.added'), replace) : null,
    why.length > 0 ? make('small', { dir: 'auto' }, t('jobs.because', { why: why.join('; ') })) : null,
  );
}

/** @param {'jobs.removed' | 'jobs.added'} key */
function change(key) {
  return make('span', { className: 'unseen' }, `${t(key)}: `);
}

/** @param {string} text */
function whole(text) {
  const body = make('div', { className: 'text', dir: 'auto' }, text);
  return make('details', {}, make('summary', {}, t('jobs.revised')), body);
}

/**
 * @param {Brain} brain
 * @param {JobReport} report
 * @param {(jobId: string) => void} open
 */
function choices(brain, { jobId, revisedPrompt }, open) {
  const outcome = make('p', { className: 'outcome', role: 'status' });
  const instructions = revisedPrompt ?? '';
  const trying = async () => {
    const started = await brain.rehearsals.start({ again: jobId, instructions });
    open(started.jobId);
  };
  const using = async () => {
    await adopt(brain, instructions);
    setText(outcome, t('jobs.used'));
  };
  const again = acting(t('jobs.tryIt'), trying, outcome);
  const use = acting(t('jobs.useIt'), using, outcome);
  again.className = 'filled';
  return [make('div', { className: 'choices' }, again, use), outcome];
}

/**
 * Replace the additions to the brain's instructions, if nobody has changed them meanwhile.
 * @param {Brain} brain
 * @param {string} instructions
 */
async function adopt(brain, instructions) {
  const main = await brain.agents.get(MAIN).catch((error) => {
    if (error.status === 404) return null; // there are none so far
    throw error;
  });
  const { id: _, version, updatedAt: __, ...rest } = main ?? { id: MAIN, name: MAIN, version: undefined, updatedAt: '' };
  await brain.agents.put(MAIN, { ...rest, instructions }, version);
}

/** @param {string} label @param {() => Promise<void>} act @param {HTMLElement} outcome */
function acting(label, act, outcome) {
  const own = button(label, async () => {
    setBusy(own, true);
    setText(outcome, '');
    try {
      await act();
    } catch (error) {
      const { status } = /** @type {{status?: number}} */ (error);
      setText(outcome, status === STALE ? t('jobs.stale') : refusalInWords(error));
    } finally {
      setBusy(own, false);
    }
  });
  return own;
}
