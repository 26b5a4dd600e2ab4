/**
 * Puts the texts of index.html into the user's language. English stands in the HTML. The browser
 * waits for this script before it paints, so that nobody sees English first.
 */

import { language, t } from './texts.js';

/** @typedef {import('./texts.js').Key} Key */

const ATTRIBUTES = ['aria-label', 'content', 'placeholder', 'title'];

document.documentElement.lang = language;
if (language !== 'en') {
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = t(/** @type {Key} */ (element.getAttribute('data-text')));
  }
  for (const name of ATTRIBUTES) {
    for (const element of document.querySelectorAll(`[data-text-${name}]`)) {
      element.setAttribute(name, t(/** @type {Key} */ (element.getAttribute(`data-text-${name}`))));
    }
  }
}
