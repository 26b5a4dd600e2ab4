import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrainError } from '../../../public/client/errors.js';
import {
  activityInWords,
  awayInWords,
  foreignSegmentsOf,
  lengthObjection,
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

test('in a text of others every address has its host in ASCII letters', () => {
  const hosts = (text) => foreignSegmentsOf(text).flatMap(({ text: address, host }) => (host ? [[address, host]] : []));
  for (const [text, address, host] of [
    ['See https://evil.example/?pin=9999.', 'https://evil.example/?pin=9999', 'evil.example'],
    ['[your bank](https://evil.example/a)', 'https://evil.example/a', 'evil.example'],
    ['<http://evil.example:81/>', 'http://evil.example:81/', 'evil.example:81'],
    ['Go to www.evil.example now', 'www.evil.example', 'www.evil.example'],
    ['HTTPS://bank.example@evil.example', 'HTTPS://bank.example@evil.example', 'evil.example'],
    ['https://\u0430pple.example', 'https://\u0430pple.example', 'xn--pple-43d.example'],
    ['app://\u0430pple.example/x', 'app://\u0430pple.example/x', 'xn--pple-43d.example'],
  ]) {
    assert.deepEqual(hosts(text), [[address, host]], text);
    assert.equal(
      foreignSegmentsOf(text).map((piece) => piece.text).join(''),
      text,
    );
  }
  const two = hosts('[https://bank.example](https://evil.example)');
  assert.deepEqual(two.map(([, host]) => host), ['bank.example', 'evil.example']);
  assert.deepEqual(hosts('Dinner at 7://30, https://'), []);
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

test('a limit that is used up is named, with how long it may last', () => {
  const told = (title) => refusalInWords(new BrainError({ status: 503, title }));
  for (const service of ['store', 'queue', 'database']) {
    const today = `The ${service}'s daily limit is used up. It may last until tomorrow.`;
    assert.equal(told(today), `The daily limit of the ${service} is used up. It may last until tomorrow.`);
    const plan = `The limit of the ${service}'s plan is used up. It may last until the plan's next period.`;
    assert.match(told(plan), new RegExp(`^The limit of the ${service}’s plan is used up.`));
  }
  assert.equal(told('A service cannot be reached. Try again.'), 'A service cannot be reached. Try again.');
});

test('a text is measured as the server measures it', () => {
  assert.equal(lengthObjection('a'.repeat(8000), 8000), '');
  assert.equal(lengthObjection('😀'.repeat(8000), 8000), '');
  assert.equal(lengthObjection('a'.repeat(9000), 8000), 'This must have at most 8,000 characters; it has 9,000.');
  assert.match(lengthObjection('😀'.repeat(8001), 8000), /it has 8,001\.$/);
});

test('too many requests are told in the words of the page', () => {
  const error = { status: 429, title: 'Too many requests.', detail: 'Rate limit of 60 exceeded.' };
  assert.equal(refusalInWords(error), 'That was a lot at once. Wait a minute and try again.');
});

for (const [name, error, words] of [
  ['a fault of the server', { status: 500, title: 'Something went wrong.' }, /^The server failed\. Try again/],
  ['a page of a proxy', { status: 502, title: 'Bad Gateway', detail: 'upstream' }, /^The server failed\. Try again/],
  ['an unknown status', { status: 599, title: '' }, /server cannot be reached|server failed/],
  ['a wrong setting', { status: 500, title: 'Not set up.', detail: 'KEY is missing.' }, /not fully set up\. KEY is missing\.$/],
  ['too many', { status: 429, title: 'Too many requests. Try again later.' }, /^That was a lot/],
  ['nothing there', { status: 404, title: 'Not Found' }, /no longer there/],
  ['not allowed', { status: 403, title: 'Forbidden' }, /may not/],
  ['a method that is not taken', { status: 405, title: 'Method not allowed.' }, /cannot accept this.*try again/],
]) {
  test(`the page says in its own words: ${name}`, () => {
    assert.match(refusalInWords(new BrainError(error)), words);
  });
}
