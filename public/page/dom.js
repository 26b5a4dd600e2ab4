/** Elements, made in one line. Texts go in as text only, never as markup. */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} [properties] of the element; `dataset` is merged
 * @param {...(Node | string | null)} children null = nothing
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
 * A control below its label.
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint] said with the control
 */
export function field(label, control, hint = '') {
  control.id ||= nextId();
  const note = hint ? make('small', { id: nextId() }, hint) : null;
  if (note) control.setAttribute('aria-describedby', note.id);
  const name = make('label', { htmlFor: control.id }, label);
  return make('div', { className: 'field' }, name, control, note);
}

let ids = 0;

/** For what must be pointed at. */
export function nextId() {
  ids += 1;
  return `part-${ids}`;
}

/** An element of index.html. @param {string} id */
export function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Unchanged text is not set again: a screen reader would say it again.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
