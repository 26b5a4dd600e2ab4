/** Creates elements. Texts are inserted as text, never as markup. */

import { lengthObjection } from './wording.js';

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} [properties] of the element; `dataset` is merged
 * @param {...(Node | string | null)} children null is skipped
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, { dataset = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  Object.assign(element.dataset, dataset);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * @param {string} text
 * @param {(event: Event) => unknown} act
 * @param {Record<string, any>} [properties]
 */
export function button(text, act, properties = {}) {
  const element = make('button', { type: 'button', ...properties }, text);
  element.addEventListener('click', act);
  return element;
}

/**
 * Create a control with a label above it.
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint] describes the control
 */
export function field(label, control, hint = '') {
  control.id ||= nextId();
  const note = hint ? make('small', { id: nextId() }, hint) : null;
  if (note) control.setAttribute('aria-describedby', note.id);
  const name = make('label', { htmlFor: control.id }, label);
  return make('div', { className: 'field' }, name, control, note);
}

/**
 * Whether a key belongs to an input method that composes a word (Japanese, Chinese …). Safari ends the
 * word before it reports the Enter that confirms it; then only the key code tells.
 * @param {KeyboardEvent} event
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

/** Keep the keys of input methods away from all fields of the page: they neither send nor close. */
export function leaveComposing() {
  const leave = (/** @type {KeyboardEvent} */ event) => {
    if (!isComposing(event) || !['Enter', 'Escape'].includes(event.key)) return;
    event.stopImmediatePropagation();
    if (!event.isComposing && event.key === 'Enter') event.preventDefault(); // a form would be sent
  };
  window.addEventListener('keydown', leave, true);
}

/**
 * Let a field refuse a text that is too long when its form is sent, and keep it: nothing is cut.
 * @template {HTMLInputElement | HTMLTextAreaElement} Control
 * @param {number} most characters that the server accepts
 * @param {Control} control
 */
export function atMost(most, control) {
  const check = () => control.setCustomValidity(lengthObjection(control.value.trim(), most));
  control.addEventListener('input', check);
  check();
  return control;
}

/**
 * Call `close` when Escape is pressed in an element. If it closed something, the key does nothing
 * else.
 * @param {HTMLElement} element
 * @param {() => unknown} close returns false if there was nothing to close
 */
export function onEscape(element, close) {
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && close() !== false) event.stopPropagation();
  });
}

/**
 * Call `act` once, when any part of an element is in view on a visible page.
 * @param {HTMLElement} element
 * @param {() => void} act
 */
export function whenInView(element, act) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    act();
  });
  observer.observe(element);
}

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} name of an SVG element
 * @param {Record<string, string | number>} [attributes]
 * @param {(Node | string)[]} children
 */
export function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
  element.append(...children);
  return element;
}

/** Draw a picture of 24 by 24 that says nothing new. @param {string} path */
export function icon(path) {
  return draw('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, draw('path', { d: path }));
}

/**
 * Let the page name scripts of its own origin, as a service worker. The policy of the page takes no
 * other text for a script, nor any for markup.
 */
export function trustOwnScripts() {
  const isOwn = (/** @type {string} */ url) => new URL(url, location.href).origin === location.origin;
  const createScriptURL = (/** @type {string} */ url) => (isOwn(url) ? url : null);
  /** @type {any} */ (globalThis).trustedTypes?.createPolicy('default', { createScriptURL });
}

let ids = 0;

/** Return a new id for an element. */
export function nextId() {
  ids += 1;
  return `part-${ids}`;
}

/** Return an element of index.html. @param {string} id */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Set a text if it has changed. Setting the same text would make screen readers repeat it.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
