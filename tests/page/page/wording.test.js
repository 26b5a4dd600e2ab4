import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrainError } from '../../../public/client/errors.js';
import {
  activityInWords,
  awayInWords,
  segmentsOf,
  presenceInWords,
  refusalInWords,
} from '../../../public/page/wording.js';

const IDLE = { state: 'idle', runId: null, activity: '', progress: null, loop: 0 };
const QUIET = { connection: 'live', run: IDLE, retrying: [], problem: null };
const links = (text) => segmentsOf(text).flatMap(({ href }) => (href ? [href] : []));

test('an address becomes a link, the full stop after it does not', () => {
  const text = 'See https://a.test/b?c=d. And (http://e.test/f)!';

  assert.deepEqual(links(text), ['https://a.test/b?c=d', 'http://e.test/f']);
  assert.equal(
    segmentsOf(text).map((piece) => piece.text).join(''),
    text,
  );
});

test('only http and https addresses become links', () => {
  for (const text of ['javascript:alert(1)', 'data:text/html,x', 'ftp://a.test', 'https://']) {
    assert.deepEqual(links(text), [], text);
  }
});

test('the current activity is described', () => {
  const run = { ...IDLE, state: 'running', activity: 'searchDocuments, readDocument' };
  const retrying = [{ messageId: 'm', attempt: 1, pauseMs: 500, reason: 'no network' }];

  assert.equal(activityInWords(QUIET, 0), '');
  assert.equal(activityInWords(QUIET, 1), 'Thinking…');
  assert.equal(activityInWords({ ...QUIET, run }, 0), 'Search documents · Read document…');
  assert.equal(activityInWords({ ...QUIET, run: { ...run, activity: '' } }, 0), 'Thinking…');
  assert.match(activityInWords({ ...QUIET, connection: 'offline' }, 1), /connection/);
  assert.match(activityInWords({ ...QUIET, retrying }, 1), /no network.*again/);
});

test('a refusal has the server’s words if there are any', () => {
  const refused = new BrainError({ status: 422, title: 'Unprocessable', detail: 'Too long.' });

  assert.equal(refusalInWords(refused), 'Too long.');
  assert.equal(refusalInWords(new BrainError({ status: 0, title: 'Not reached' })), 'Not reached.');
  assert.equal(refusalInWords(new BrainError({ status: 401, title: 'x' })), 'Your session has expired. Sign in again.');
  assert.match(refusalInWords(new TypeError('x')), /this page/);
});

test('missed messages and presence are described; unknown ones are not', () => {
  assert.equal(awayInWords(1), 'While you were away: 1 message');
  assert.equal(awayInWords(3), 'While you were away: 3 messages');
  assert.equal(presenceInWords({ others: null, listening: null }), '');
  assert.match(presenceInWords({ others: 1, listening: null }), /^Open on 1 other page\./);
  assert.match(presenceInWords({ others: 2, listening: true }), /2 other pages\..*you are here/);
});
