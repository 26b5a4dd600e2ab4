/** The texts of the page: complete in each language, and nowhere else. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { chooseLanguage, t, textIn } from '../../../public/page/texts.js';
import { de } from '../../../public/page/texts/de.js';
import { en } from '../../../public/page/texts/en.js';

const PUBLIC = new URL('../../../public/', import.meta.url);
const NAMES = ['make ears', 'Second Brain', 'OPENAI_API_KEY=… make dev', 'owner'];
// Names of keys, headers and types that the platform spells like words.
const PLATFORM = [
  'ArrowDown', 'ArrowUp', 'Authorization', 'Bearer ', 'Content-Type', 'Enter', 'Escape', 'Files', 'said!~',
  'noopener noreferrer nofollow',
];
const SAMPLES = ['Anna Lindqvist <anna@lindqvist.example>'];
// Begins like a sentence or a label, has the end of one, or has three words in a row.
const PROSE = /^\s*\p{Lu}\p{Ll}|\p{L}([!?…]|\.\s)|\p{L}+ \p{L}+ \p{L}+/u;

const read = (path) => readFileSync(new URL(path, PUBLIC), 'utf8');
const modulesIn = (folder) =>
  readdirSync(new URL(folder, PUBLIC))
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${folder}${name}`);
const PAGE = ['page/', 'page/documents/', 'page/jobs/', 'page/lists/', 'page/mail/', 'page/talk/'];
// What it says is fixed by the table that it shares with the server.
const SPOKEN = 'voice/ear.js';
const MODULES = ['page.js', ...PAGE.flatMap(modulesIn), ...modulesIn('voice/')].filter((name) => name !== SPOKEN);

const forms = (text) => (typeof text === 'string' ? { other: text } : text);
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

/** The texts in a module's quotes; of templates, what stands between their gaps. */
function literalsIn(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\/|(?<=\s|^)\/\/.*$/gm, '');
  const quoted = code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g);
  return [...quoted].flatMap(([, plain, template]) => plain ?? template.split(/\$\{[^}]*\}/));
}

function isProse(text) {
  return PROSE.test(text) && !PLATFORM.includes(text) && !SAMPLES.includes(text);
}

test('no language lacks an entry, a plural form or a placeholder of another', () => {
  assert.deepEqual(Object.keys(de), Object.keys(en));
  for (const key of Object.keys(en)) {
    const [english, german] = [forms(en[key]), forms(de[key])];
    assert.deepEqual(Object.keys(german), Object.keys(english), key);
    for (const form of Object.keys(english)) {
      assert.deepEqual(placeholders(german[form]), placeholders(english[form]), key);
      assert.notEqual(german[form].trim(), '', key);
    }
  }
});

test('a text is filled in, and has the plural form of its count', () => {
  assert.equal(t('entry.notSent', { reason: 'Too long.' }), 'Not sent. Too long.');
  assert.equal(textIn('de', 'conversation.away', { count: 1 }), 'Während du weg warst: 1 Nachricht');
  assert.match(textIn('de', 'conversation.away', { count: 0 }), /0 Nachrichten/);
});

test('the first language of the user that the page has is chosen, else English', () => {
  const german = { language: 'de', locale: 'de-AT' };
  assert.deepEqual(chooseLanguage(['fr-FR', 'de-AT', 'en-US']), german);
  assert.deepEqual(chooseLanguage(['en-GB', 'de']), { language: 'en', locale: 'en-GB' });
  assert.deepEqual(chooseLanguage(['fr', 'constructor']), { language: 'en', locale: 'en' });
  assert.deepEqual(chooseLanguage([]), { language: 'en', locale: 'en' });
});

test('each text is used somewhere', () => {
  const all = [read('index.html'), ...MODULES.map(read)].join('\n');
  const families = [
    'tool.', 'label.', 'voice.', 'road.', 'connection.', 'entry.', 'question.',
    'documents.cut.', 'documents.fault.', 'jobs.kind.', 'jobs.status.', 'jobs.reason.', 'jobs.outcome.', 'jobs.severity.', 'jobs.expect.',
  ];
  const isUsed = (key) =>
    all.includes(`'${key}'`) || all.includes(`"${key}"`) || families.some((one) => key.startsWith(one));

  assert.deepEqual(Object.keys(en).filter((key) => !isUsed(key)), []);
});

test('index.html has the English texts', () => {
  const html = read('index.html').replace(/\s+/g, ' ');
  for (const [, key, text] of html.matchAll(/data-text="([\w.]+)"[^>]*>([^<]*)</g)) {
    assert.equal(text.trim(), en[key], key);
  }
  for (const [tag] of html.matchAll(/<[^>]*data-text-[^>]*>/g)) {
    for (const [, name, key] of tag.matchAll(/data-text-([a-z-]+)="([\w.]+)"/g)) {
      assert.ok(tag.includes(` ${name}="${en[key]}"`), key);
    }
  }
});

test('index.html has no text that stays English, but for names and for pages without scripts', () => {
  const html = read('index.html').replace(/<noscript>.*?<\/noscript>|<title>.*?<\/title>/gs, '');
  const fixed = [...html.matchAll(/<(?!\/)([^>]*)>([^<]*\p{L}[^<]*)/gu)]
    .filter(([, tag]) => !tag.includes('data-text='))
    .map(([, , text]) => text.trim());
  const attributes = [...html.matchAll(/ (aria-label|placeholder|title)="/g)];
  const filled = [...html.matchAll(/ data-text-(aria-label|placeholder|title)="/g)];

  assert.deepEqual(fixed.filter((text) => !NAMES.includes(text)), []);
  assert.equal(attributes.length, filled.length);
});

test('no module of the page has a text of its own', () => {
  for (const module of MODULES) {
    assert.deepEqual(literalsIn(read(module)).filter(isProse), [], module);
  }
});

test('a text in a module would be found', () => {
  const source = "const a = 'Saved.'; b('All'); c(`Not sent. ${why} Again?`); d('only some of it');";

  assert.deepEqual(literalsIn(source).filter(isProse), [
    'Saved.',
    'All',
    'Not sent. ',
    ' Again?',
    'only some of it',
  ]);
});
