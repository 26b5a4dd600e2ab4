/** One job: how far it is, its minds, and its report once it is there. */

import { button, make, setText } from '../dom.js';
import { confirmButton, focusPanel } from '../panel.js';
import { t } from '../texts.js';
import { refusalInWords } from '../wording.js';
import { MindRow } from './mind.js';
import { plotOf } from './plot.js';
import { reportParts } from './report.js';
import { byKeys, JobRow, liveLine } from './rows.js';
import { countInWords, isOpen, statusInWords } from './words.js';

/** @typedef {import('../../client/minds/types.js').JobReport} JobReport */
/** @typedef {import('../../client/minds/types.js').JobState} JobState */
/** @typedef {import('./panel.js').Minds} Minds */

export class JobView {
  element = make('div', { className: 'job-view' }, make('p', { className: 'empty' }, t('panel.loading')));
  #minds;
  #jobId;
  #acts;
  #ending = new AbortController();
  #live = liveLine();
  #report = make('div', { className: 'report' });
  #plot = make('div', { className: 'plot-place' });
  #items = make('ul', { className: 'items' });
  #end = make('div', { className: 'job-end' });
  /** @type {Map<number, MindRow>} */
  #rows = new Map();
  /** @type {JobRow | null} */
  #head = null;
  /** @type {JobReport | null} */
  #told = null;

  /**
   * @param {Minds} minds
   * @param {string} jobId
   * @param {{open: (jobId: string) => void, gone: () => void}} acts
   */
  constructor(minds, jobId, acts) {
    this.#minds = minds;
    this.#jobId = jobId;
    this.#acts = acts;
    byKeys(this.#items, (element) => {
      for (const row of this.#rows.values()) if (row.element === element) row.askToStop();
    });
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    void this.#follow();
  }

  close() {
    this.#ending.abort();
    for (const row of this.#rows.values()) row.close();
  }

  /** Outside of the list and of fields, `s` asks about the whole job. @param {KeyboardEvent} event */
  #onKey({ key, target, defaultPrevented, ctrlKey, metaKey, altKey }) {
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    if (key !== 's' || defaultPrevented || isTyping || ctrlKey || metaKey || altKey) return;
    if (target instanceof Node && !this.#items.contains(target)) this.#head?.askToStop();
  }

  async #follow() {
    const { signal } = this.#ending;
    try {
      await this.#minds.brain.jobs.follow(this.#jobId, (job) => this.#show(job), signal);
    } catch (error) {
      if (signal.aborted) return;
      const again = button(t('action.tryAgain'), () => void this.#follow());
      const words = make('p', { className: 'failed', role: 'alert' }, `${refusalInWords(error)} `, again);
      if (this.#head) this.#end.replaceChildren(words);
      else this.element.replaceChildren(words);
    }
  }

  /** @param {JobState} job */
  #show(job) {
    if (this.#head) this.#head.show(job);
    else this.#begin(job);
    for (const run of job.runs ?? []) {
      const row = this.#rows.get(run.n);
      if (row) row.show(run, job);
      else this.#add(new MindRow(this.#minds, { job, run }, (one) => this.#only(one)));
    }
    const words = isOpen(job) ? countInWords(job) : `${statusInWords(job.status)}. ${countInWords(job)}`;
    setText(this.#live, words);
    if (job.kind === 'rehearsal' && !this.#told) this.#plot.replaceChildren(...plotOf(job.runs ?? []));
    if (job.reportReady && !this.#told) void this.#read();
    this.#offerDelete(job);
  }

  /** @param {JobState} job */
  #begin(job) {
    const { jobs } = this.#minds.brain;
    const look = async () => this.#show(await jobs.status(this.#jobId));
    this.#head = new JobRow(
      job,
      {
        stop: () => jobs.stop(this.#jobId).then(look),
        pause: ({ status }) =>
          (status === 'paused' ? jobs.resume(this.#jobId) : jobs.pause(this.#jobId)).then(look),
      },
      'div',
    );
    const { element } = this.#head;
    this.element.replaceChildren(element, this.#live, this.#report, this.#plot, this.#items, this.#end);
  }

  /** @param {MindRow} row */
  #add(row) {
    this.#rows.set(row.n, row);
    this.#items.append(row.element);
  }

  /** One transcript is open at a time: each has a connection of its own. @param {MindRow} row */
  #only(row) {
    for (const other of this.#rows.values()) if (other !== row) other.close();
  }

  async #read() {
    try {
      const report = await this.#minds.brain.jobs.report(this.#jobId);
      if (this.#ending.signal.aborted) return;
      this.#told = report;
      const { comparison, kind, runs, metrics } = report;
      const acts = { jump: this.#jump.bind(this), open: this.#acts.open };
      this.#report.replaceChildren(...reportParts(this.#minds.brain, report, acts));
      if (kind === 'rehearsal') this.#plot.replaceChildren(...plotOf(runs, { comparison: /** @type {any} */ (comparison), metrics }));
      for (const run of runs) this.#rows.get(run.n)?.tell(run, this.#jobId);
    } catch (error) {
      const again = button(t('action.tryAgain'), () => void this.#read());
      const words = `${refusalInWords(error)} `;
      this.#report.replaceChildren(make('p', { className: 'failed', role: 'alert' }, words, again));
    }
  }

  /** @param {number} n @param {number | null} [seq] */
  #jump(n, seq) {
    void this.#rows.get(n)?.reveal(seq ?? null);
  }

  /** @param {JobState} job */
  #offerDelete(job) {
    if (isOpen(job) || this.#end.childElementCount > 0) return;
    const remove = confirmButton(t('action.delete'), job.title, async () => {
      await this.#minds.brain.jobs.remove(this.#jobId);
      this.#acts.gone();
      focusPanel();
    });
    this.#end.replaceChildren(remove);
  }
}
