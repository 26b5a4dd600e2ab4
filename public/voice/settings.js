/** The settings of ear and mouth: spoken language, voice and speed. */

import { byId, make, onEscape } from '../page/dom.js';
import { locale, t } from '../page/texts.js';
import { keep, rate, spokenLanguage, voiceName } from './choices.js';
import { voicesFor } from './browser/language.js';
import { allVoices, whenLoaded } from './browser/voices.js';

const LANGUAGES =
  `ar-SA bg-BG bn-IN ca-ES cs-CZ da-DK de-AT de-CH de-DE el-GR en-AU en-GB en-IN en-US es-ES es-MX es-US et-EE
  fa-IR fi-FI fil-PH fr-CA fr-CH fr-FR gu-IN he-IL hi-IN hr-HR hu-HU id-ID is-IS it-IT ja-JP kn-IN ko-KR lt-LT
  lv-LV ml-IN mr-IN ms-MY nb-NO nl-BE nl-NL pa-IN pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK sl-SI sr-RS sv-SE sw-KE
  ta-IN te-IN th-TH tr-TR uk-UA ur-PK vi-VN zh-CN zh-HK zh-TW`.split(/\s+/);
const RATES = [0.6, 0.8, 1, 1.2, 1.5, 2];

export class VoiceSettings {
  #button = byId('settings');
  #row = byId('voice-settings');
  #language = select('spoken-language');
  #voice = select('voice-name');
  #rate = select('voice-rate');

  /** @param {() => void} onChange called when the user has chosen */
  constructor(onChange) {
    this.#button.addEventListener('click', () => this.#turn(this.#row.hidden === true));
    onEscape(this.#row, () => this.#turn(false));
    for (const [control, name] of /** @type {const} */ ([
      [this.#language, 'language'],
      [this.#voice, 'voice'],
      [this.#rate, 'rate'],
    ])) {
      control.addEventListener('change', () => {
        keep(name, control.value);
        if (control === this.#language) this.#offerVoices();
        onChange();
      });
    }
    this.#offer();
  }

  /** @param {boolean} isOpen */
  #turn(isOpen) {
    this.#row.hidden = !isOpen;
    this.#button.ariaExpanded = `${isOpen}`;
    if (isOpen) this.#offer();
    else if (this.#row.contains(document.activeElement)) this.#button.focus();
  }

  #offer() {
    const names = new Intl.DisplayNames([locale], { type: 'language' });
    const tags = [...new Set([spokenLanguage(), ...navigator.languages, ...LANGUAGES])];
    const named = tags.filter(isTag).map((tag) => ({ tag, name: names.of(tag) ?? tag }));
    named.sort((one, other) => one.name.localeCompare(other.name, locale));
    fill(this.#language, named.map(({ tag, name }) => [tag, name]), spokenLanguage());
    const percent = new Intl.NumberFormat(locale, { style: 'percent' });
    fill(this.#rate, RATES.map((one) => [`${one}`, percent.format(one)]), `${rate()}`);
    this.#offerVoices();
    whenLoaded(() => this.#offerVoices());
  }

  /** Offer the voices of the spoken language. */
  #offerVoices() {
    const fitting = voicesFor(allVoices(), spokenLanguage());
    const offered = fitting.map(({ name, voiceURI }) => /** @type {[string, string]} */ ([voiceURI, name]));
    fill(this.#voice, [['', t('voice.automatic')], ...offered], voiceName());
    if (this.#voice.selectedIndex < 0) this.#voice.value = '';
  }
}

/** @param {string} id */
function select(id) {
  return /** @type {HTMLSelectElement} */ (byId(id));
}

/** @param {HTMLSelectElement} control @param {[string, string][]} options @param {string} value */
function fill(control, options, value) {
  control.replaceChildren(...options.map(([one, text]) => make('option', { value: one }, text)));
  control.value = value;
}

/** @param {string} tag */
function isTag(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}
