/** Where links of Markdown lead, as it is shown beside their words. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isTold, targetOf } from '../../../public/page/talk/target.js';

const shown = (href) => targetOf(href)?.words ?? null;
const LONG = 'a'.repeat(60);

for (const [href, words] of [
  ['https://example.test', 'example.test'],
  ['https://example.test/', 'example.test'],
  ['http://example.test:8080/a?b=c#d', 'example.test:8080/a?b=c#d'],
  ['HTTPS://Example.test/A', 'example.test/A'],
  ['https://example.test/?id=1', 'example.test/?id=1'],
  ['https://bank.test@evil.test/login', 'evil.test/login'],
  ['https://exаmple.test/g', 'xn--exmple-4nf.test/g'], // its third letter is Cyrillic
  ['https://example.test/\u202egnp.exe', 'example.test/%E2%80%AEgnp.exe'],
  ['mailto:anna@example.test', 'anna@example.test'],
  ['MAILTO:anna+b@example.test?subject=Hi&body=there', 'anna+b@example.test'],
  ['mailto:anna@example.test?CC=ben+c@example.test&bcc=eve@evil.test', 'anna@example.test, ben+c@example.test, eve@evil.test'],
  ['mailto:anna@example.test,eve%40evil.test', 'anna@example.test, eve@evil.test'],
  ['mailto:anna@example.test%2Ceve@evil.test', 'anna@example.test, eve@evil.test'],
  ['mailto:?to=%65ve@evil.test', 'eve@evil.test'],
  ['mailto:anna@exаmple.test', 'anna@xn--exmple-4nf.test'],
  ['mailto:\u202eanna@example.test', '%E2%80%AEanna@example.test'],
]) {
  test(`a link shows where it leads: ${href}`, () => {
    assert.equal(shown(href), words);
  });
}

for (const href of [
  'javascript:alert(1)', 'data:text/html,x', 'ftp://a.test', 'https://', 'x', '',
  'mailto:', 'mailto:anna', 'mailto:?subject=Hi', 'mailto:a@b@c', 'mailto:@b', 'mailto:%',
]) {
  test(`what leads nowhere is no link: ${href}`, () => {
    assert.equal(targetOf(href), null);
  });
}

test('of a long path the beginning and the end are shown, and the host whole', () => {
  const host = `bank.test.${LONG}.evil.test`;
  const [one, other] = ['one', 'other'].map((end) => shown(`https://${host}/${LONG}/${end}`));
  assert.match(one, new RegExp(`^${host.replaceAll('.', '\\.')}/a+…a+/one$`));
  assert.notEqual(one, other);
  assert.ok(one.length < host.length + 45);
  assert.equal(targetOf(`https://${host}/${LONG}/one`).href, `https://${host}/${LONG}/one`);
});

test('words that say where a link leads need nothing beside them', () => {
  const told = (words, href) => isTold(words, targetOf(href));
  assert.ok(told('https://example.test', 'https://example.test'));
  assert.ok(told(`https://example.test/${LONG}`, `https://example.test/${LONG}`));
  assert.ok(told('example.test/g', 'https://example.test/g'));
  assert.ok(told('anna@example.test', 'mailto:anna@example.test?subject=Hi'));
  assert.ok(!told('anna@example.test', 'mailto:anna@example.test?cc=eve@evil.test'));
  assert.ok(!told('example.test', 'https://example.test/g'));
  assert.ok(!told('https://exаmple.test', 'https://exаmple.test'));
  assert.ok(!told('https://bank.test@evil.test/', 'https://bank.test@evil.test/'));
});
