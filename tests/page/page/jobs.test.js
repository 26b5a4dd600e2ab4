/** What is said and drawn about jobs, without a page. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { countsOf, outcomeOf, pointsOf } from '../../../public/page/jobs/points.js';
import * as words from '../../../public/page/jobs/words.js';

const run = (n, label, verdict, status = 'complete') => ({ n, label, verdict, status });

test('runs of a scenario stand in one row, in the order of playing', () => {
  const runs = [run(0, 'A', 'passed'), run(1, 'B', 'failed'), run(2, 'A', 'unsure'), run(3, 'B', null, 'running')];

  const { labels, columns, points } = pointsOf(runs);

  assert.deepEqual(labels, ['A', 'B']);
  assert.equal(columns, 2);
  assert.deepEqual(points.map(({ row, column, outcome }) => [row, column, outcome]), [
    [0, 0, 'passed'],
    [1, 0, 'failed'],
    [0, 1, 'unsure'],
    [1, 1, 'open'],
  ]);
  assert.deepEqual(countsOf(points), { passed: 1, failed: 1, unsure: 1, invalid: 0, open: 1 });
});

test('what came before is known where the job is compared with another', () => {
  const pairs = [{ n: 1, before: 'failed', after: 'passed' }];

  const { points } = pointsOf([run(0, 'A', 'passed'), run(1, 'A', 'passed')], pairs);

  assert.deepEqual(points.map(({ before }) => before), [null, 'failed']);
  assert.deepEqual(pointsOf([]), { labels: [], columns: 0, points: [] });
});

test('a verdict is a word or an object with one; an unknown one is none', () => {
  assert.equal(outcomeOf(run(0, 'A', { outcome: 'passed' })), 'passed');
  assert.equal(outcomeOf(run(0, 'A', 'sublime')), 'open');
  assert.equal(outcomeOf(run(0, 'A', null, 'invalid')), 'invalid');
});

test('what is expected is said in words', () => {
  const said = (item) => words.expectationInWords(item);

  assert.equal(
    said({ with: { 'body~': 'eight', to: ['a@example.org'] }, times: 1, effect: 'sendEmail' }),
    'Does: Send email (Text contains “eight”, To: a@example.org, once)',
  );
  assert.equal(said({ never: 'deleteDocument' }), 'Never does: Delete document');
  assert.equal(said({ 'said!~': 'seven' }), 'Does not say “seven”');
  assert.equal(said({ 'turns<=': 4 }), 'At most 4 turns');
  assert.equal(said({ document: 'Shopping', 'body~': 'milk' }), 'Document “Shopping” (Text contains “milk”)');
  assert.equal(said({ newer: { a: 1 } }), 'newer: {"a":1}');
});

test('a job is told in numbers, a mind by what it does or why it ended', () => {
  assert.equal(words.countInWords({ completed: 4, failed: 1, total: 10 }), '4 of 10, 1 failed');
  assert.equal(words.countInWords({ completed: 3, failed: 0, total: 10 }), '3 of 10');
  assert.equal(words.mindInWords({ status: 'running', activity: 'searchWeb, readEmail' }), 'Search the web · Read email');
  assert.equal(words.mindInWords({ status: 'running', activity: null }), 'Working');
  assert.equal(words.mindInWords({ status: 'failed', endedReason: 'tokens' }), 'Failed · its tokens were used up');
  assert.equal(words.mindInWords({ status: 'stopped', endedReason: 'stopped' }), 'Stopped');
  assert.equal(words.mindInWords({ status: 'failed', endedReason: 'newReason' }), 'Failed · newReason');
});

test('each state has a shape of its own', () => {
  assert.equal(new Set(Object.values(words.SHAPES)).size, Object.keys(words.SHAPES).length);
});
