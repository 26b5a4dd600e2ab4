import assert from 'node:assert/strict';
import { test } from 'node:test';

import { browserStorage, browserSurroundings } from '../../../public/client/surroundings.js';

/** A window as far as it is listened to. */
function browsing(context) {
  const window = new EventTarget();
  replaced(context, 'window', { value: window });
  return (name) => window.dispatchEvent(new Event(name));
}

test('a page is frozen from freeze or pagehide to resume or pageshow', (context) => {
  const happens = browsing(context);
  const states = [];
  const unlisten = browserSurroundings.onChange(() => states.push(browserSurroundings.isFrozen));

  for (const name of ['pagehide', 'pageshow', 'freeze', 'visibilitychange', 'resume', 'offline'])
    happens(name);
  unlisten();
  happens('freeze');
  happens('resume');

  assert.deepEqual(states, [true, false, true, true, false, false]);
});

test('without a browser a page counts as visible and online', () => {
  const { isHidden, isOnline, isFrozen, onChange } = browserSurroundings;

  assert.deepEqual([isHidden, isOnline, isFrozen], [false, true, false]);
  onChange(() => {})();
});

/** Replaces a property of the global object for one test. */
function replaced(context, name, descriptor) {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { configurable: true, ...descriptor });
  context.after(() =>
    before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name],
  );
}

function blocked() {
  throw new DOMException('Access is denied for this document.', 'SecurityError');
}

test('where storage is blocked a page remembers until it is closed', (context) => {
  replaced(context, 'localStorage', { get: blocked });
  replaced(context, 'document', { value: {} });

  browserStorage().setItem('name', 'kept');

  assert.equal(browserStorage().getItem('name'), 'kept', 'for all connections of the page');
  assert.equal(browserStorage().getItem('other'), null);
});

test('without a page each connection remembers for itself', () => {
  browserStorage().setItem('name', 'kept');

  assert.equal(browserStorage().getItem('name'), null);
});

for (const [name, value] of [
  ['no events', undefined],
  ['events that are no functions of its own', Object.create(EventTarget.prototype, { addEventListener: { value: null }, removeEventListener: { value: null } })],
]) {
  test(`a window with ${name} is no error`, (context) => {
    const window = value ?? {};
    replaced(context, 'window', { value: window });

    browserSurroundings.onChange(() => {})();
  });
}

test('a worker is told of its network', (context) => {
  const worker = new EventTarget();
  const bound = (name) => ({ value: worker[name].bind(worker) });
  for (const name of ['addEventListener', 'removeEventListener'])
    replaced(context, name, bound(name));
  let changes = 0;

  const unlisten = browserSurroundings.onChange(() => (changes += 1));
  worker.dispatchEvent(new Event('offline'));
  unlisten();
  worker.dispatchEvent(new Event('online'));

  assert.equal(changes, 1);
});
