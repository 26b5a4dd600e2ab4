/** Where the runs of a rehearsal stand in its plot: a row for each scenario, a column each time. No I/O. */

/** @typedef {'passed' | 'failed' | 'unsure' | 'invalid'} Outcome */
/** @typedef {Outcome | 'open'} Shown `open`: there is no verdict yet, or the run was not played */
/** @typedef {{n: number, label: string, status: string, verdict?: any}} PlottedRun */

/**
 * @typedef {object} Point
 * @property {number} n of the run
 * @property {number} row
 * @property {number} column
 * @property {Shown} outcome
 * @property {Outcome | null} before the outcome of the same run in the job compared with
 *
 * @typedef {{labels: string[], columns: number, points: Point[]}} Points
 */

const OUTCOMES = ['passed', 'failed', 'unsure', 'invalid'];

/**
 * @param {PlottedRun[]} runs
 * @param {{n: number, before: Outcome, after: Outcome}[]} [pairs]
 * @returns {Points}
 */
export function pointsOf(runs, pairs = []) {
  const before = new Map(pairs.map((pair) => [pair.n, pair.before]));
  /** @type {Map<string, number>} */
  const counts = new Map();
  const labels = [...new Set(runs.map(({ label }) => label))];
  const points = runs.map((run) => {
    const column = counts.get(run.label) ?? 0;
    counts.set(run.label, column + 1);
    const row = labels.indexOf(run.label);
    return { n: run.n, row, column, outcome: outcomeOf(run), before: before.get(run.n) ?? null };
  });
  return { labels, columns: Math.max(0, ...counts.values()), points };
}

/** @param {PlottedRun} run `verdict` is an outcome, or an object with one @returns {Shown} */
export function outcomeOf({ status, verdict }) {
  const outcome = typeof verdict === 'string' ? verdict : verdict?.outcome;
  if (OUTCOMES.includes(outcome)) return outcome;
  return status === 'invalid' ? 'invalid' : 'open';
}

/**
 * Count the outcomes of runs.
 * @param {Point[]} points
 * @returns {Record<string, number>}
 */
export function countsOf(points) {
  /** @type {Record<string, number>} */
  const counts = { passed: 0, failed: 0, unsure: 0, invalid: 0, open: 0 };
  for (const { outcome } of points) counts[outcome] += 1;
  return counts;
}
