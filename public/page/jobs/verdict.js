/** What a rehearsal was judged by: expectations, the judge's lines, and what the brain did. */

import { button, draw, make } from '../dom.js';
import { withAddresses } from '../entries.js';
import { byOthers } from '../panel.js';
import { t } from '../texts.js';
import { actionInWords, refusalInWords } from '../wording.js';
import { MARKS } from './plot.js';
import { expectationInWords, outcomeInWords } from './words.js';

/** @typedef {import('../../client/types.js').Brain} Brain */
/** @typedef {import('../../client/minds/types.js').ReportedRun} ReportedRun */
/** @typedef {import('../../client/minds/types.js').Rated} Rated */
/** @typedef {Record<string, any>} Told what the server tells and does not describe */

/**
 * Return the marks of a transcript: effects, and what failed beside its line.
 * @param {ReportedRun} run
 * @returns {import('./transcript.js').Mark[]}
 */
export function marksOf({ effects = [], verdict }) {
  const done = effects.map(({ seq, tool, arguments: given, result }) => ({
    seq,
    element: make(
      'details',
      { className: 'effect' },
      make('summary', {}, t('jobs.effect', { action: actionInWords(tool) })),
      make('pre', {}, JSON.stringify(given, null, 2)),
      make('p', { dir: 'auto' }, result),
    ),
  }));
  const failed = /** @type {Told[]} */ (verdict?.expect ?? [])
    .filter(({ passed }) => !passed)
    .map(({ item, seq }) => note(seq, t('jobs.expectFailed', { what: expectationInWords(item) })));
  const rated = (verdict?.rubric ?? [])
    .filter(({ verdict: one }) => one !== 'yes')
    .map(({ item, seq }) => note(seq, t('jobs.rubricFailed', { what: item })));
  return [...done, ...failed, ...rated].filter(({ seq }) => seq > 0);
}

/**
 * Return what the row of a mind shows of its report.
 * @param {Brain} brain
 * @param {{run: ReportedRun, jobId: string}} what
 * @param {(seq: number) => void} jump
 */
export function verdictParts(brain, { run, jobId }, jump) {
  /** @type {HTMLElement[]} */
  const parts = resultParts(run);
  if (!run.verdict) return parts;
  const { outcome, expect = [], rubric = [] } = run.verdict;
  const lines = /** @type {Told[]} */ (expect).map(({ item, passed, seq }) =>
    line(passed ? 'passed' : 'failed', expectationInWords(item), { seq, jump }),
  );
  for (const rated of rubric) {
    const state = { yes: 'passed', no: 'failed' }[/** @type {string} */ (rated.verdict)] ?? 'unsure';
    const label = state === 'unsure' ? labelling(brain, { jobId, n: run.n, rated }) : null;
    lines.push(line(state, rated.item, { seq: rated.seq, jump }, label));
  }
  const head = make('p', { className: 'outcome-line', dataset: { outcome } }, shape(outcome), outcomeInWords(outcome));
  parts.push(head, make('ul', { className: 'lines' }, ...lines));
  return parts;
}

/** @param {ReportedRun} run */
function resultParts({ result, needs, sources, foreign, complete }) {
  if (!result && !needs) return [];
  const from = /** @type {Told[]} */ (sources).map(({ title, url }) =>
    make('li', { dir: 'auto' }, `${title} `, ...(url ? withAddresses(url, true) : [])),
  );
  const details = make(
    'details',
    { className: 'result' },
    make('summary', {}, t(complete ? 'jobs.result' : 'jobs.partial')),
    make('div', { className: 'text', dir: 'auto' }, ...withAddresses(result ?? '', foreign)),
    from.length > 0 ? make('ul', { className: 'lines' }, ...from) : null,
    byOthers(foreign),
  );
  const asks = needs ? make('p', { className: 'needs', dir: 'auto' }, t('jobs.needs', { what: needs })) : null;
  return [asks, details].filter((one) => one !== null);
}

/** The shape of an outcome. @param {string} outcome */
export function shape(outcome) {
  const mark = MARKS[outcome] ?? MARKS.unsure;
  return draw('svg', { viewBox: '-8 -8 16 16', class: `mark is-${outcome}`, 'aria-hidden': 'true' }, draw('path', { d: mark }));
}

/**
 * @param {string} state
 * @param {string} words
 * @param {{seq?: number | null, jump: (seq: number) => void}} where
 * @param {Node | null} [more]
 */
function line(state, words, { seq, jump }, more = null) {
  const to = seq ? button(t('jobs.show'), () => jump(seq), { className: 'plain', ariaLabel: `${t('jobs.show')}: ${words}` }) : null;
  const told = make('span', { dir: 'auto' }, make('span', { className: 'unseen' }, `${outcomeInWords(state)}: `), words);
  return make('li', { dataset: { outcome: state } }, shape(state), told, to, more);
}

/**
 * Ask the user about a line of which the judge is not sure.
 * @param {Brain} brain
 * @param {{jobId: string, n: number, rated: Rated}} what
 */
function labelling(brain, { jobId, n, rated }) {
  const place = make('span', { className: 'labelling' });
  const shown = (/** @type {string | null | undefined} */ label) =>
    label ? t('jobs.labelled', { answer: t(label === 'yes' ? 'question.yes' : 'question.no') }) : '';
  const told = make('span', { role: 'status' }, shown(rated.label));
  const choose = (/** @type {'yes' | 'no'} */ verdict) =>
    brain.jobs.label(jobId, { run: n, item: rated.item, verdict }).then(
      () => (told.textContent = shown(verdict)),
      (error) => (told.textContent = refusalInWords(error)),
    );
  const choice = (/** @type {'yes' | 'no'} */ verdict) =>
    button(t(verdict === 'yes' ? 'question.yes' : 'question.no'), () => void choose(verdict), {
      className: 'plain',
      ariaLabel: `${t(verdict === 'yes' ? 'question.yes' : 'question.no')}: ${rated.item}`,
    });
  place.append(choice('yes'), choice('no'), told);
  return place;
}

/** @param {number | null | undefined} seq @param {string} words */
function note(seq, words) {
  return { seq: seq ?? 0, element: make('p', { className: 'fault', dir: 'auto' }, words) };
}
