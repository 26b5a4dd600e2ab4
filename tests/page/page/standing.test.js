import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Standings } from '../../../public/page/standing.js';

const NOW_MS = Date.parse('2026-01-01T12:00:00Z');
const GIVEN = { to: ['anna@example.org'] };

function question(id, more = {}) {
  const expiresAt = '2026-01-02T12:00:00Z';
  const asked = { for: 'user', tool: 'sendEmail', arguments: GIVEN, expiresAt, ...more };
  return { id, role: 'brain', kind: 'question', text: 'Shall I?', question: asked };
}

const decision = (questionId, verdict, given = GIVEN) => {
  return { role: 'user', text: 'Well.', decision: { questionId, verdict, arguments: given } };
};

function after(...entries) {
  const standings = new Standings();
  for (const entry of entries) standings.receive(entry);
  return standings;
}

test('a question is not to be decided before the server says that it waits', () => {
  const standings = after(question('q1'), question('q2'));
  assert.equal(standings.of('q2', NOW_MS), null);

  standings.setWaiting('q2');

  assert.equal(standings.of('q1', NOW_MS), 'closed');
  assert.equal(standings.of('q2', NOW_MS), 'waiting');
});

test('what was decided stands in the log, whatever the server has last said', () => {
  const standings = after(question('q1'), question('q2'), question('q3'));
  standings.setWaiting('q3');

  standings.receive(decision('q1', 'approve'));
  standings.receive(decision('q2', 'approve', { to: ['zoe@example.org'] }));
  standings.receive(decision('q3', 'reject'));

  assert.equal(standings.of('q1', NOW_MS), 'approved');
  assert.equal(standings.of('q2', NOW_MS), 'changed');
  assert.equal(standings.of('q3', NOW_MS), 'rejected');
});

test('a question whose time is over has expired', () => {
  const standings = after(question('q1', { expiresAt: '2026-01-01T11:00:00Z' }));

  assert.equal(standings.of('q1', NOW_MS), 'expired');
});

test('the server is asked for each question to the user, and for nothing else', () => {
  const standings = new Standings();

  assert.equal(standings.receive(question('q1')), true);
  assert.equal(standings.receive({ role: 'user', text: 'Something else.' }), false);
  assert.equal(standings.receive(decision('q1', 'reject')), false);
  assert.equal(standings.receive(question('q2', { for: 'client' })), false);
  assert.deepEqual([standings.knows('q1'), standings.knows('q2')], [true, false]);
});
