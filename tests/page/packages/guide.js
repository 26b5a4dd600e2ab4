/**
 * The app of the guide for React Native, in its runtime, bundled as Metro does it. Arguments: the
 * server's address, a token, a text, and the file with the guide's code. Says what came of it.
 */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';

import { ROOT, said } from './running.js';

/** In the place of native modules. */
const NATIVE = {
  'react-native': `
    const listeners = new Set();
    export const AppState = {
      currentState: 'active',
      addEventListener: (_, listener) => (listeners.add(listener), { remove: () => listeners.delete(listener) }),
    };
    globalThis.app = (state) => {
      AppState.currentState = state;
      for (const listener of listeners) listener(state);
      return listeners.size;
    };`,
  'react-native-mmkv': `
    globalThis.kept = new Map();
    export class MMKV { getString(key) { return kept.get(key); } set(key, value) { kept.set(key, value); } }`,
  '@react-native-community/netinfo': `
    export default { fetch: async () => ({ type: 'wifi', isConnected: true }), addEventListener() {} };`,
};

const [, , address, token, text, guide] = process.argv;
const work = mkdtempSync(join(tmpdir(), 'native-'));
const modules = join(work, 'node_modules');
for (const [name, code] of Object.entries(NATIVE)) {
  mkdirSync(join(modules, name), { recursive: true });
  writeFileSync(join(modules, name, 'index.js'), code);
}
symlinkSync(join(ROOT, 'node_modules', 'pusher-js'), join(modules, 'pusher-js'));
await said('npm', ['pack', '--silent', '--pack-destination', work], { cwd: ROOT });
await said('sh', ['-c', 'tar -xzf *.tgz && mv package node_modules/second-brain-client'], { cwd: work });
await build({
  absWorkingDir: work,
  stdin: { contents: `export * from ${JSON.stringify(guide)};`, resolveDir: work },
  outfile: join(work, 'app.mjs'),
  nodePaths: [modules],
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  conditions: ['react-native'],
  mainFields: ['react-native', 'browser', 'main'],
});
await import('./native_world.js');
const { open } = await import(pathToFileURL(join(work, 'app.mjs')));
rmSync(work, { recursive: true });

const texts = [];
const roads = [];
const waiting = new Set();
const note = () => {
  for (const look of waiting) look();
};
const until = (isTrue) =>
  new Promise((resolve) => {
    const look = () => isTrue() && (waiting.delete(look), resolve());
    waiting.add(look);
    look();
  });

const calledOff = new AbortController();
const none = open(address, token, calledOff.signal).catch(({ name }) => name);
calledOff.abort();

const ending = new AbortController();
const brain = await open(address, token, ending.signal);
brain.onMessage((entry) => (texts.push(entry.text), note()));
brain.onState(({ road }) => (road !== roads.at(-1) && roads.push(road), note()));
await until(() => roads.at(-1) === 'channel');
await brain.askBrain(text);
await until(() => texts.length === 2);
app('background');
await until(() => roads.at(-1) !== 'channel');
app('active');
await until(() => roads.at(-1) === 'channel');
ending.abort();
const told = { calledOff: await none, texts, listeners: app('active'), kept: kept.size > 0 };
process.stdout.write(JSON.stringify(told));
setTimeout(() => process.exit(0), 100);
