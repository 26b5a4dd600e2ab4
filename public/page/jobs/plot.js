/** The plot of a rehearsal: a mark for each run, and the rate of those that passed with its interval. */

import { draw, make } from '../dom.js';
import { t } from '../texts.js';
import { countsOf, pointsOf } from './points.js';
import { outcomeInWords, percentInWords } from './words.js';

/** @typedef {import('./points.js').PlottedRun} PlottedRun */
/** @typedef {import('./points.js').Point} Point */
/** @typedef {import('./points.js').Points} Points */
/** @typedef {import('../../client/minds/types.js').Comparison} Comparison */
/** @typedef {import('../../client/minds/types.js').Metrics} Metrics */

/** Paths around 0, 0: each outcome has a shape of its own, so that none is told by its colour alone. */
export const MARKS = /** @type {Record<string, string>} */ ({
  passed: 'M0-5.500a5.500 5.500 0 1 0 .01 0z',
  failed: 'M-4.500-4.500l9 9M4.500-4.500l-9 9',
  unsure: 'M0-6l6 6-6 6-6-6z',
  invalid: 'M-5-5h10v10h-10zM-5 5l10-10',
  open: 'M0-1.500a1.500 1.500 0 1 0 .01 0z',
});

const CELL = { wide: 30, wideCompared: 62, high: 28 };
const EDGE = 14; // from the border to the middle of the first mark
const AFTER = 16; // from the middle of a cell to each of its two marks
const BAR = { width: 200, high: 26, top: 13 };

/**
 * @param {PlottedRun[]} runs
 * @param {{comparison?: Comparison | null, metrics?: Metrics | null}} [more]
 * @returns {Node[]}
 */
export function plotOf(runs, { comparison = null, metrics = null } = {}) {
  const points = pointsOf(runs, comparison?.pairs);
  if (points.points.every(({ outcome }) => outcome === 'open')) return []; // nothing to see yet
  const picture = make('div', { className: 'plot', ariaHidden: 'true' }, ...rows(points), key(points.points));
  /** @type {Node[]} */
  const parts = [make('h4', {}, t('jobs.plot')), picture, table(points)];
  const rate = metrics ? rateOf(metrics) : null;
  if (rate) parts.push(rate);
  if (comparison) parts.push(make('p', { className: 'compared' }, compared(comparison)));
  return [make('section', { className: 'plot-part' }, ...parts)];
}

/** @param {Points} points a line of text and a picture for each scenario */
function rows({ labels, columns, points }) {
  const isCompared = points.some(({ before }) => before !== null);
  const wide = isCompared ? CELL.wideCompared : CELL.wide;
  const width = columns * wide;
  return labels.map((label, row) => {
    const marks = points.filter((point) => point.row === row).flatMap((point) => cell(point, wide));
    const size = { viewBox: `0 0 ${width} ${CELL.high}`, width, height: CELL.high };
    const name = make('span', { className: 'plot-label', dir: 'auto', title: label }, label);
    return make('div', { className: 'plot-row' }, name, draw('svg', size, ...marks));
  });
}

/** @param {Point} point @param {number} wide */
function cell({ column, outcome, before }, wide) {
  const y = CELL.high / 2;
  const middle = column * wide + (before ? wide / 2 : EDGE);
  if (!before) return [mark(outcome, middle, y)];
  const arrow = draw('path', { class: 'arrow', d: `M${middle - 5} ${y}h9m-3-3l3 3-3 3` });
  return [mark(before, middle - AFTER, y, 'before'), arrow, mark(outcome, middle + AFTER, y)];
}

/** @param {string} outcome @param {number} x @param {number} y @param {string} [more] */
function mark(outcome, x, y, more = '') {
  return draw('path', { class: `mark is-${outcome} ${more}`, d: MARKS[outcome], transform: `translate(${x} ${y})` });
}

/** What the shapes mean, with how many there are. @param {Point[]} points */
function key(points) {
  const counts = Object.entries(countsOf(points)).filter(([, count]) => count > 0);
  const parts = counts.map(([outcome, count]) => {
    const picture = draw('svg', { viewBox: '-8 -8 16 16', class: 'key' }, mark(outcome, 0, 0));
    return make('span', {}, picture, `${count} ${outcomeInWords(outcome)}`);
  });
  return make('p', { className: 'plot-key' }, ...parts);
}

/** The same for who does not see it. @param {Points} points */
function table({ labels, points }) {
  const head = ['jobs.scenario', 'jobs.run', 'jobs.before', 'jobs.after'];
  const isCompared = points.some(({ before }) => before !== null);
  const columns = isCompared ? head : [head[0], head[1], 'jobs.outcomeHead'];
  const names = columns.map((name) => make('th', { scope: 'col' }, t(/** @type {any} */ (name))));
  const body = points.map(({ n, row, outcome, before }) => {
    const earlier = isCompared ? [make('td', {}, before ? outcomeInWords(before) : '')] : [];
    const first = make('th', { scope: 'row' }, labels[row]);
    return make('tr', {}, first, make('td', {}, `${n + 1}`), ...earlier, make('td', {}, outcomeInWords(outcome)));
  });
  const caption = make('caption', {}, t('jobs.plot'));
  return make('table', { className: 'unseen' }, caption, make('thead', {}, make('tr', {}, ...names)), make('tbody', {}, ...body));
}

/** The rate with its interval, drawn and in words. @param {Metrics} metrics */
function rateOf({ passRate, interval }) {
  if (typeof passRate !== 'number' || !interval) return null;
  const [low, high] = interval;
  const x = (/** @type {number} */ share) => 6 + share * BAR.width;
  const bar = draw(
    'svg',
    { viewBox: `0 0 ${BAR.width + 12} ${BAR.high}`, class: 'rate', 'aria-hidden': 'true' },
    draw('path', { class: 'scale', d: `M${x(0)} ${BAR.top}H${x(1)}` }),
    draw('path', { class: 'interval', d: `M${x(low)} ${BAR.top}H${x(high)}M${x(low)} 7v12M${x(high)} 7v12` }),
    draw('circle', { class: 'value', cx: x(passRate), cy: BAR.top, r: 5 }),
  );
  const shares = { rate: percentInWords(passRate), low: percentInWords(low), high: percentInWords(high) };
  return make('figure', { className: 'rate-part' }, bar, make('figcaption', {}, t('jobs.rate', shares)));
}

/** @param {Comparison} comparison */
function compared({ better, worse, same, words }) {
  return words || t('jobs.compared', { better, worse, same });
}

