/** The npm package, as a front end has it that installed it. */

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { build as bundle } from 'esbuild';
import { build as viteBuild } from 'vite';

import { gateway, HERE, node, ROOT, said } from './running.js';

const NAME = 'second-brain-client';
const CONFIG = { strict: true, noEmit: true, target: 'es2022', lib: ['es2023', 'dom'], types: [] };
const RESOLUTIONS = [
  { module: 'esnext', moduleResolution: 'bundler' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
];
const COMPILERS = { 'typescript 5': HERE, 'typescript 7': ROOT };
const MOST_BYTES = 12_288; // gzipped
const OF_PUSHER = 'pusher_internal:'; // stands in its code only
const USE = `import { connect, askBrainTool } from '${NAME}';\nwindow.begin = () => connect();\nwindow.tool = askBrainTool;\n`;

let work = '';
let installed = '';

before(async () => {
  work = mkdtempSync(join(tmpdir(), 'package-'));
  await said('npm', ['pack', '--silent', '--pack-destination', work], { cwd: ROOT });
  const [archive] = readdirSync(work);
  await said('tar', ['-xzf', archive], { cwd: work });
  installed = join(work, 'package');
});

after(() => rmSync(work, { recursive: true }));

const manifest = () => JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));

/** A project that has installed the package, and pusher-js if it says so. */
function project(context, { pusher = false, files = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'project-'));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules'));
  cpSync(installed, join(folder, 'node_modules', NAME), { recursive: true });
  const vendor = join(ROOT, 'node_modules', 'pusher-js');
  if (pusher) symlinkSync(vendor, join(folder, 'node_modules', 'pusher-js'));
  const all = { 'package.json': '{"type": "module"}', ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
  return folder;
}

test('it says what npm, bundlers and compilers need, and depends on nothing', () => {
  const { name, version, license, sideEffects, exports, main, types, type, dependencies, ...rest } = manifest();

  assert.deepEqual([name, license, sideEffects, type, dependencies], [NAME, 'MIT', false, 'module', undefined]);
  assert.equal(rest.private, undefined);
  assert.equal(Object.keys(exports['.'])[0], 'types', 'else nobody finds them');
  assert.deepEqual(rest.peerDependenciesMeta, { 'pusher-js': { optional: true } });
  for (const path of [main, types, ...Object.values(exports['.'])]) {
    assert.ok(readFileSync(join(installed, path), 'utf8'), path);
  }
  const { version: own } = JSON.parse(readFileSync(join(ROOT, 'brain/http/openapi.json'), 'utf8')).info;
  assert.equal(version, own, 'the version of what is served');
});

test('it has the client only', () => {
  const names = readdirSync(installed, { recursive: true }).map(String);
  const unexpected = names.filter((name) => !/^(dist|dist\/[\w-]+\.(js|min\.js|d\.ts)|README\.md|LICENSE|package\.json)$/.test(name));

  assert.deepEqual(unexpected, []);
});

test('the minified client is below 12 KB with all that it loads at once, and works in Node', async (context) => {
  const address = await gateway(context);
  const use = `
    import { connect } from '${NAME}/brain.min.js';
    const brain = await connect({ baseUrl: '${address}' });
    console.log((await brain.askBrain('hello')).message.text);
    brain.close();
  `;
  const folder = project(context, { files: { 'use.js': use } });

  assert.equal(await node(join(folder, 'use.js')), 'Answer to hello\n');

  const code = (name) => readFileSync(join(installed, 'dist', name), 'utf8');
  const needed = new Set(['brain.min.js']);
  for (const name of needed) for (const [, other] of code(name).matchAll(/(?:from|import)"\.\/([^"]+)"/g)) needed.add(other);
  const bytes = gzipSync([...needed].map(code).join(''), { level: 9 }).length;
  assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
});

