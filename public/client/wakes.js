/** When the page comes back: to the network, from the freezer, from under a closed lid. */

const TICK_MS = 2000;
const LATE_MS = 15_000; // a busy page is late by a second or two; more means that all stood still

/**
 * @param {import('./types.js').World} world
 * @param {(what: 'change' | 'wake' | 'tick') => void} notify of every change of tab and network, of
 *   every return, and now and then of time
 * @returns {() => void} ends it
 */
export function attend({ clock, surroundings }, notify) {
  const isThere = () => surroundings.isOnline && !surroundings.isFrozen;
  let wasThere = isThere();
  let cancel = () => {};
  const tick = () => {
    const dueMs = clock.now() + TICK_MS;
    cancel();
    cancel = clock.after(TICK_MS, () => {
      // The timers of a hidden tab are late by custom.
      const isLate = clock.now() - dueMs > LATE_MS && !surroundings.isHidden;
      tick();
      notify(isLate ? 'wake' : 'tick');
    });
  };
  const unlisten = surroundings.onChange(() => {
    const isBack = isThere() && !wasThere;
    wasThere = isThere();
    if (isBack) tick();
    notify(isBack ? 'wake' : 'change');
  });
  tick();
  return () => {
    unlisten();
    cancel();
  };
}
