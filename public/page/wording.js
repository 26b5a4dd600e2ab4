/** What the page says about states, failures and tools. No I/O. */

import {
  INTERRUPTED,
  SERVER_FAILED,
  TIMED_OUT,
  UNEXPECTED,
  UNREACHABLE,
} from '../client/errors.js';
import { language, locale, optionalText, t } from './texts.js';

/** @typedef {import('../client/types.js').State} State */
/** @typedef {import('../client/errors.js').BrainError} BrainError */

const LINK = /https?:\/\/[^\s<>"']+/g;
// Also with another scheme or none: in others' text an address is shown, whatever may open it.
const ADDRESS = /(?:[a-z][a-z0-9+.-]{0,19}:\/\/|www\.)[^\s<>"'[\]]+/gi;
const AFTER_LINK = /[.,;:!?)\]}…]+$/; // ends the sentence, not the address

// Titles of the server when a recording is refused, when there is too much to do, when a service is away, and when
// its plan is used up.
const EAR_REFUSED = /^The speech recognition refused the recording/;
const TOO_MANY = /^Too many /;
const AWAY = /^A service cannot be reached/;
const USED_UP = /^The (limit of the )?(store|queue|database)'s (?:daily limit|plan) is used up/;

/** @type {Record<string, import('./texts.js').Key>} */
const SERVICES = { store: 'service.store', queue: 'service.queue', database: 'service.database' };

/** @type {Record<string, import('./texts.js').Key>} */
const FAILURES = {
  [INTERRUPTED]: 'failure.interrupted',
  [SERVER_FAILED]: 'failure.server',
  [TIMED_OUT]: 'failure.timeout',
  [UNEXPECTED]: 'failure.unexpected',
  [UNREACHABLE]: 'failure.unreachable',
};

/** What the page says by the status of an answer. @type {Record<number, import('./texts.js').Key>} */
const OWN_WORDS = {
  403: 'failure.notAllowed',
  404: 'failure.gone',
  409: 'failure.changed',
  412: 'failure.changed',
  413: 'failure.large',
  422: 'failure.invalid',
  429: 'failure.tooMany',
};

const SETTINGS = [500, 503]; // statuses that come with a `detail` if settings are wrong

/** @param {State['connection']} connection */
export function connectionInWords(connection) {
  return t(`connection.${connection}`);
}

/**
 * Describe who is present: other pages, and whether the brain knows about this one.
 * @param {State} state
 */
export function presenceInWords({ others, listening }) {
  const beside = others ? t('presence.others', { count: others }) : '';
  return `${beside} ${listening ? t('presence.listening') : ''}`.trim();
}

/**
 * Describe what is going on right now; '' when nothing is.
 * @param {State} state
 * @param {number} unanswered texts and decisions of this page that wait for their answer
 */
export function activityInWords({ run, retrying, connection }, unanswered) {
  if (retrying.length > 0) {
    return t('activity.retrying', { reason: failureInWords(retrying[0].reason) });
  }
  if (run.state === 'running') return workInWords(run.activity);
  if (unanswered === 0) return '';
  return t(connection === 'offline' ? 'activity.offline' : 'activity.thinking');
}

/**
 * Describe what arrived while nobody was looking.
 * @param {number} missed
 */
export function awayInWords(missed) {
  return t('conversation.away', { count: missed });
}

/**
 * Name a tool. One without a text of its own is named by its identifier, in words.
 * @param {string} name
 */
