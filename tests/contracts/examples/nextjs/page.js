/**
 * Uses examples/nextjs without Next.js: its component in a document without a browser, and its route
 * handler beside it. Reads commands from the standard input, one JSON array a line:
 * `["ask", text]`, `["type", name, value]` into a field, `["press", label of a button]`. After each
 * change of the page it prints what is shown, as a line of JSON: `{lines, fields, buttons, problem}`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PACKAGES = join(ROOT, 'tests/page/packages/');
const APP = join(ROOT, 'examples/nextjs/app');
const { JSDOM } = createRequire(PACKAGES)('jsdom');
const ORIGIN = 'http://127.0.0.1:3100';

const { window } = new JSDOM('<div id="root"></div>', { url: ORIGIN, pretendToBeVisual: true });
const { document } = window;
for (const name of ['document', 'HTMLElement', 'HTMLIFrameElement', 'FormData', 'localStorage', 'sessionStorage']) {
  globalThis[name] = window[name];
}
globalThis.window = window;
Object.defineProperty(globalThis, 'navigator', { value: window.navigator, configurable: true }); // newer Node has one
const overNetwork = globalThis.fetch;

const folder = mkdtempSync(join(tmpdir(), 'nextjs-'));
const entry = `
  import { createElement } from 'react';
  import { createRoot } from 'react-dom/client';
  import { Talk } from ${JSON.stringify(join(APP, 'talk.tsx'))};
  export { POST } from ${JSON.stringify(join(APP, 'api/brain-token/route.ts'))};
  export const begin = (place) => createRoot(place).render(createElement(Talk));
`;
await build({
  stdin: { contents: entry, resolveDir: PACKAGES, sourcefile: 'entry.js' },
  outfile: join(folder, 'app.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  jsx: 'automatic',
  alias: { 'second-brain-client': join(ROOT, 'public/brain.js') },
  nodePaths: [join(PACKAGES, 'node_modules')],
  // CommonJS in a module: React asks for nothing of Node.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: 'error',
});
const { POST, begin } = await import(pathToFileURL(join(folder, 'app.mjs')));
rmSync(folder, { recursive: true });

globalThis.fetch = (address, options) =>
  `${address}`.startsWith('/') ? POST(new Request(`${ORIGIN}${address}`, options)) : overNetwork(address, options);

const texts = (selector) => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
function tell() {
  const fields = [...document.querySelectorAll('fieldset input')].map(({ name, value }) => [name, value]);
  const [problem] = texts('[role=alert]');
  console.log(JSON.stringify({ lines: texts('li'), fields, buttons: texts('button:enabled'), problem }));
}
new window.MutationObserver(tell).observe(document, {
  subtree: true, childList: true, characterData: true, attributes: true,
});

/** Type as a user does: React listens to the event, and looks at the value's own setter. */
function type(field, value) {
  Object.getOwnPropertyDescriptor(window.HTMLInputElement.prototype, 'value').set.call(field, value);
  field.dispatchEvent(new window.Event('input', { bubbles: true }));
}

begin(document.getElementById('root'));
for await (const line of createInterface({ input: process.stdin })) {
  const [command, name, value] = JSON.parse(line);
  if (command === 'ask') {
    type(document.querySelector('input[name=text]'), name);
    document.querySelector('form button').click();
  } else if (command === 'type') {
    type(document.querySelector(`fieldset input[name=${name}]`), value);
  } else {
    [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name).click();
  }
}
process.exit(0);
