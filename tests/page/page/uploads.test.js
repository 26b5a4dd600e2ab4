import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fileObjection, keyOf, typeOf } from '../../../public/page/documents/uploads.js';

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

test('text, Markdown, PDF and Word files can be added; for others the page says why not', () => {
  for (const name of ['a.md', 'B.TXT', 'c.d.markdown', 'e.PDF', 'f.docx']) {
    assert.equal(fileObjection({ name, size: 10 }), '', name);
  }
  for (const name of ['a.doc', 'md', 'a.md.exe', 'a.xlsx']) {
    assert.match(fileObjection({ name, size: 10 }), /Only text, Markdown, PDF and Word/, name);
  }
  assert.equal(fileObjection({ name: 'a.pdf', size: 4 * 1024 * 1024 }), '');
  assert.match(fileObjection({ name: 'a.pdf', size: 4 * 1024 * 1024 + 1 }), /at most 4 MB/);
  assert.match(fileObjection({ name: 'a.md', size: 0 }), /empty/);
});

test('the ending of a name says the type of a file', () => {
  const names = ['a.md', 'a.txt', 'A.Pdf', 'a.docx', 'a.png'];
  const types = ['text/markdown', 'text/plain', 'application/pdf', WORD, ''];
  assert.deepEqual(names.map(typeOf), types);
});

test('the same file has the same key, another one a different key, as the server accepts it', async () => {
  /** @param {string} text */
  const bytes = (text) => new TextEncoder().encode(text);
  const key = await keyOf('a.md', bytes('text'));

  assert.equal(await keyOf('a.md', bytes('text')), key);
  assert.notEqual(await keyOf('a.md', bytes('text!')), key);
  assert.notEqual(await keyOf('b.md', bytes('text')), key);
  assert.match(key, /^[A-Za-z0-9_-]{8,64}$/);
});
