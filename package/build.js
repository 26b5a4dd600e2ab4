/**
 * Makes the npm package in `dist`, from the modules that a deployment serves. Only two things
 * differ: pusher-js is the one that the front end has installed, and in React Native, which has no
 * Web Audio, there are no spoken conversations.
 */

import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { declarations, write } from './types.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NO_TALK = "export class Talk { constructor() { throw new Error('Spoken conversations need a browser.'); } }";

/** @type {import('esbuild').Plugin} */
const installedPusher = {
  name: 'installed-pusher',
  setup({ onResolve }) {
    onResolve({ filter: /vendor\/pusher\.js$/ }, () => ({ path: 'pusher-js', external: true }));
  },
};

/** @type {import('esbuild').Plugin} */
const withoutTalk = {
  name: 'without-talk',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /voice\/talk\.js$/ }, () => ({ path: 'talk', namespace: 'native' }));
    onLoad({ filter: /.*/, namespace: 'native' }, () => ({ contents: NO_TALK }));
  },
};

/** @param {string} folder */
async function make(folder) {
  const from = join(ROOT, 'public', 'brain.js');
  /** @type {import('esbuild').BuildOptions} */
  const common = { bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', logLevel: 'warning' };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await build({
    ...common,
    entryPoints: [from],
    outdir: folder,
    splitting: true,
    chunkNames: '[name]-[hash]',
    plugins: [installedPusher],
  });
  await build({
    ...common,
    entryPoints: [from],
    outfile: join(folder, 'native.js'),
    plugins: [installedPusher, withoutTalk],
  });
  // Loaded by its address, beside the module that names it.
  copyFileSync(join(ROOT, 'public', 'voice', 'capture.js'), join(folder, 'capture.js'));
  write(join(folder, 'brain.d.ts'), declarations());
}

await make(join(ROOT, 'dist'));
