/**
 * Keeps the focus on the page. A control that is removed or hidden while it has the focus hands it to
 * a named place; one that works on something keeps it. All parts of the page rely on this: they only
 * move the focus where they know a better place.
 */

/** @typedef {HTMLElement | null | undefined} Place */

const REACHED = 'button, a[href], input, select, textarea, summary, [tabindex="0"]';
const GOES_AWAY = ['hidden', 'disabled', 'open', 'data-open']; // attributes by which elements do
const TALK = '.scroll, .bottom, .top';
const OPEN_QUESTION = '.question .choices button';

/**
 * What had the focus, and where it stood.
 * @typedef {object} Held
 * @property {HTMLElement} element
 * @property {HTMLElement[]} around the elements that it was in, the innermost one first
 * @property {number} row its place in a list; -1 outside of lists
 */

/** @type {Held | null} */
let held = null;
let isPlanned = false;

/** Watch over the focus from now on. */
export function guardFocus() {
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLElement) held = holding(target);
  });
  // The user has left it, as by a touch beside it: nothing is handed on.
  document.addEventListener('focusout', () => queueMicrotask(forget));
  const observer = new MutationObserver(plan);
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: GOES_AWAY });
  for (const type of ['click', 'submit']) document.addEventListener(type, holdBack, true);
}

/**
 * Focus the first of these places that can take the focus; else the composer, the panel or the talk.
 * @param {...(Place | (() => Place))} places
 */
export function giveTo(...places) {
  const last = ['text', 'panel-title', 'scroll'].map((id) => document.getElementById(id));
  for (const place of [...places, ...last]) {
    const element = typeof place === 'function' ? place() : place;
    if (!element?.isConnected) continue;
    if (/^H\d$/.test(element.tagName)) element.tabIndex = -1;
    element.focus();
    if (document.activeElement === element) return;
  }
}

/**
 * Mark a control as working on something: it cannot be pressed, and keeps the focus.
 * @param {HTMLElement} control
 * @param {boolean} isBusy
 */
export function setBusy(control, isBusy) {
  control.ariaDisabled = isBusy ? 'true' : null;
  control.toggleAttribute('data-busy', isBusy);
}

/** Take no press on what is busy. @param {Event} event */
function holdBack(event) {
  const { target, submitter } = /** @type {SubmitEvent} */ (event);
  const pressed = event.type === 'submit' ? (submitter ?? target) : target;
  const form = event.type === 'submit' ? /** @type {Element} */ (target).querySelector('[type="submit"][data-busy]') : null;
  if (!form && !(pressed instanceof Element && pressed.closest('[data-busy]'))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** @param {HTMLElement} element @returns {Held} */
function holding(element) {
  const around = [];
  for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) around.push(one);
  const item = element.closest('.items > li');
  return { element, around, row: item ? [...(item.parentElement?.children ?? [])].indexOf(item) : -1 };
}

function forget() {
  if (held && document.activeElement === document.body && isThere(held.element)) held = null;
}

/** Look after the focus once the change is whole: a dialog that closes gives it back by itself. */
function plan() {
  if (!held || isPlanned) return;
  isPlanned = true;
  setTimeout(keep);
}

/** Hand on the focus if its element has gone. */
function keep() {
  isPlanned = false;
  const { activeElement } = document;
  const isLost = !activeElement || activeElement === document.body || !isThere(activeElement);
  if (!held || !isLost || isThere(held.element)) return;
  const { around } = held;
  const next = placesFor(held);
  held = null;
  const dialog = around.find((one) => one instanceof HTMLDialogElement && one.open);
  giveTo(...next, ...(dialog ? [firstIn(dialog)] : []));
}

/**
 * The places that are to take the focus, the best one first.
 * @param {Held} held
 * @returns {Place[]}
 */
function placesFor({ around, row }) {
  const text = document.getElementById('text');
  if (around.some((one) => one.matches('.question'))) return [nextQuestion(around), text];
  if (around.some((one) => one.matches(TALK))) return [text];
  const left = around.filter((one) => isThere(one) && !one.matches('.panel'));
  const [near] = left;
  const list = near?.matches('.items') ? near : near?.querySelector('.items');
  const heading = /** @type {Place} */ (near?.closest('section')?.querySelector('h3'));
  const title = document.getElementById('panel-title');
  if (row >= 0) return [firstIn(list?.children[row]), heading, title];
  return [...left.filter((one) => !one.matches('.panel-body')).map(firstIn), heading, title];
}

/** @param {HTMLElement[]} around what was in the question that is decided */
function nextQuestion(around) {
  const buttons = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(OPEN_QUESTION)]);
  return buttons.find((one) => !around.some((own) => own.matches('.question') && own.contains(one)));
}

/** The first control in an element. @param {Element | null | undefined} element */
function firstIn(element) {
  const found = /** @type {HTMLElement[]} */ ([...(element?.querySelectorAll(REACHED) ?? [])]);
  return found.find((one) => isThere(one) && one.tabIndex >= 0);
}

/** Whether an element can have the focus. @param {Element} element */
function isThere(element) {
  return element.isConnected && element.checkVisibility() && !element.matches(':disabled');
}
