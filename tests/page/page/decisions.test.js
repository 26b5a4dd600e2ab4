import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Decisions } from '../../../public/page/decisions.js';

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
  const decisions = new Decisions();
  for (const entry of entries) decisions.receive(entry);
  return decisions;
}

test('a question cannot be decided before the server says that it is open', () => {
  const decisions = after(question('q1'), question('q2'));
  assert.equal(decisions.of('q2', NOW_MS), null);

  decisions.setWaiting('q2');

  assert.equal(decisions.of('q1', NOW_MS), 'closed');
  assert.equal(decisions.of('q2', NOW_MS), 'waiting');
});

test('the decision in the log counts, whatever the server has said', () => {
  const decisions = after(question('q1'), question('q2'), question('q3'));
  decisions.setWaiting('q3');

  decisions.receive(decision('q1', 'approve'));
  decisions.receive(decision('q2', 'approve', { to: ['zoe@example.org'] }));
  decisions.receive(decision('q3', 'reject'));

  assert.equal(decisions.of('q1', NOW_MS), 'approved');
  assert.equal(decisions.of('q2', NOW_MS), 'changed');
  assert.equal(decisions.of('q3', NOW_MS), 'rejected');
});

test('a reload reads from the log what was done instead, and which of it the user changed', () => {
  const given = { to: ['zoe@example.org'], subject: 'Lunch' };
  const approved = decision('q1', 'approve', given);
  approved.decision.changed = ['to'];
  const decisions = after(question('q2'), approved, question('q1'), decision('q2', 'approve'));

  assert.equal(decisions.of('q1', NOW_MS), 'changed');
  assert.deepEqual(decisions.changesOf('q1'), { arguments: given, names: ['to'] });
  assert.equal(decisions.changesOf('q2'), undefined);
});

test('a question expires at its time', () => {
  const decisions = after(question('q1', { expiresAt: '2026-01-01T11:00:00Z' }));

  assert.equal(decisions.of('q1', NOW_MS), 'expired');
});

test('only a question to the user makes the page ask the server', () => {
  const decisions = new Decisions();

  assert.equal(decisions.receive(question('q1')), true);
  assert.equal(decisions.receive({ role: 'user', text: 'Something else.' }), false);
  assert.equal(decisions.receive(decision('q1', 'reject')), false);
  assert.equal(decisions.receive(question('q2', { for: 'client' })), false);
  assert.deepEqual([decisions.knows('q1'), decisions.knows('q2')], [true, false]);
});