export function actionInWords(name) {
  const words = name.replace(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return optionalText(`tool.${name}`) ?? words.slice(0, 1).toUpperCase() + words.slice(1);
}

/**
 * @param {string} activity `thinking`, the names of tools (`searchDocuments, readDocument`), or ''
 */
function workInWords(activity) {
  if (activity === '' || activity === 'thinking') return t('activity.thinking');
  const action = activity.split(', ').map(actionInWords).join(' · ');
  return t('activity.running', { action });
}

/** What is wrong with the deployment's settings; '' if it is something else. @param {unknown} error */
export function setupProblem(error) {
  const { status = 0, detail = '' } = /** @type {Partial<BrainError>} */ (error);
  return status >= 500 ? detail : '';
}

/** Say why a request failed. @param {unknown} error */
export function refusalInWords(error) {
  const { status, title = '', detail, errors = [] } = /** @type {Partial<BrainError>} */ (error);
  if (status === undefined) return t('failure.page');
  if (status === 401) return t('signin.expired');
  const own = OWN_WORDS[status] ?? (status >= 400 && status < 500 ? 'failure.invalid' : null);
  const [fault] = /** @type {{field: string, message: string}[]} */ (errors);
  // The server's words are English and meant for developers. Its titles do not say what to do.
  if (own && (language !== 'en' || status === 429 || !(fault || detail))) return t(own);
  if (fault) return `${title} ${fault.field} ${fault.message}.`;
  if (status >= 500) return outageInWords(status, title, detail);
  return detail || failureInWords(title);
}

/** @param {number} status @param {string} title @param {string} [detail] */
function outageInWords(status, title, detail) {
  // These are about settings, and the same words everywhere.
  const problem = SETTINGS.includes(status) ? detail : '';
  return knownInWords(title) ?? (problem ? t('setup.problem', { problem }) : t('failure.server'));
}

/**
 * Say why speech recognition ended.
 * @param {string} reason an error code of the Web Speech API, or of a recording
 * @param {unknown} [error] the server's
 */
export function problemInWords(reason, error) {
  if (error !== undefined && reason === 'not-understood') {
    return t('voice.not-understood', { reason: refusalInWords(error) });
  }
  return optionalText(`voice.${reason}`) ?? t('voice.failed', { reason });
}

/** @param {string} title of a BrainError; the server's own titles are English */
function failureInWords(title) {
  return knownInWords(title) ?? (language === 'en' ? title.replace(/[^.!?]$/, '$&.') : t('failure.server'));
}

/** @param {string} title @returns {string | null} */
function knownInWords(title) {
  if (AWAY.test(title)) return t('failure.service');
  if (TOO_MANY.test(title)) return t('failure.tooMany');
  if (EAR_REFUSED.test(title)) return t('failure.recording');
  const [, plan, service] = USED_UP.exec(title) ?? [];
  if (service) {
    return t(plan ? 'failure.usedUp' : 'failure.usedUpToday', { service: t(SERVICES[service]) });
  }
  const key = title ? FAILURES[title] : 'failure.unreachable';
  return key ? t(key) : null;
}

/**
 * Say that a text is too long; '' if it is not. The server counts an emoji as one character.
 * @param {string} text
 * @param {number} most
 */
export function lengthObjection(text, most) {
  if (text.length <= most) return '';
  const count = [...text].length;
  const number = (/** @type {number} */ one) => one.toLocaleString(locale);
  return count > most ? t('failure.tooLong', { most: number(most), count: number(count) }) : '';
}

/**
 * Split a text so that its addresses can become links.
 * @param {string} text
 * @returns {{text: string, href: string | null}[]}
 */
export function segmentsOf(text) {
  const segments = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const address = found.replace(AFTER_LINK, '');
    if (!URL.canParse(address)) continue;
    segments.push({ text: text.slice(end, index), href: null }, { text: address, href: address });
    end = index + address.length;
  }
  segments.push({ text: text.slice(end), href: null });
  return segments.filter((segment) => segment.text !== '');
}

/**
 * Split a text that others wrote, so that its addresses can be copied.
 * @param {string} text
 * @returns {{text: string, host: string | null}[]} `host` in ASCII letters: of an address
 */
export function foreignSegmentsOf(text) {
  const segments = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = found.replace(AFTER_LINK, '');
    const host = hostOf(address);
    if (!host) continue;
    segments.push({ text: text.slice(end, index), host: null }, { text: address, host });
    end = index + address.length;
  }
  segments.push({ text: text.slice(end), host: null });
  return segments.filter((segment) => segment.text !== '');
}

/** The host as a browser would look it up: letters that look alike cannot hide it. @param {string} address */
function hostOf(address) {
  const whole = /^www\./i.test(address) ? `https://${address}` : address;
  if (!URL.canParse(whole)) return null;
  const { host, protocol } = new URL(whole);
  // Only of these a browser turns the host into ASCII.
  if (['http:', 'https:', 'ws:', 'wss:', 'ftp:'].includes(protocol)) return host;
  return host && URL.canParse(`https://${host}`) ? new URL(`https://${host}`).host : null;
}
