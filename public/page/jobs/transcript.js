/** What a mind says and hears, live: its log on a connection of its own. */

import { button, make } from '../dom.js';
import { t } from '../texts.js';
import { Timeline } from '../timeline.js';
import { refusalInWords } from '../wording.js';
import { speakerInWords } from './words.js';

/** @typedef {import('../../client/types.js').Brain} Brain */
/** @typedef {import('../../client/types.js').Entry} Entry */
/** @typedef {import('../../client/minds/types.js').JobKind} JobKind */
/** @typedef {import('../../client/minds/types.js').MindState} MindState */
/** @typedef {import('./panel.js').Minds} Minds */
/** @typedef {{seq: number, element: HTMLElement}} Mark something to be shown after the entry `seq` */

const TONES = 4; // looks of speakers, in the order in which they first speak

export class Transcript {
  #minds;
  #kind;
  #id;
  #log = make('div', { className: 'log', role: 'log', ariaLabel: t('jobs.transcript') });
  #scroll = make('div', { className: 'transcript-scroll', tabIndex: 0 }, this.#log);
  #newer = button(t('conversation.newer'), () => {}, { className: 'newer', hidden: true });
  #problem = make('p', { className: 'empty', role: 'status' }, t('panel.loading'));
  #bar = make('div', { className: 'job-choices' });
  #timeline = new Timeline({ log: this.#log, scroll: this.#scroll, newer: this.#newer });
  element = make('div', { className: 'transcript' }, this.#bar, this.#problem, this.#scroll, this.#newer);
  /** @type {Map<number, HTMLElement>} */
  #bySeq = new Map();
  /** @type {Mark[]} */
  #marks = [];
  /** @type {string[]} */
  #speakers = [];
  /** @type {Brain | null} */
  #brain = null;
  #isClosed = false;
  /** @type {number | null} */
  #wanted = null;

  /** @param {Minds} minds @param {JobKind} kind @param {MindState} run */
  constructor(minds, kind, run) {
    this.#minds = minds;
    this.#kind = kind;
    this.#id = run.conversationId;
    void this.#connect();
  }

  close() {
    this.#isClosed = true;
    this.#minds.beside.leave(this.#brain);
    this.#brain?.close();
  }

  /** Show marks after their entries, also after those to come. @param {Mark[]} marks */
  mark(marks) {
    for (const { element } of this.#marks) element.remove();
    this.#marks = marks;
    this.#placeMarks();
  }

  /** Bring an entry into view, now or when it comes. @param {number | null} seq null: the first */
  async reveal(seq) {
    this.#wanted = seq ?? 1;
    this.#show();
  }

  async #connect() {
    try {
      const brain = await this.#minds.connect(this.#id);
      if (this.#isClosed) return brain.close();
      this.#begin(brain);
    } catch (error) {
      const again = button(t('action.tryAgain'), () => void this.#connect());
      this.#problem.replaceChildren(`${refusalInWords(error)} `, again);
    }
  }

  /** @param {Brain} brain */
  #begin(brain) {
    this.#brain = brain;
    this.#problem.textContent = t('jobs.silent');
    brain.onMessage((entry) => this.#receive(entry));
    brain.onPiece((piece) => this.#timeline.showPiece(piece));
    if (this.#minds.beside.isAvailable) this.#bar.append(this.#listenButton(brain));
  }

  /** @param {Brain} brain */
  #listenButton(brain) {
    const { beside } = this.#minds;
    const listen = button(t('jobs.listen'), () => toggle(), { className: 'plain', ariaPressed: 'false' });
    const end = () => (listen.ariaPressed = 'false');
    const toggle = () => {
      if (listen.ariaPressed === 'true') return beside.leave(brain);
      beside.attend(brain, end, Math.max(0, ...this.#bySeq.keys()));
      listen.ariaPressed = 'true';
    };
    return listen;
  }

  /** @param {Entry} entry */
  #receive(entry) {
    if (entry.kind === 'withdrawal' || entry.withdrawn) return;
    this.#problem.hidden = true;
    const isFirst = this.#bySeq.size === 0;
    const element = this.#timeline.show(entry);
    const name = speakerInWords(entry, this.#kind, isFirst);
    element.querySelector('h3')?.replaceChildren(name);
    if (entry.role === 'brain' && entry.speaker) this.#tint(element, entry.speaker);
    element.tabIndex = -1;
    this.#bySeq.set(entry.seq, element);
    this.#placeMarks();
    this.#show();
  }

  /** @param {HTMLElement} element @param {string} speaker */
  #tint(element, speaker) {
    if (!this.#speakers.includes(speaker)) this.#speakers.push(speaker);
    element.dataset.tone = `${this.#speakers.indexOf(speaker) % TONES}`;
  }

  /** Each mark stands in the last entry that is not after it. */
  #placeMarks() {
    const seqs = [...this.#bySeq.keys()];
    const last = Math.max(...seqs);
    for (const { seq, element } of this.#marks) {
      if (element.isConnected || !(seq <= last)) continue;
      const before = seqs.filter((one) => one <= seq);
      const place = this.#bySeq.get(before.length > 0 ? Math.max(...before) : seqs[0]);
      place?.append(element);
    }
  }

  #show() {
    const wanted = this.#wanted;
    const last = Math.max(...this.#bySeq.keys());
    if (wanted === null || !(wanted <= last)) return;
    const seqs = [...this.#bySeq.keys()].filter((seq) => seq >= wanted);
    const element = this.#bySeq.get(Math.min(...seqs));
    this.#wanted = null;
    // The log's own scrolling to its end comes first.
    requestAnimationFrame(() => {
      element?.scrollIntoView({ block: 'center' });
      element?.focus({ preventScroll: true });
      element?.setAttribute('data-found', '');
    });
  }
}
