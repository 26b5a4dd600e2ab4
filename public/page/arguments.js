/** Shows a tool's arguments as fields that a person can read and change. No I/O. */

import { optionalText } from './texts.js';
import { actionInWords } from './wording.js';

/** @typedef {Record<string, any>} Arguments */
/** @typedef {'line' | 'text' | 'lines' | 'number' | 'switch' | 'fixed' | 'json'} Shape */

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {Shape} shape
 * @property {string} text the value as the user reads and types it
 */

const FIXED = ['id', 'version']; // identify what the question is about, so they cannot be changed
const LONG = ['body', 'text', 'note', 'append'];
const LONG_CHARS = 80;

/**
 * @param {Arguments} given
 * @returns {Field[]} in reading order: long texts come last
 */
export function fieldsOf(given) {
  const fields = Object.entries(given).map(([name, value]) => {
    const shape = shapeOf(name, value);
    return { name, label: labelOf(name), shape, text: textOf(shape, value) };
  });
  return fields.sort((one, other) => weight(one) - weight(other));
}

/**
 * Return the arguments with the typed values.
 * @param {Arguments} given
 * @param {Record<string, string>} typed by name; a switch is 'yes' or ''
 * @returns {Arguments} Throws a SyntaxError if JSON is needed and the text is not JSON.
 */
export function edited(given, typed) {
  const values = Object.entries(given).map(([name, value]) => {
    const text = typed[name];
    return [name, text === undefined ? value : valueOf(shapeOf(name, value), text)];
  });
  return Object.fromEntries(values);
}

/**
 * Return the fields that a question's text does not show.
 * @param {Arguments} given
 * @param {string} text
 */
export function unshown(given, text) {
  const isShown = (/** @type {Field} */ field) => field.text !== '' && text.includes(field.text);
  return fieldsOf(given).filter((field) => field.shape === 'switch' || !isShown(field));
}

/**
 * Return the names of the arguments that were changed before the approval.
 * @param {Arguments} asked
 * @param {Arguments} decided
 */
export function changedNames(asked, decided) {
  const names = [...new Set([...Object.keys(asked), ...Object.keys(decided)])];
  return names.filter((name) => JSON.stringify(asked[name]) !== JSON.stringify(decided[name]));
}

/** @param {string} name of an argument */
function labelOf(name) {
  return optionalText(`label.${name}`) ?? actionInWords(name);
}

/** @param {Field} field */
function weight({ shape }) {
  if (shape === 'fixed') return 2;
  return shape === 'text' ? 1 : 0;
}

/** @param {string} name @param {unknown} value @returns {Shape} */
function shapeOf(name, value) {
  if (FIXED.includes(name)) return 'fixed';
  if (typeof value === 'boolean') return 'switch';
  if (typeof value === 'number') return 'number';
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return 'lines';
  if (typeof value !== 'string') return 'json';
  const isLong = LONG.includes(name) || value.length > LONG_CHARS || value.includes('\n');
  return isLong ? 'text' : 'line';
}

/** @param {Shape} shape @param {any} value */
function textOf(shape, value) {
  if (shape === 'lines') return value.join('\n');
  if (shape === 'switch') return value ? 'yes' : '';
  return shape === 'json' ? JSON.stringify(value, null, 2) : `${value}`;
}

/** @param {Shape} shape @param {string} text */
function valueOf(shape, text) {
  if (shape === 'lines') return text.split('\n').map((one) => one.trim()).filter(Boolean);
  if (shape === 'switch') return text !== '';
  if (shape === 'number') return Number(text);
  return shape === 'json' ? JSON.parse(text) : text;
}
