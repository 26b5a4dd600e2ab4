/** The texts of the page in the user's language. Each language is one file in texts/. */

import { de } from './texts/de.js';
import { en } from './texts/en.js';

/** @typedef {keyof typeof en} Key */
/** @typedef {string | {one: string, other: string}} Text */
/** @typedef {Record<string, string | number>} Values */

/** @type {Record<string, Record<Key, Text>>} */
const LANGUAGES = { en, de };
const PLACEHOLDER = /\{(\w+)\}/g;

/**
 * Choose the first of the user's languages that the page has; English if it has none of them.
 * @param {readonly string[]} preferred language tags such as `de-AT`, the best one first
 * @returns {{language: string, locale: string}} `locale` also has the region, for dates and numbers
 */
export function chooseLanguage(preferred) {
  const locale = preferred.find((tag) => Object.hasOwn(LANGUAGES, baseOf(tag))) ?? 'en';
  return { language: baseOf(locale), locale };
}

/** The language and locale of this page. Outside a browser, as in tests, English. */
export const { language, locale } = chooseLanguage(
  globalThis.document ? globalThis.navigator.languages : [],
);

/** @type {string | undefined} that of the browser until the session says another one */
let timeZone;

/** Show times in this time zone, if the browser knows it. @param {string} [name] an IANA name */
export function useZone(name) {
  try {
    new Date().toLocaleString('en', { timeZone: name });
    timeZone = name;
  } catch {
    timeZone = undefined;
  }
}

/**
 * Return a time in words, in the user's language and time zone.
 * @param {Date} at
 * @param {Intl.DateTimeFormatOptions} [parts] both date and time by default
 */
export function timeInWords(at, parts) {
  return at.toLocaleString(locale, { ...parts, timeZone });
}

/**
 * Return a text in the page's language.
 * @param {Key} key
 * @param {Values} [values] for its placeholders; `count` also selects the plural form
 */
export function t(key, values = {}) {
  return textIn(language, key, values);
}

/** Return the text of a key that may not exist, else null. @param {string} key */
export function optionalText(key) {
  return Object.hasOwn(en, key) ? t(/** @type {Key} */ (key)) : null;
}

/**
 * @param {string} name of the language
 * @param {Key} key
 * @param {Values} values
 */
export function textIn(name, key, values) {
  const text = LANGUAGES[name][key];
  const chosen = typeof text === 'string' ? text : text[pluralForm(name, values.count)];
  return chosen.replace(PLACEHOLDER, (_, placeholder) => `${values[placeholder]}`);
}

/** @param {string} name @param {string | number} count @returns {'one' | 'other'} */
function pluralForm(name, count) {
  return new Intl.PluralRules(name).select(Number(count)) === 'one' ? 'one' : 'other';
}

/** @param {string} tag */
function baseOf(tag) {
  return tag.toLowerCase().split('-')[0];
}
