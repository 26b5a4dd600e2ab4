/**
 * Makes app.jsx ready for a browser, with the package and pusher-js as installed. Arguments: the
 * bundler, the file with the hook, and a folder, which gets index.html and its modules.
 */

import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { build as bundle } from 'esbuild';
import { build as viteBuild } from 'vite';

import { HERE, ROOT, said } from './running.js';

const PAGE = '<!doctype html><title>App</title><div id="root"></div><script type="module" src="./app.jsx"></script>';
const [, , bundler, hook, folder] = process.argv;

process.env.NODE_ENV = 'development'; // else StrictMode does nothing
const app = join(folder, 'app');
const modules = join(app, 'node_modules');
mkdirSync(modules, { recursive: true });
await said('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
await said('sh', ['-c', 'tar -xzf *.tgz && mv package app/node_modules/second-brain-client'], { cwd: folder });
for (const name of ['react', 'react-dom', 'scheduler']) symlinkSync(join(HERE, 'node_modules', name), join(modules, name));
symlinkSync(join(ROOT, 'node_modules', 'pusher-js'), join(modules, 'pusher-js'));
cpSync(join(HERE, 'app.jsx'), join(app, 'app.jsx'));
cpSync(hook, join(app, 'useBrain.jsx'));
writeFileSync(join(app, 'index.html'), PAGE);

const outdir = join(folder, 'out');
if (bundler === 'vite') {
  await viteBuild({ root: app, configFile: false, logLevel: 'error', mode: 'development', build: { outDir: outdir } });
} else {
  await bundle({
    absWorkingDir: app,
    entryPoints: ['app.jsx'],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  writeFileSync(join(outdir, 'index.html'), PAGE.replace('./app.jsx', './app.js'));
}
