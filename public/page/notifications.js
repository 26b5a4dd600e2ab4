/** The panel of notifications: this device, quiet hours, rules and trusted recipients. */

import { field, make } from './dom.js';
import { confirmButton, empty, list, Loaded, saving } from './panel.js';
import { personaForm } from './lists/persona.js';
import { pushPart } from './lists/push.js';
import { showRules } from './lists/rules.js';
import { t, useZone } from './texts.js';

/** @typedef {import('./resources.js').Resources} Resources */

/**
 * @typedef {object} Preferences
 * @property {string[]} trusted
 * @property {{from: string, until: string} | null} quiet
 * @property {string | null} zone null: as the device says
 * @property {{zone: string, language: string}} [inUse]
 * @property {string | null} language null: as the device says
 * @property {import('./lists/persona.js').Persona} [persona]
 * @property {'all' | 'rules'} emails
 */

const PREFERENCES = '/api/preferences';
const USUAL = { from: '22:00', until: '07:00' };

/**
 * @param {Resources} resources
 * @param {import('./lists/push.js').DevicePush | null} push null: nothing can be pushed
 * @param {boolean} hasSettings false without a database
 * @returns {import('./panel.js').Panel}
 */
export function notificationsPanel(resources, push, hasSettings) {
  const settings = new Loaded();
  const rules = new Loaded();
  return {
    name: 'notifications',
    title: t('panel.notifications'),
    refresh: () => rules.refresh(), // only the user changes the settings
    open(body) {
      if (push) body.append(section(t('push.title'), pushPart(push)));
      if (!hasSettings) return;
      body.append(settings.element, section(t('notifications.rules'), rules.element));
      void settings.show(
        () => resources.get(PREFERENCES),
        (/** @type {Preferences} */ preferences) => new Settings(resources, preferences).parts(),
      );
      showRules(resources, rules);
    },
  };
}

class Settings {
  #resources;
  #preferences;

  /** @param {Resources} resources @param {Preferences} preferences */
  constructor(resources, preferences) {
    this.#resources = resources;
    this.#preferences = preferences;
  }

  parts() {
    return [
      section(t('notifications.times'), this.#times()),
      section(t('notifications.trusted'), this.#trusted()),
      section(t('persona.title'), personaForm(this.#preferences, (changed) => this.#save(changed))),
    ];
  }

  /** Save all preferences: the server takes them together. @param {Partial<Preferences>} changed */
  async #save(changed) {
    this.#preferences = await this.#resources.put(PREFERENCES, { ...this.#preferences, ...changed });
    useZone(this.#preferences.inUse?.zone);
  }

  #times() {
    const { quiet, zone, emails } = this.#preferences;
    const hours = quietHours(quiet);
    const zones = zoneSelect(zone);
    const all = emailSelect(emails);
    const save = () =>
      this.#save({
        quiet: hours.value(),
        zone: zones.value || null,
        emails: /** @type {'all' | 'rules'} */ (all.value),
      });
    const fields = [
      field(t('notifications.zone'), zones),
      field(t('notifications.emails'), all),
    ];
    return saving(t('notifications.save'), save, ...hours.elements, ...fields);
  }

  #trusted() {
    const place = make('div');
    const draw = () => {
      const { trusted } = this.#preferences;
      const items = trusted.map((one) => make('li', { className: 'row' }, one, remove(one)));
      place.replaceChildren(items.length > 0 ? list(...items) : empty(t('notifications.trustedNone')));
    };
    const remove = (/** @type {string} */ one) =>
      confirmButton(t('action.remove'), one, async () => {
        await this.#save({ trusted: this.#preferences.trusted.filter((other) => other !== one) });
        draw();
      });
    const input = make('input', { type: 'text', required: true, placeholder: 'anna@example.org' });
    const add = async () => {
      await this.#save({ trusted: [...this.#preferences.trusted, input.value.trim()] });
      input.value = '';
      draw();
    };
    draw();
    const address = field(t('notifications.trustedAdd'), input, t('notifications.trustedHint'));
    const form = saving(t('action.add'), add, address);
    return make('div', {}, place, form);
  }
}

/**
 * The switch for quiet hours and the two times.
 * @param {Preferences['quiet']} quiet
 */
function quietHours(quiet) {
  const isQuiet = make('input', { type: 'checkbox', checked: quiet !== null });
  const [from, until] = [quiet?.from ?? USUAL.from, quiet?.until ?? USUAL.until].map((value) =>
    make('input', { type: 'time', value, required: true }),
  );
  const times = make('div', { className: 'pair' });
  times.append(field(t('notifications.from'), from), field(t('notifications.until'), until));
  const show = () => (times.hidden = !isQuiet.checked);
  isQuiet.addEventListener('change', show);
  show();
  const label = make('label', { className: 'switch' }, isQuiet, t('notifications.quiet'));
  const value = () => (isQuiet.checked ? { from: from.value, until: until.value } : null);
  return { elements: [label, times], value };
}

/** @param {string} chosen */
function emailSelect(chosen) {
  const all = option('all', t('notifications.emailsAll'));
  const select = make('select', {}, all, option('rules', t('notifications.emailsRules')));
  select.value = chosen;
  return select;
}

/** @param {string} title @param {HTMLElement} content */
function section(title, content) {
  return make('section', {}, make('h3', {}, title), content);
}

/** List what the device says, then all time zones. @param {string | null} kept */
function zoneSelect(kept) {
  const zone = inWords(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const names = [...new Set([...(kept ? [kept] : []), 'UTC', ...(Intl.supportedValuesOf?.('timeZone') ?? [])])];
  const all = names.map((name) => option(name, inWords(name)));
  const select = make('select', {}, option('', t('notifications.asDevice', { zone })), ...all);
  select.value = kept ?? '';
  return select;
}

/** @param {string} name */
function inWords(name) {
  return name.replaceAll('_', ' ');
}

/** @param {string} value @param {string} label */
function option(value, label) {
  return make('option', { value }, label);
}
