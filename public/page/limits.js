/** Limits of the server on the length of texts, checked before they are sent. Nothing is cut. */

import { locale, t } from './texts.js';

export const MOST_TEXT_CHARS = 8000; // of what the user says; MAX_TEXT_CHARS of the server

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
 * Let a field refuse a text that is too long when its form is sent, and keep it.
 * @template {HTMLInputElement | HTMLTextAreaElement} Control
 * @param {number} most characters
 * @param {Control} control
 */
export function atMost(most, control) {
  const check = () => control.setCustomValidity(lengthObjection(control.value.trim(), most));
  control.addEventListener('input', check);
  check();
  return control;
}
