/** What the page says about jobs and minds. No I/O. */

import { actionInWords } from '../wording.js';
import { locale, optionalText, t } from '../texts.js';

/** @typedef {import('../../client/minds/types.js').Job} Job */
/** @typedef {import('../../client/minds/types.js').MindState} MindState */

/** The keys of expectations that say what is expected; the others say more about it. */
const EXPECTED = ['effect', 'asked', 'never', 'said~', 'said!~', 'turns<=', 'firstWordS<=', 'document'];
const FAR_CHARS = 60; // of a speaker's name, as long as a name may be

/** Pictures of 24 by 24 for the states: each is told by its shape, not by its colour alone. */
export const SHAPES = /** @type {Record<string, string>} */ ({
  queued: 'M12 5a7 7 0 1 0 .01 0M12 8.500v4l2.500 1.500',
  running: 'M8 5.500v13l10.500-6.500z',
  paused: 'M8.500 6v12M15.500 6v12',
  summarising: 'M6 7h12M6 12h12M6 17h7',
  complete: 'M5 12.500l4.500 4.500L19 7.500',
  failed: 'M6.500 6.500l11 11M17.500 6.500l-11 11',
  stopped: 'M7 7h10v10h-10z',
  invalid: 'M12 5a7 7 0 1 0 .01 0M7.500 7.500l9 9',
});

export const ENDED = ['complete', 'failed', 'stopped'];

/** @param {{status: string}} job */
export function isOpen({ status }) {
  return !ENDED.includes(status) && status !== 'invalid';
}

/** @param {Job} job talks and rehearsals can be paused */
export function canPause({ kind, status }) {
  return (kind === 'talk' || kind === 'rehearsal') && ['queued', 'running', 'paused'].includes(status);
}

/** @param {string} status of a job or a mind */
export function statusInWords(status) {
  return optionalText(`jobs.status.${status}`) ?? status;
}

/** @param {string | null} reason why a mind has ended */
export function reasonInWords(reason) {
  return reason ? (optionalText(`jobs.reason.${reason}`) ?? reason) : '';
}

/** @param {string} outcome */
export function outcomeInWords(outcome) {
  return optionalText(`jobs.outcome.${outcome}`) ?? outcome;
}

/** @param {{completed: number, failed: number, total: number}} job */
export function countInWords({ completed, failed, total }) {
  const done = t('jobs.count', { done: completed, total });
  return failed > 0 ? t('jobs.countFailed', { done, failed }) : done;
}

/** @param {number} tokens @param {number} [budget] */
export function tokensInWords(tokens, budget) {
  const shown = numberInWords(tokens);
  if (budget === undefined) return t('jobs.tokens', { tokens: shown });
  return t('jobs.tokensOf', { tokens: shown, budget: numberInWords(budget) });
}

/** @param {number} share 0 to 1 */
export function percentInWords(share) {
  return share.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 0 });
}

/** What a mind is doing, or how it ended. @param {MindState} mind */
export function mindInWords({ status, endedReason, activity }) {
  if (status === 'running' && activity && activity !== 'thinking') {
    return activity.split(', ').map(actionInWords).join(' · ');
  }
  const words = statusInWords(status);
  const reason = status === 'stopped' ? '' : reasonInWords(endedReason);
  return [words, reason].filter((part) => part !== '').join(' · ');
}

/**
 * Name who says an entry of a mind's log.
 * @param {import('../../client/types.js').Entry} entry
 * @param {Job['kind']} kind of the job
 * @param {boolean} isFirst the first text is the task
 */
export function speakerInWords(entry, kind, isFirst) {
  if (entry.role === 'brain') return entry.speaker?.slice(0, FAR_CHARS) || t(`entry.${entry.kind}`);
  if (kind === 'rehearsal') return t('jobs.player');
  if (isFirst) return t('jobs.brief');
  return t(kind === 'talk' ? 'jobs.listener' : 'entry.user');
}

/**
 * Say what a scenario expects. What this page does not know is shown as it is written.
 * @param {Record<string, any>} item
 */
export function expectationInWords(item) {
  const main = EXPECTED.find((name) => Object.hasOwn(item, name));
  if (!main) return Object.entries(item).map(conditionInWords).join(', ');
  const { [main]: value, times, with: conditions = {}, ...rest } = item;
  const isAct = ['effect', 'asked', 'never'].includes(main);
  const words = t(/** @type {any} */ (`jobs.expect.${main}`), { value: isAct ? actionInWords(`${value}`) : value });
  const more = Object.entries({ ...conditions, ...rest }).map(conditionInWords);
  if (typeof times === 'number') more.push(t('jobs.times', { count: times }));
  return more.length > 0 ? `${words} (${more.join(', ')})` : words;
}

/** @param {[string, unknown]} condition of an argument: `name`, `name~` (contains) or `name!~` (does not) */
function conditionInWords([name, value]) {
  const shown = Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : `${value}`;
  const [, bare, how] = /^(.*?)(!~|~)?$/s.exec(name) ?? [];
  const label = optionalText(`label.${bare}`) ?? bare;
  if (how) return t(how === '~' ? 'jobs.contains' : 'jobs.lacks', { name: label, value: shown });
  return `${label}: ${shown}`;
}

/** @param {number} number */
function numberInWords(number) {
  return number.toLocaleString(locale, { notation: 'compact', maximumFractionDigits: 1 });
}
