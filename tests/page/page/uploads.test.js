import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fileObjection, keyOf, textObjection, titleOf } from '../../../public/page/uploads.js';

test('text and Markdown files can be added; for others the page says why not', () => {
  for (const name of ['a.md', 'B.TXT', 'c.d.markdown']) {
    assert.equal(fileObjection({ name, size: 10 }), '', name);
  }
  for (const name of ['a.pdf', 'md', 'a.md.exe']) {
    assert.match(fileObjection({ name, size: 10 }), /Only text and Markdown/, name);
  }
  assert.match(fileObjection({ name: 'a.md', size: 1_000_001 }), /too large/);
  assert.match(fileObjection({ name: 'a.md', size: 0 }), /empty/);
});

test('binary content and texts that are too long are reported', () => {
  assert.equal(textObjection('x'.repeat(200_000)), '');
  assert.match(textObjection('x'.repeat(200_001)), /200,001 characters/);
  assert.match(textObjection('a\0b'), /not UTF-8 text/);
  assert.match(textObjection('a\ufffdb'), /not UTF-8 text/);
});

test('the title of a document is its first heading, or the name of its file', () => {
  assert.equal(titleOf('boat.md', 'Well.\n\n## The boat ##\n\nIts key.'), 'The boat');
  assert.equal(titleOf('boat.txt', '# The boat'), 'boat');
  assert.equal(titleOf('my.notes.md', 'No heading'), 'my.notes');
  assert.equal(titleOf('a.md', `# ${'x'.repeat(400)}`).length, 300);
});

test('the same file has the same key, another one a different key, as the server accepts it', async () => {
  const key = await keyOf('a.md', 'text');

  assert.equal(await keyOf('a.md', 'text'), key);
  assert.notEqual(await keyOf('a.md', 'text!'), key);
  assert.notEqual(await keyOf('b.md', 'text'), key);
  assert.match(key, /^[A-Za-z0-9_-]{8,64}$/);
});
