/** One mind of a job: its state, what it says live, and what can be done with it. */

import { atMost, button, field, make, onEscape, setText } from '../dom.js';
import { setBusy } from '../focus.js';
import { confirmButton } from '../panel.js';
import { t } from '../texts.js';
import { refusalInWords } from '../wording.js';
import { Shape } from './rows.js';
import { Transcript } from './transcript.js';
import { marksOf, verdictParts } from './verdict.js';
import { isOpen, mindInWords, tokensInWords } from './words.js';

/** @typedef {import('../../client/minds/types.js').JobState} JobState */
/** @typedef {import('../../client/minds/types.js').MindState} MindState */
/** @typedef {import('../../client/minds/types.js').ReportedRun} ReportedRun */
/** @typedef {import('./panel.js').Minds} Minds */

const MOST_CHARS = 2000; // of what a mind is told here

export class MindRow {
  #minds;
  #job;
  #run;
  #onOpen;
  #shape = new Shape();
  #words = make('span', { className: 'state' });
  #used = make('span');
  #choices = make('div', { className: 'job-choices' });
  #verdict = make('div', { className: 'verdict' });
  #place = make('div', { className: 'mind-place', hidden: true });
  #told = make('p', { className: 'outcome', role: 'status' });
  #toggle;
  /** @type {Transcript | null} */
  #transcript = null;
  /** @type {import('./transcript.js').Mark[]} */
  #marks = [];
  #offered = '';

  /**
   * @param {Minds} minds
   * @param {{job: JobState, run: MindState}} what
   * @param {(row: MindRow) => void} onOpen called before its transcript opens
   */
  constructor(minds, { job, run }, onOpen) {
    this.#minds = minds;
    this.#job = job;
    this.#run = run;
    this.#onOpen = onOpen;
    const toggle = () => (this.#transcript ? this.close() : this.#open());
    this.#toggle = button(run.label, toggle, { className: 'open', dir: 'auto', ariaExpanded: 'false' });
    const head = make('div', { className: 'job-head' }, this.#shape.element, this.#toggle);
    const facts = make('p', { className: 'facts' }, this.#words, this.#used);
    const parts = [head, facts, this.#verdict, this.#choices, this.#told, this.#place];
    this.element = make('li', { className: 'mind' }, ...parts);
    onEscape(this.#place, () => this.#transcript !== null && this.#close());
    this.show(run, job);
  }

  get n() {
    return this.#run.n;
  }

  /** @param {MindState} run @param {JobState} job */
  show(run, job) {
    const isOther = run.conversationId !== this.#run.conversationId; // it is played once more
    this.#run = run;
    this.#job = job;
    this.element.dataset.status = run.status;
    this.#shape.show(run.status);
    setText(this.#words, mindInWords(run));
    setText(this.#used, tokensInWords(run.tokens));
    this.#offer();
    if (isOther && this.#transcript) this.#open();
  }

  /** Show what the report says. @param {ReportedRun} run @param {string} jobId */
  tell(run, jobId) {
    this.#marks = marksOf(run);
    this.#transcript?.mark(this.#marks);
    const jump = (/** @type {number} */ seq) => void this.reveal(seq);
    this.#verdict.replaceChildren(...verdictParts(this.#minds.brain, { run, jobId }, jump));
  }

  askToStop() {
    /** @type {HTMLElement | null} */ (this.#choices.querySelector('.confirm button'))?.click();
  }

  /** Open the transcript at an entry. @param {number | null} seq */
  async reveal(seq) {
    if (!this.#transcript) this.#open();
    this.element.scrollIntoView({ block: 'nearest' });
    await this.#transcript?.reveal(seq);
  }

  close() {
    this.#transcript?.close();
    this.#transcript = null;
    this.#place.hidden = true;
    this.#place.replaceChildren();
    this.#toggle.ariaExpanded = 'false';
  }

  #close() {
    this.close();
    this.#toggle.focus();
  }

  #open() {
    this.close();
    this.#onOpen(this);
    this.#transcript = new Transcript(this.#minds, this.#job.kind, this.#run);
    this.#transcript.mark(this.#marks);
    this.#place.replaceChildren(this.#transcript.element);
    this.#place.hidden = false;
    this.#toggle.ariaExpanded = 'true';
  }

  #offer() {
    const offered = isOpen(this.#run) ? 'open' : 'ended';
    if (offered === this.#offered) return;
    const hadFocus = this.#choices.contains(document.activeElement);
    this.#offered = offered;
    this.#choices.replaceChildren(...(offered === 'open' ? this.#buttons() : []));
    if (hadFocus) this.#toggle.focus();
  }

  #buttons() {
    const { jobs } = this.#minds.brain;
    const { label, n } = this.#run;
    const name = { className: 'plain', ariaLabel: `${t('jobs.tell')}: ${label}` };
    const tell = button(t('jobs.tell'), () => this.#ask(tell), name);
    const stop = confirmButton(t('jobs.stop'), label, async () => {
      const { status } = await jobs.stop(this.#job.jobId, n);
      const job = await jobs.status(this.#job.jobId);
      this.show(job.runs?.[n] ?? this.#run, { ...job, status });
    });
    return [tell, stop];
  }

  /** A field for what to tell it, in place of the button. @param {HTMLButtonElement} tell */
  #ask(tell) {
    const text = atMost(MOST_CHARS, make('textarea', { rows: 2, required: true }));
    const send = make('button', { type: 'submit', className: 'filled' }, t('composer.send'));
    const back = () => {
      form.remove();
      tell.hidden = false;
      tell.focus();
    };
    const cancel = button(t('action.cancel'), back);
    const choices = make('div', { className: 'choices' }, send, cancel);
    const form = make('form', { className: 'edit' }, field(t('jobs.tellLabel'), text), choices);
    onEscape(form, back);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      setBusy(send, true);
      this.#send(text.value.trim()).then(back, (error) => {
        setBusy(send, false);
        setText(this.#told, refusalInWords(error));
      });
    });
    tell.hidden = true;
    this.#choices.after(form);
    text.focus();
  }

  /** @param {string} text */
  async #send(text) {
    setText(this.#told, '');
    if (text === '') return;
    await this.#minds.brain.jobs.say({ mind: this.#run.conversationId }, text);
    setText(this.#told, t('jobs.told'));
  }
}