for (const [compiler, home] of Object.entries(COMPILERS)) {
  for (const resolution of RESOLUTIONS) {
    const how = `${compiler}, ${resolution.moduleResolution}`;
    const compile = (folder, file) => {
      const options = { compilerOptions: { ...CONFIG, ...resolution }, files: [file] };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
      const tsc = join(home, 'node_modules', '.bin', 'tsc');
      return said(tsc, ['-p', folder]).then(
        () => '',
        ({ stdout }) => stdout,
      );
    };

    test(`a front end in TypeScript compiles (${how})`, async (context) => {
      const right = readFileSync(join(HERE, 'types', 'right.ts'), 'utf8');

      assert.equal(await compile(project(context, { files: { 'right.ts': right } }), 'right.ts'), '');
    });

    test(`each mistake of a front end is an error (${how})`, async (context) => {
      const wrong = readFileSync(join(HERE, 'types', 'wrong.ts'), 'utf8');
      const output = await compile(project(context, { files: { 'wrong.ts': wrong } }), 'wrong.ts');
      const found = new Set([...output.matchAll(/wrong\.ts\((\d+),/g)].map(([, line]) => Number(line)));
      const lines = wrong.split('\n');
      const first = lines.findLastIndex((line) => line.startsWith('declare')) + 1;
      const missed = lines.filter((line, at) => at >= first && line && !found.has(at + 1));

      assert.deepEqual(missed, []);
      assert.ok([...found].every((line) => line > first), output);
    });
  }
}

for (const pusher of [true, false]) {
  const how = pusher ? 'with pusher-js' : 'without pusher-js';

  test(`esbuild bundles it without settings (${how})`, async (context) => {
    const folder = project(context, { pusher, files: { 'app.js': USE } });

    const { errors, outputFiles } = await bundle({
      absWorkingDir: folder,
      entryPoints: ['app.js'],
      outdir: 'out',
      bundle: true,
      format: 'esm',
      splitting: true,
      write: false,
      logLevel: 'silent',
    });

    assert.deepEqual(errors, []);
    const entry = outputFiles.find(({ path }) => path.endsWith('app.js')).text;
    assert.ok(!entry.includes(OF_PUSHER), 'it is loaded when it is needed');
    assert.equal(outputFiles.some(({ text }) => text.includes(OF_PUSHER)), pusher);
  });

  test(`Vite bundles it without settings (${how})`, async (context) => {
    const page = '<!doctype html><title>App</title><script type="module" src="/app.js"></script>';
    const folder = project(context, { pusher, files: { 'app.js': USE, 'index.html': page } });

    const { output } = await viteBuild({ root: folder, logLevel: 'silent', configFile: false, build: { write: false } });

    const chunks = output.filter(({ type }) => type === 'chunk');
    assert.equal(chunks.some(({ code }) => code.includes(OF_PUSHER)), pusher);
    const first = chunks.find(({ isEntry }) => isEntry);
    assert.ok(chunks.length > 1 && !first.code.includes(OF_PUSHER));
    assert.ok(first.code.length < 60_000, 'talks and jobs are loaded when they are needed');
  });
}

test('what a front end does not use is left out', async (context) => {
  const folder = project(context, { files: { 'app.js': `import { askBrainTool } from '${NAME}';\nconsole.log(askBrainTool.name);` } });

  const { outputFiles } = await bundle({ absWorkingDir: folder, entryPoints: ['app.js'], bundle: true, format: 'esm', write: false });

  assert.ok(outputFiles[0].text.length < 2000, `${outputFiles[0].text.length} characters`);
});

test('an optional package is imported in a try: only so Turbopack takes it as optional', () => {
  const code = readFileSync(join(installed, 'dist/brain.js'), 'utf8').replace(/\/\*.*?\*\//gs, '');

  assert.match(code, /try \{[^{}]*(?:\{[^{}]*\}[^{}]*)?await import\(\s*"pusher-js"\s*\)/);
});

test('it is imported and used in Node, with and without pusher-js', async (context) => {
  const address = await gateway(context);
  for (const pusher of [true, false]) {
    const use = `
      import { connect } from '${NAME}';
      const brain = await connect({ baseUrl: '${address}' });
      const { message } = await brain.askBrain('hello');
      await brain.jobs.list().catch(({ status }) => console.log(status));
      console.log(message.text, typeof window);
      brain.close();
    `;
    const folder = project(context, { pusher, files: { 'use.js': use } });

    assert.equal(await node(join(folder, 'use.js')), '404\nAnswer to hello undefined\n');
  }
});

test('React Native gets a module of its own, which runs in its runtime', async (context) => {
  const folder = project(context);
  const module = join(folder, 'node_modules', NAME, manifest().exports['.']['react-native']);
  const code = readFileSync(module, 'utf8').replace(/\/\*.*?\*\//gs, '');
  const loaded = [...code.matchAll(/\bimport\(([^)]*)\)/g)].map(([, what]) => what.trim());

  const told = JSON.parse(await node(`${HERE}native.js`, await gateway(context), module));

  assert.deepEqual(loaded, ['"pusher-js"'], 'its bundler finds nothing else');
  assert.doesNotMatch(code, /import\.meta/, 'its engine does not have it');
  assert.deepEqual([told.answer, told.again, told.unhandled], ['Answer to hello', 'done', []]);
});

test('the bundle that a deployment serves has its declarations beside it', () => {
  const beside = readFileSync(join(ROOT, 'public/vendor/brain.min.d.ts'), 'utf8');

  assert.equal(beside, readFileSync(join(installed, 'dist/brain.d.ts'), 'utf8'));
  assert.equal(beside, readFileSync(join(ROOT, 'public/brain.d.ts'), 'utf8'));
});
