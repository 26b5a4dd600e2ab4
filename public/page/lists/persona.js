/** What the brain is called and how it is to be, and the language in which it speaks by itself. */

import { atMost, byId, field, make } from '../dom.js';
import { saving } from '../panel.js';
import { locale, t } from '../texts.js';

/** @typedef {{name: string | null, instructions: string}} Persona */
/** @typedef {{persona?: Persona, language: string | null, inUse?: {language: string}}} Chosen */

const MOST_NAME = 80; // characters that the server takes
const MOST_INSTRUCTIONS = 4000;
const SPOKEN = ['en', 'de']; // languages that the brain has texts of its own in
const PRODUCT = document.title; // as index.html has it

let shown = PRODUCT;

/** The title of the page without a count. */
export const pageTitle = () => shown;

/** Show what the brain is called, in the header, the greeting and the title. @param {string | null} [name] */
export function nameBrain(name) {
  const before = shown;
  shown = name || PRODUCT;
  byId('name').textContent = shown;
  byId('greeting').textContent = name ? t('welcome.named', { name }) : t('welcome.title');
  document.title = document.title.replace(before, () => shown);
}

/**
 * Create the form.
 * @param {Chosen} chosen
 * @param {(changed: {persona: Persona, language: string | null}) => Promise<void>} save
 */
export function personaForm({ persona = { name: null, instructions: '' }, language }, save) {
  const name = atMost(MOST_NAME, make('input', { type: 'text', value: persona.name ?? '', autocomplete: 'off' }));
  const text = atMost(MOST_INSTRUCTIONS, make('textarea', { rows: 5, value: persona.instructions }));
  const languages = languageSelect(language);
  const keep = async () => {
    const own = { name: name.value.trim() || null, instructions: text.value.trim() };
    await save({ persona: own, language: languages.value || null });
    nameBrain(own.name);
  };
  return saving(
    t('persona.save'),
    keep,
    field(t('persona.name'), name),
    field(t('persona.instructions'), text, t('persona.hint')),
    field(t('persona.language'), languages),
  );
}

/** @param {string | null} kept a language tag */
function languageSelect(kept) {
  const names = new Intl.DisplayNames([locale], { type: 'language' });
  const tags = [...new Set([...(kept ? [kept] : []), ...SPOKEN])];
  const device = names.of(navigator.language) ?? navigator.language;
  const first = make('option', { value: '' }, t('notifications.asDevice', { zone: device }));
  const options = tags.map((tag) => make('option', { value: tag }, names.of(tag) ?? tag));
  const select = make('select', {}, first, ...options);
  select.value = kept ?? '';
  return select;
}
