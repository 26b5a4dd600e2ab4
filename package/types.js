/**
 * Writes `public/brain.d.ts`: the types of the client, from the JSDoc of its modules, and those of
 * the wire. `--check` only says whether it is up to date.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { flattened } from './flatten.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PUBLIC = join(ROOT, 'public');
const WIRE = 'wire.js'; // has declarations only, written by `make docs`
const ENTRIES = ['brain.js', 'client/types.js#Kind', WIRE];
const DECLARATIONS = join(PUBLIC, 'brain.d.ts');
const HEAD = `\
// The types of the client library (brain.js) and of what goes over the wire.
// Written by \`npm run build:types\`: do not edit.
`;

/** The text of the declarations. */
export function declarations() {
  const folder = mkdtempSync(join(tmpdir(), 'declarations-'));
  try {
    const compiler = join(ROOT, 'node_modules', '.bin', 'tsc');
    execFileSync(compiler, ['-p', join(ROOT, 'package'), '--outDir', folder], { stdio: 'inherit' });
    const fileOf = (/** @type {string} */ path) =>
      join(path === WIRE ? PUBLIC : folder, path.replace(/\.js$/, '.d.ts'));
    return `${HEAD}\n${flattened(fileOf, ENTRIES)}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Write a file, unless it is that already. @param {string} path @param {string} text */
export function write(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(path, text);
}

function main() {
  const text = declarations();
  if (process.argv.includes('--check')) {
    if (readFileSync(DECLARATIONS, 'utf8') === text) return;
    console.error('public/brain.d.ts is not up to date: run `make docs`');
    process.exitCode = 1;
    return;
  }
  write(DECLARATIONS, text);
  mkdirSync(join(PUBLIC, 'vendor'), { recursive: true });
  write(join(PUBLIC, 'vendor', 'brain.min.d.ts'), text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
