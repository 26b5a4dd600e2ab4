/** Draws a line between the days of the talk, in the user's time zone. */

import { make } from '../dom.js';
import { now } from '../entries.js';
import { timeInWords } from '../texts.js';

const LINE = 'day'; // class of a line

export class Days {
  #places;
  #isPlanned = false;

  /** @param {HTMLElement[]} places with the entries, in the order of the talk */
  constructor(...places) {
    this.#places = places;
  }

  /** Draw the lines once, after all entries that come together. */
  plan() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => this.draw());
  }

  /**
   * Draw the lines that are missing, and remove those that part nothing any more. The first entry
   * has a line unless it is of today.
   */
  draw() {
    this.#isPlanned = false;
    const kept = new Set();
    let last = dayInWords(now());
    for (const entry of this.#all('[data-at]')) {
      const day = dayInWords(Date.parse(entry.dataset.at ?? ''));
      if (day !== last) kept.add(lineBefore(entry, day));
      last = day;
    }
    for (const line of this.#all(`.${LINE}`)) if (!kept.has(line)) line.remove();
  }

  /** @param {string} selector @returns {HTMLElement[]} */
  #all(selector) {
    return this.#places.flatMap((place) => [...place.querySelectorAll(/** @type {'p'} */ (selector))]);
  }
}

/** @param {HTMLElement} entry @param {string} day in words */
function lineBefore(entry, day) {
  const before = entry.previousElementSibling;
  if (before?.className === LINE && before.textContent === day) return before;
  const line = make('p', { className: LINE, role: 'separator', ariaLabel: day }, day);
  entry.before(line);
  return line;
}

/** @param {number} atMs */
function dayInWords(atMs) {
  const at = new Date(atMs);
  const isThisYear = yearOf(at) === yearOf(new Date(now()));
  /** @type {Intl.DateTimeFormatOptions} */
  const parts = { weekday: 'long', day: 'numeric', month: 'long' };
  return timeInWords(at, isThisYear ? parts : { ...parts, year: 'numeric' });
}

/** @param {Date} at */
function yearOf(at) {
  return timeInWords(at, { year: 'numeric' });
}
