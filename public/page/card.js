/** Shows a question as a card: what exactly will be done, and the buttons to decide. */

import { actionInWords } from './wording.js';
import { edited, fieldsOf, unshown } from './arguments.js';
import { rowsOf } from './content.js';
import { button, field, make, nextId, onEscape, whenInView } from './dom.js';
import { setBusy } from './focus.js';
import { withAddresses } from './entries.js';
import { t } from './texts.js';

/** @typedef {import('../client/types.js').Decision} Decision */
/** @typedef {import('../client/types.js').Message} Message */
/** @typedef {import('../client/types.js').Question} Question */
/** @typedef {import('./arguments.js').Field} Field */
/** @typedef {import('./decisions.js').Changed} Changed */
/** @typedef {import('./decisions.js').DecisionState} DecisionState */

export class Card {
  #message;
  #onDecision;
  #body = make('div', { className: 'card' });
  #outcome = make('p', { className: 'outcome', role: 'status' });
  /** @type {DecisionState | null} */
  #state = null;
  /** @type {Changed | undefined} */
  #changed; // what was approved, if the user changed it
  /** @type {HTMLElement | null} */
  #rest; // of the question: what was asked
  #isSeen = false; // the end of what is asked was in view

  /**
   * @param {HTMLElement} entry the question's entry, which becomes the card
   * @param {Message} message
   * @param {(decision: Decision) => Promise<void>} onDecision rejects if it was not accepted
   */
  constructor(entry, message, onDecision) {
    this.#message = message;
    this.#onDecision = onDecision;
    const [lead, ...others] = message.text.split('\n');
    const more = this.#question.content ? '' : others.join('\n').trim();
    const [words] = entry.getElementsByTagName('p');
    words.replaceChildren(lead);
    words.className = 'lead';
    const shown = withAddresses(more, message.foreign ?? false);
    const rest = more ? make('p', { className: 'more', dir: 'auto' }, ...shown) : null;
    this.#rest = rest;
    const parts = [rest, this.#body, this.#outcome].filter((part) => part !== null);
    words.after(...parts);
    this.#read();
  }

  /**
   * @param {DecisionState | null} state
   * @param {Changed} [changed] what was approved instead
   */
  show(state, changed) {
    if (state === this.#state) return;
    this.#state = state;
    this.#changed = state === 'changed' ? changed : undefined;
    this.#outcome.textContent = state && state !== 'waiting' ? t(`question.${state}`) : '';
    this.#outcome.dataset.state = state ?? '';
    this.#read();
  }

  get #question() {
    return /** @type {Question} */ (this.#message.question);
  }

  #read() {
    const list = make('dl', {}, ...row(t('question.action'), actionInWords(this.#question.tool), 'line'));
    const names = this.#changed?.names ?? [];
    if (this.#rest) this.#rest.hidden = names.length > 0; // the rows show what was done instead
    for (const one of this.#rows()) {
      const { name = '' } = /** @type {{name?: string}} */ (one);
      list.append(...row(one.label, one.text, one.shape, names.includes(name)));
    }
    this.#body.replaceChildren(list);
    if (this.#state === 'waiting') this.#body.append(...this.#choices());
  }

  #rows() {
    const { arguments: given, content } = this.#question;
    if (this.#changed) return fieldsOf(this.#changed.arguments);
    return content ? rowsOf(content) : unshown(given, this.#message.text);
  }

  /** The buttons, below all that is asked. A yes works once the end of that has been in view. */
  #choices() {
    const end = make('p', { className: 'end', id: nextId() }, t('question.readFirst'));
    const afterReading = (/** @type {() => void} */ act) => () => {
      if (this.#isSeen) act();
      else end.scrollIntoView({ block: 'nearest' });
    };
    const approve = afterReading(() => this.#decide({ verdict: 'approve' }));
    const reject = () => this.#decide({ verdict: 'reject' });
    const isPlain = fieldsOf(this.#question.arguments).every(({ shape }) => shape === 'fixed');
    const yes = [
      button(t('question.approve'), approve, { className: 'filled' }),
      ...(isPlain ? [] : [button(t('question.edit'), afterReading(() => this.#edit()))]),
    ];
    const no = button(t('question.reject'), reject, { className: 'reject' });
    if (this.#isSeen) return [make('div', { className: 'choices' }, ...yes, no)];
    for (const one of yes) one.ariaDisabled = 'true'; // not disabled: the keyboard still reaches it
    for (const one of yes) one.setAttribute('aria-describedby', end.id);
    whenInView(end, () => {
      this.#isSeen = true;
      end.remove();
      for (const one of yes) one.ariaDisabled = null;
      for (const one of yes) one.removeAttribute('aria-describedby');
    });
    return [end, make('div', { className: 'choices' }, ...yes, no)];
  }

  #edit() {
    const form = make('form', { className: 'edit', noValidate: true });
    const fields = fieldsOf(this.#question.arguments);
    const controls = new Map(fields.map((one) => [one, control(one)]));
    const back = () => {
      this.#read();
      this.#body.querySelector('button')?.focus();
    };
    for (const [{ label, shape }, input] of controls) {
      form.append(field(label, input, shape === 'lines' ? t('question.onePerLine') : ''));
    }
    const properties = { type: 'submit', className: 'filled' };
    const submit = make('button', properties, t('question.approveChanged'));
    const cancel = button(t('action.cancel'), back);
    form.append(make('div', { className: 'choices' }, submit, cancel));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#decideEdited(controls);
    });
    onEscape(form, back);
    this.#body.replaceChildren(form);
    form.querySelector('input, textarea')?.dispatchEvent(new Event('input'));
    /** @type {HTMLElement | null} */ (form.querySelector(':enabled'))?.focus();
  }

  /** @param {Map<Field, HTMLInputElement | HTMLTextAreaElement>} controls */
  #decideEdited(controls) {
    /** @type {Record<string, string>} */
    const typed = {};
    for (const [{ name, shape }, input] of controls) {
      if (shape === 'switch') typed[name] = 'checked' in input && input.checked ? 'yes' : '';
      else if (shape !== 'fixed') typed[name] = input.value;
    }
    try {
      const changed = edited(this.#question.arguments, typed);
      this.#decide({ verdict: 'edit', arguments: changed });
    } catch {
      this.#outcome.textContent = t('question.invalid');
    }
  }

  /** Send the decision. Meanwhile nothing can be pressed or changed. @param {Decision} decision */
  #decide(decision) {
    const buttons = /** @type {NodeListOf<HTMLElement>} */ (this.#body.querySelectorAll('button, [type="checkbox"]'));
    const fields = /** @type {NodeListOf<HTMLInputElement>} */ (this.#body.querySelectorAll('input, textarea'));
    const turn = (/** @type {boolean} */ isOff) => {
      for (const one of buttons) setBusy(one, isOff);
      for (const one of fields) one.readOnly = isOff;
    };
    turn(true);
    this.#outcome.textContent = t('question.deciding');
    this.#onDecision(decision).catch((/** @type {Error} */ { message }) => {
      turn(false);
      if (this.#state === 'waiting') this.#outcome.textContent = message;
    });
  }
}

/**
 * @param {string} label
 * @param {string} text
 * @param {import('./arguments.js').Shape} shape
 * @param {boolean} [isChanged] by the user
 */
function row(label, text, shape, isChanged) {
  const words = { switch: text ? t('question.yes') : t('question.no'), lines: text.replaceAll('\n', ', ') };
  const shown = words[/** @type {'switch'} */ (shape)] ?? text;
  const dataset = { shape };
  const mark = isChanged ? [' ', make('span', { className: 'tag' }, t('question.changedByYou'))] : [];
  return [make('dt', { dataset }, label, ...mark), make('dd', { dir: 'auto', dataset }, shown)];
}

/** @param {Field} field @returns {HTMLInputElement | HTMLTextAreaElement} */
function control({ name, shape, text }) {
  if (shape === 'switch') return make('input', { type: 'checkbox', name, checked: text !== '' });
  if (shape === 'fixed') return make('input', { name, value: text, disabled: true });
  if (shape === 'number') return make('input', { type: 'number', step: 'any', name, value: text });
  if (shape === 'line') return make('input', { type: 'text', name, value: text });
  const rows = Math.min(Math.max(text.split('\n').length + 1, shape === 'lines' ? 2 : 5), 14);
  return make('textarea', { name, rows, value: text });
}
