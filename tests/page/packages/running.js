/** Child processes of tests: the stub gateway, and scripts that say something. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const LIMIT_MS = 60_000;
const execute = promisify(execFile);

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const HERE = fileURLToPath(new URL('./', import.meta.url));

/** The address of a stub gateway with its streams, until the test ends. */
export async function gateway(context) {
  const server = spawn(process.execPath, [`${ROOT}tests/page/http_server.js`]);
  context.after(async () => {
    server.kill();
    await once(server, 'exit');
  });
  const [line] = await once(server.stdout, 'data');
  return `${line}`.trim();
}

/** What a program says; it must succeed and say nothing on its error output. */
export async function said(program, args, options = {}) {
  const { stdout, stderr } = await execute(program, args, { timeout: LIMIT_MS, ...options });
  if (stderr) throw new Error(stderr);
  return stdout;
}

export const node = (script, ...args) => said(process.execPath, [script, ...args]);
