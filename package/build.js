/**
 * Makes the npm package in `dist`, from the modules that a deployment serves: `brain.js` for
 * bundlers, `brain.min.js` for pages without one, `native.js` for React Native. Only two things differ: pusher-js is the one that the front end has installed, and in React Native, which has no
 * Web Audio, there are no spoken conversations.
 */

import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
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

/** Loaded when they are first used. */
const LATER = [
  'voice/talk.js',
  'voice/claims.js',
  'client/minds/calls.js',
  'client/roads/channel.js',
  'client/roads/socket.js',
];

/** @param {string} path */
const minified = (path) => basename(path).replace(/js$/, 'min');

/** @type {import('esbuild').Plugin} */
const beside = {
  name: 'beside',
  setup({ onResolve }) {
    onResolve({ filter: /\.js$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && !path.endsWith('pusher.js') ? { path: `./${minified(path)}.js`, external: true } : null,
    );
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
  const entries = LATER.map((path) => ({ in: join(ROOT, 'public', path), out: minified(path) }));
  // Each file is whole, as those that a deployment serves: a page gets the client by one request.
  for (const entry of [{ in: from, out: minified(from) }, ...entries]) {
    await build({ ...common, minify: true, entryPoints: [entry], outdir: folder, plugins: [beside, installedPusher] });
  }
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
