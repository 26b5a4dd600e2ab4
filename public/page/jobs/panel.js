/** The panel of jobs: helpers, talks and rehearsals, what they do now and what came of them. */

import { button, make, onEscape, setText } from '../dom.js';
import { empty, focusPanel, list, Loaded } from '../panel.js';
import { t } from '../texts.js';
import { JobView } from './job.js';
import { byKeys, JobRow, liveLine } from './rows.js';
import { startForms } from './start.js';
import { countInWords, isOpen } from './words.js';

/** @typedef {import('../../client/types.js').Brain} Brain */
/** @typedef {import('../../client/minds/types.js').Job} Job */

/**
 * @typedef {object} Minds
 * @property {Brain} brain the user's
 * @property {(mind: string) => Promise<Brain>} connect to a mind of a job
 * @property {import('../../voice/beside.js').Beside} beside reads the talk of a mind aloud
 */

const SHOWN = 20; // jobs

/** @param {Minds} minds @returns {import('../panel.js').Panel & {rehearse: (scenario: string) => void}} */
export function jobsPanel(minds) {
  const jobs = new Jobs(minds);
  minds.brain.onJob((change) => jobs.note(change.jobId));
  return {
    name: 'jobs',
    title: t('panel.jobs'),
    open: (body) => jobs.open(body),
    refresh: () => jobs.refresh(),
    close: () => jobs.close(),
    rehearse: (scenario) => jobs.rehearse(scenario),
  };
}

class Jobs {
  #minds;
  #place = new Loaded();
  #live = liveLine();
  /** @type {Map<string, JobRow>} */
  #rows = new Map();
  /** @type {Map<string, AbortController>} */
  #followed = new Map();
  /** @type {HTMLElement | null} */
  #body = null;
  /** @type {JobView | null} */
  #view = null;
  #scenario = ''; // to be chosen in the form

  /** @param {Minds} minds */
  constructor(minds) {
    this.#minds = minds;
  }

  /** @param {HTMLElement} body */
  open(body) {
    this.#body = body;
    onEscape(body, () => this.#view !== null && this.#back());
    this.#list();
  }

  refresh() {
    if (!this.#view && this.#place.element.isConnected) void this.#load();
  }

  close() {
    this.#leave();
    this.#body = null;
  }

  /** A job has changed; it may be a new one. @param {string} jobId */
  note(jobId) {
    if (!this.#rows.has(jobId)) this.refresh();
  }

  /** Show the form of a rehearsal of this scenario. @param {string} scenario its id */
  rehearse(scenario) {
    this.#scenario = scenario;
    if (this.#body) this.#list();
  }

  #list() {
    this.#leave();
    const started = (/** @type {string} */ jobId) => this.#show(jobId);
    const forms = startForms(this.#minds.brain, started, this.#scenario);
    this.#scenario = '';
    const place = make('div', {}, this.#place.element);
    byKeys(place, (row) => {
      for (const one of this.#rows.values()) if (one.element === row) one.askToStop();
    });
    this.#rows.clear();
    this.#place.set();
    this.#body?.replaceChildren(forms, place, this.#live);
    void this.#load();
  }

  #load() {
    return this.#place.show(
      () => this.#minds.brain.jobs.list(SHOWN),
      (jobs) => this.#draw(jobs),
    );
  }

  /** @param {Job[]} jobs */
  #draw(jobs) {
    if (jobs.length === 0) return [empty(t('jobs.none'))];
    const rows = jobs.map((job) => this.#row(job));
    const known = this.#place.element.querySelector('.items');
    const elements = rows.map(({ element }) => element);
    const isSame = known && [...known.children].every((one, place) => one === elements[place]);
    if (!isSame || known.childElementCount !== elements.length) return [list(...elements)];
    return [known];
  }

  /** @param {Job} job */
  #row(job) {
    const row = this.#rows.get(job.jobId) ?? this.#newRow(job);
    row.show(job);
    if (isOpen(job)) this.#follow(job.jobId, row);
    return row;
  }

  /** @param {Job} job */
  #newRow(job) {
    const { jobs } = this.#minds.brain;
    const { jobId } = job;
    const row = new JobRow(job, {
      open: () => this.#show(jobId),
      stop: async () => {
        await jobs.stop(jobId);
        row.show(await jobs.status(jobId));
      },
      pause: async ({ status }) => {
        await (status === 'paused' ? jobs.resume(jobId) : jobs.pause(jobId));
        row.show(await jobs.status(jobId));
      },
    });
    this.#rows.set(jobId, row);
    return row;
  }

  /** @param {string} jobId @param {JobRow} row */
  #follow(jobId, row) {
    if (this.#followed.has(jobId)) return;
    const ending = new AbortController();
    this.#followed.set(jobId, ending);
    const show = (/** @type {Job} */ job) => {
      row.show(job);
      setText(this.#live, `${job.title}: ${countInWords(job)}`);
    };
    this.#minds.brain.jobs.follow(jobId, show, ending.signal).catch(() => this.#rows.delete(jobId));
  }

  /** @param {string} jobId */
  #show(jobId) {
    this.#leave();
    const back = button(t('jobs.back'), () => this.#back(), { className: 'plain back' });
    const other = (/** @type {string} */ id) => this.#show(id);
    this.#view = new JobView(this.#minds, jobId, { open: other, gone: () => this.#back() });
    this.#body?.replaceChildren(back, this.#view.element);
    back.focus();
  }

  #back() {
    this.#list();
    focusPanel();
  }

  /** End what the shown part has begun. */
  #leave() {
    this.#view?.close();
    this.#view = null;
    for (const ending of this.#followed.values()) ending.abort();
    this.#followed.clear();
  }
}
