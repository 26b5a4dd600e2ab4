/** The panel of the mailbox: list, search and read; on a local server also a test email. */

import { button, make } from '../dom.js';
import { withAddresses } from '../entries.js';
import { arrivalForm, sentEmails } from './arrival.js';
import { empty, focusPanel, Loaded, searchField, when } from '../panel.js';
import { pagedList, readPage } from '../lists/pages.js';
import { t } from '../texts.js';

/** @typedef {import('../resources.js').Resources} Resources */

/**
 * @typedef {object} Listed
 * @property {string} id
 * @property {string} from
 * @property {string} subject
 * @property {string} at
 * @property {boolean} unread
 * @property {string} snippet
 *
 * @typedef {object} Whole
 * @property {string} from
 * @property {string[]} to
 * @property {string[]} cc
 * @property {string} subject
 * @property {string} at
 * @property {{name: string, type: string, bytes: number}[]} attachments
 * @property {string} body
 */

const PATH = '/api/emails';
const KB = 1024;

/** @param {Resources} resources @param {boolean} isLocal @returns {import('../panel.js').Panel} */
export function mailboxPanel(resources, isLocal) {
  const found = new Loaded();
  return {
    name: 'mailbox',
    title: t('panel.mailbox'),
    open: (body) => new Mailbox(resources, body, { isLocal, found }).list(),
    refresh: () => found.refresh(),
  };
}

class Mailbox {
  #resources;
  #body;
  #isLocal;
  #query = '';
  #found;

  /**
   * @param {Resources} resources
   * @param {HTMLElement} body
   * @param {{isLocal: boolean, found: Loaded}} how `found` holds the list
   */
  constructor(resources, body, { isLocal, found }) {
    this.#resources = resources;
    this.#body = body;
    this.#isLocal = isLocal;
    this.#found = found;
  }

  list() {
    const search = searchField(t('mailbox.search'), (query) => {
      this.#query = query;
      void this.#load();
    });
    this.#query = '';
    const again = button(t('mailbox.refresh'), () => this.#found.refresh(), { className: 'plain' });
    const parts = [make('div', { className: 'bar' }, search, again), this.#found.element];
    if (this.#isLocal) parts.splice(1, 0, this.#local());
    this.#body.replaceChildren(...parts);
    void this.#load();
  }

  #load() {
    const query = this.#query;
    const read = (cursor = '') => readPage(this.#resources, PATH, 'emails', { query, cursor });
    return this.#found.show(read, (first) =>
      first.rows.length > 0
        ? pagedList(first, (/** @type {Listed} */ one) => this.#item(one), read)
        : [empty(t(query ? 'mailbox.noMatch' : 'mailbox.none'))],
    );
  }

  /** @param {Listed} email */
  #item({ id, from, subject, at, unread, snippet }) {
    const open = button(subjectIn(subject), () => this.#read(id, unread), { className: 'open', dir: 'auto' });
    const sender = make('span', { dir: 'auto', title: from }, nameIn(from));
    const facts = make('p', { className: 'facts' }, sender, when(at));
    if (unread) facts.append(make('span', { className: 'tag' }, t('mailbox.unread')));
    const words = make('p', { className: 'snippet', dir: 'auto' }, snippet);
    return make('li', { className: unread ? 'unread' : '' }, open, facts, words);
  }

  /** @param {string} id @param {boolean} isUnread */
  #read(id, isUnread) {
    const shown = new Loaded();
    const leave = () => {
      this.list();
      focusPanel();
    };
    const back = button(t('mailbox.back'), leave, { className: 'plain back' });
    this.#body.replaceChildren(back, shown.element);
    back.focus();
    const read = async () => {
      const email = await this.#resources.get(PATH, { id });
      if (isUnread) this.#resources.patch(PATH, { id }, { unread: false }).catch(() => {}); // unread until the next time
      return email;
    };
    void shown.show(read, whole);
  }

  #local() {
    const place = make('div', { className: 'local' });
    const arrive = () => place.replaceChildren(arrivalForm(this.#resources, show));
    const sent = () => {
      const back = button(t('mailbox.sentBack'), show, { className: 'plain back' });
      place.replaceChildren(back, sentEmails(this.#resources));
    };
    const show = (/** @type {unknown} */ outcome) => {
      const word = typeof outcome === 'string' ? make('p', { role: 'status' }, outcome) : null;
      const receive = button(t('mailbox.receive'), arrive);
      const choices = [receive, button(t('mailbox.sent'), sent)];
      place.replaceChildren(make('div', { className: 'choices' }, ...choices));
      if (!word) return;
      place.append(word);
      void this.#load();
    };
    show(null);
    return place;
  }
}

/** @param {string} subject */
function subjectIn(subject) {
  return subject || t('mailbox.noSubject');
}

/** Return the sender's name, or the address if there is no name. @param {string} from */
function nameIn(from) {
  return from.replace(/\s*<[^<>]*>$/, '') || from;
}

/** @param {Whole} email */
function whole({ from, to, cc, subject, at, attachments, body }) {
  const heads = make('dl', { className: 'heads' }, ...head(t('label.from'), from));
  heads.append(...head(t('label.to'), to.join(', ')));
  if (cc.length > 0) heads.append(...head(t('label.cc'), cc.join(', ')));
  heads.append(make('dt', {}, t('mailbox.date')), make('dd', {}, when(at)));
  const named = attachments.map(({ name, bytes }) => `${name} (${Math.ceil(bytes / KB)} KB)`);
  if (named.length > 0) heads.append(...head(t('mailbox.attachments'), named.join(', ')));
  return [
    make('h3', { dir: 'auto' }, subjectIn(subject)),
    heads,
    make('div', { className: 'text', dir: 'auto' }, ...withAddresses(body, true)),
  ];
}

/** @param {string} name @param {string} text */
function head(name, text) {
  return [make('dt', {}, name), make('dd', { dir: 'auto' }, text)];
}
