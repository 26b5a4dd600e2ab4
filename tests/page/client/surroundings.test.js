import assert from 'node:assert/strict';
import { test } from 'node:test';

import { browserStorage, browserSurroundings } from '../../../public/client/surroundings.js';

/** A window as far as it is listened to. */
function browsing(context) {
  const window = new EventTarget();
  const before = Object.getOwnPropertyDescriptor(globalThis, 'window');
  globalThis.window = window;
  context.after(() =>
    before ? Object.defineProperty(globalThis, 'window', before) : delete globalThis.window,
  );
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

test('a browser that does not allow storage has none', (context) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
  const get = () => {
    throw new Error('SecurityError');
  };
  Object.defineProperty(globalThis, 'localStorage', { get, configurable: true });
  context.after(() =>
    before
      ? Object.defineProperty(globalThis, 'localStorage', before)
      : delete globalThis.localStorage,
  );

  assert.equal(browserStorage(), null);
});
