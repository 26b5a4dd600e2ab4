/** Detects when the page comes back: from offline, frozen, or a suspended computer. */

const TICK_MS = 2000;
const LATE_MS = 15_000; // a busy page is late by seconds; more means that it was suspended

/**
 * @param {import('../outside.js').World} world
 * @param {(what: 'change' | 'wake' | 'tick') => void} notify called with `change` when tab or
 *   network change, with `wake` when the page comes back, and regularly with `tick`
 * @returns {() => void} stops watching
 */
export function attend({ clock, surroundings }, notify) {
  const isThere = () => surroundings.isOnline && !surroundings.isFrozen;
  let wasThere = isThere();
  let wasSure = true;
  let cancel = () => {};
  const tick = () => {
    const dueMs = clock.now() + TICK_MS;
    cancel();
    cancel = clock.after(TICK_MS, () => {
      // Browsers delay the timers of a hidden tab.
      const isLate = clock.now() - dueMs > LATE_MS && !surroundings.isHidden;
      // The clock by which this is measured may have stood still meanwhile.
      const isUnsure = clock.isSure === false && wasSure;
      wasSure = clock.isSure !== false;
      tick();
      notify(isLate || isUnsure ? 'wake' : 'tick');
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
