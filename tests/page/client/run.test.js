import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RunState } from '../../../public/client/run.js';

const last = (runId, seq, more = {}) => {
  return { role: 'brain', kind: 'say', doneAfterThis: true, runId, seq, ...more };
};
const status = (state, runId, lastSeq = 9) => ({ state, runId, lastSeq });

function running(...runIds) {
  const run = new RunState();
  for (const runId of runIds) run.receiveEvent({ runId, state: 'running' });
  return run;
}

test('the last message of one run does not end another', () => {
  const run = running('long', 'aside');

  run.receiveEntry(last('aside', 5));

  assert.deepEqual([run.current.state, run.current.runId], ['running', 'long']);
  assert.equal(run.isActive, true);
});

test('an answer is awaited until its own run has ended', () => {
  const run = new RunState();
  run.await({ seq: 3, runId: 'r1' });

  run.receiveEntry(last('other', 4));
  assert.equal(run.isActive, true);

  run.receiveEntry(last('r1', 5));
  assert.equal(run.isActive, false);
  assert.equal(run.current.state, 'idle');
});

test('a last message from before the text is not its answer', () => {
  const run = new RunState();
  run.await({ seq: 3, runId: 'r1' });

  run.receiveEntry(last('r1', 2));

  assert.equal(run.isActive, true);
});

test('a question ends its run, and a decision may start the run again', () => {
  const run = running('r1');

  run.receiveEntry(last('r1', 4, { kind: 'question' }));
  assert.equal(run.current.state, 'idle');

  run.await({ seq: 5, runId: 'r1' });
  assert.equal(run.current.state, 'running');
});

test('a stopped run has the state stopped, in whichever order events arrive', () => {
  const [event, entry] = [{ runId: 'r1', state: 'stopped' }, last('r1', 4)];
  const one = running('r1');
  const other = running('r1');

  one.receiveEvent(event);
  one.receiveEntry(entry);
  other.receiveEntry(entry);
  other.receiveEvent(event);

  assert.equal(one.current.state, 'stopped');
  assert.deepEqual(one.current, other.current);
});

test('no answer is awaited from a stopped run', () => {
  const run = new RunState();
  run.await({ seq: 3, runId: 'r1' });

  run.receiveEvent({ runId: 'r1', state: 'stopped' });

  assert.equal(run.isActive, false);
});

test('late events of an ended run do not start it again', () => {
  const run = running('r1');
  run.receiveEntry(last('r1', 4));

  run.receiveEvent({ runId: 'r1', state: 'running' });
  run.receiveStatus(status('running', 'r1'));

  assert.equal(run.current.state, 'idle');
});

test('of several runs the one in the status is shown', () => {
  const run = running('long', 'aside');

  run.receiveStatus({ ...status('running', 'long'), activity: 'reads', progress: 0.5, loop: 3 });

  const { runId, activity, progress, loop } = run.current;
  assert.deepEqual([runId, activity, progress, loop], ['long', 'reads', 0.5, 3]);
});

test('a status without a run ends all waiting, if it is newer than the text', () => {
  const run = new RunState();
  run.await({ seq: 7, runId: 'r1' });

  run.receiveStatus(status('idle', null, 6));
  assert.equal(run.isActive, true);

  run.receiveStatus(status('idle', null, 8));
  assert.equal(run.isActive, false);
});
