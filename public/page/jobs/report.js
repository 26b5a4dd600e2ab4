/** A job's report: its headline, its summary, its findings, what is missing, and what it suggests. */

import { button, make } from '../dom.js';
import { t } from '../texts.js';
import { markdown } from './markdown.js';
import { suggestionParts } from './suggestion.js';
import { reasonInWords } from './words.js';

/** @typedef {import('../../client/types.js').Brain} Brain */
/** @typedef {import('../../client/minds/types.js').JobReport} JobReport */

/**
 * @typedef {object} ReportActs
 * @property {(n: number, seq?: number | null) => void} jump to a line of a run
 * @property {(jobId: string) => void} open another job
 */

/**
 * @param {Brain} brain
 * @param {JobReport} report
 * @param {ReportActs} acts
 */
export function reportParts(brain, report, acts) {
  const { headline, summary, writtenBy, foreign, findings, missing, documentId } = report;
  const by = make('span', { className: 'tag' }, t(writtenBy === 'model' ? 'jobs.byModel' : 'jobs.byCode'));
  const others = foreign ? make('span', { className: 'tag' }, t('entry.foreign')) : null;
  const heads = make('p', { className: 'facts' }, by, others);
  /** @type {Node[]} */
  const parts = [make('h3', { className: 'headline', dir: 'auto' }, headline), heads];
  if (summary) parts.push(make('div', { className: 'text summary' }, ...markdown(summary, foreign)));
  if (documentId) parts.push(make('p', { className: 'facts' }, make('a', { href: '#documents' }, t('jobs.document'))));
  if (findings?.length > 0) parts.push(...findingParts(report, acts));
  if (missing?.length > 0) parts.push(...missingParts(report, acts));
  parts.push(...suggestionParts(brain, report, acts.open));
  return [make('section', {}, ...parts)];
}

/** @param {JobReport} report @param {ReportActs} acts */
function findingParts({ findings }, { jump }) {
  const items = findings.map(({ what, runs, seq, severity = 'low' }) => {
    const to = runs.map((n) => jumpButton(n, what, () => jump(n, seq)));
    const how = make('span', { className: 'severity', dataset: { severity } }, t(`jobs.severity.${severity}`));
    return make('li', {}, how, make('span', { dir: 'auto' }, what), ...to);
  });
  return [make('h4', {}, t('jobs.findings')), make('ul', { className: 'lines' }, ...items)];
}

/** @param {JobReport} report @param {ReportActs} acts */
function missingParts({ missing }, { jump }) {
  const items = missing.map(({ n, label, reason }) => {
    const words = make('span', { dir: 'auto' }, `${label}: ${reasonInWords(reason)}`);
    return make('li', {}, words, jumpButton(n, label, () => jump(n)));
  });
  return [make('h4', {}, t('jobs.missing')), make('ul', { className: 'lines' }, ...items)];
}

/** @param {number} n @param {string} about @param {() => void} jump */
function jumpButton(n, about, jump) {
  const words = t('jobs.toRun', { n: n + 1 });
  return button(words, jump, { className: 'plain', ariaLabel: `${words}: ${about}` });
}
