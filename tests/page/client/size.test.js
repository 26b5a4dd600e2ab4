/** What a front end has to load: the client in one file, but for pusher-js. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MOST_BYTES = 12_288; // gzipped

/** As `npm run build:brain` does it. */
async function bundled() {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['public/brain.js'],
    outfile: 'public/vendor/brain.min.js',
    external: ['./public/vendor/pusher.js', './public/voice/talk.js', './public/client/minds/calls.js', './public/client/roads/channel.js', './public/client/roads/socket.js', './public/voice/claims.js'],
    bundle: true,
    format: 'esm',
    minify: true,
    write: false,
  });
  return outputFiles[0].text;
}

test('the client is less than 12 KB', async (context) => {
  const bytes = gzipSync(await bundled(), { level: 9 }).length;

  context.diagnostic(`${bytes} bytes`);
  assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
});

test('the bundle has the same exports as the modules, and loads pusher-js from its own folder', async () => {
  const code = await bundled();
  const client = await import(`data:text/javascript,${encodeURIComponent(code)}`);

  assert.deepEqual(Object.keys(client).sort(), [
    'BrainError',
    'ConnectionClosed',
    'askBrainTool',
    'connect',
  ]);
  assert.match(code, /import\("\.\/pusher\.js"\)/);
  const fetch = async () => Response.json({ title: 'No' }, { status: 401 });
  await assert.rejects(client.connect({ fetch, Pusher: null }), { status: 401, title: 'No' });
});
