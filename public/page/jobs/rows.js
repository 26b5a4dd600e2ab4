/** Rows of a list that keep their elements, and with them the focus, while their content changes. */

import { button, icon, make, setText } from '../dom.js';
import { confirmButton, when } from '../panel.js';
import { t } from '../texts.js';
import { canPause, countInWords, isOpen, SHAPES, statusInWords, tokensInWords } from './words.js';

/** @typedef {import('../../client/minds/types.js').Job} Job */

/**
 * @typedef {object} JobActs
 * @property {() => void} [open]
 * @property {(job: Job) => Promise<unknown>} stop
 * @property {(job: Job) => Promise<unknown>} pause or resume
 */

/** The shape of a state, with its name for who cannot see it. */
export class Shape {
  element = make('span', { className: 'shape' });
  #status = '';

  /** @param {string} status */
  show(status) {
    if (status === this.#status) return;
    this.#status = status;
    this.element.dataset.status = status;
    this.element.replaceChildren(icon(SHAPES[status] ?? SHAPES.queued));
  }
}

/** A job: its title, how far it is, what it has used, and buttons to stop and pause it. */
export class JobRow {
  #shape = new Shape();
  #bar = /** @type {HTMLProgressElement} */ (make('progress', { max: 1, ariaLabel: t('activity.progress') }));
  #status = make('span', { className: 'state' });
  #count = make('span');
  #tokens = make('span');
  #choices = make('div', { className: 'job-choices' });
  #acts;
  #offered = '';
  /** @type {Job} */
  job;

  /** @param {Job} job @param {JobActs} acts @param {'li' | 'div'} [name] of the element */
  constructor(job, acts, name = 'li') {
    this.job = job;
    this.#acts = acts;
    const { open } = acts;
    const title = open
      ? button(job.title, open, { className: 'open', dir: 'auto' })
      : make('h3', { dir: 'auto', tabIndex: -1 }, job.title);
    const kind = make('span', { className: 'tag' }, t(`jobs.kind.${job.kind}`));
    const head = make('div', { className: 'job-head' }, this.#shape.element, title, kind);
    const facts = make('p', { className: 'facts' }, this.#status, this.#count, this.#tokens, when(job.createdAt));
    this.element = make(name, { className: 'job' }, head, this.#bar, facts, this.#choices);
    this.show(job);
  }

  /** @param {Job} job */
  show(job) {
    this.job = { ...this.job, ...job };
    const { status, completed, failed, total, tokens, tokenBudget } = job;
    this.element.dataset.status = status;
    this.#shape.show(status);
    this.#bar.value = total > 0 ? (completed + failed) / total : 0;
    this.#bar.hidden = !isOpen(job);
    setText(this.#status, statusInWords(status));
    setText(this.#count, countInWords(job));
    setText(this.#tokens, tokensInWords(tokens, tokenBudget));
    this.#offer();
  }

  /** Ask whether to stop it, as a press of its button does. */
  askToStop() {
    /** @type {HTMLElement | null} */ (this.#choices.querySelector('.confirm button'))?.click();
  }

  /** Replace the buttons only if they change: the user may be about to press one. */
  #offer() {
    const { job } = this;
    const offered = isOpen(job) ? `${canPause(job) && job.status}` : '';
    if (offered === this.#offered) return;
    const hadFocus = this.#choices.contains(document.activeElement);
    this.#offered = offered;
    const { stop, pause } = this.#acts;
    const paused = job.status === 'paused';
    const change = () => void pause(this.job).catch(() => {}); // the next look shows how it is
    const other = button(t(paused ? 'jobs.resume' : 'jobs.pause'), change, { className: 'plain' });
    this.#choices.replaceChildren(
      ...(offered && canPause(job) ? [other] : []),
      ...(offered ? [confirmButton(t('jobs.stop'), job.title, () => stop(this.job))] : []),
    );
    if (!hadFocus) return;
    const next = this.#choices.querySelector('button') ?? this.element.querySelector('.open, h3');
    /** @type {HTMLElement | null} */ (next)?.focus();
  }
}

/**
 * Move the focus between the rows of a list with the arrow keys, and ask to stop one with `s`.
 * @param {HTMLElement} list
 * @param {(row: Element) => void} askToStop
 */
export function byKeys(list, askToStop) {
  list.addEventListener('keydown', (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    const row = target instanceof Element ? target.closest('.items > li') : null;
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    if (!row || isTyping || ctrlKey || metaKey || altKey) return;
    const rows = [...list.querySelectorAll(':scope .items > li')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    const next = step && rows[rows.indexOf(row) + step];
    if (next) /** @type {HTMLElement | null} */ (next.querySelector('.open'))?.focus();
    else if (key.toLowerCase() === 's') askToStop(row);
    else return;
    event.preventDefault();
  });
}

/** A line that screen readers say when it changes. */
export function liveLine() {
  return make('p', { className: 'unseen', role: 'status', ariaLive: 'polite' });
}

