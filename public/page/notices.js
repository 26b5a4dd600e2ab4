/** The panel of notifications: when to be quiet, what to be told of, and whom to trust. */

import { refusalInWords } from './wording.js';
import { button, field, make } from './dom.js';
import { askingButton, empty, list, Loaded, when } from './panel.js';

/** @typedef {import('./resources.js').Resources} Resources */

/**
 * @typedef {object} Preferences
 * @property {string[]} trusted
 * @property {{from: string, until: string} | null} quiet
 * @property {string} zone
 * @property {'all' | 'rules'} emails
 *
 * @typedef {object} Rule
 * @property {string} id
 * @property {string} about
 * @property {string | null} from
 * @property {string[]} words
 * @property {boolean} judge
 * @property {boolean} urgent
 * @property {string} createdAt
 */

const PREFERENCES = '/api/preferences';
const RULES = '/api/rules';
const USUAL = { from: '22:00', until: '07:00' };
const NO_RULES = 'None yet. Say “Tell me when Anna writes”, and it stands here.';
const NO_TRUSTED = 'Nobody yet: you are asked before anything is sent.';

/** @param {Resources} resources @returns {import('./panel.js').Panel} */
export function noticesPanel(resources) {
  const settings = new Loaded();
  const rules = new Loaded();
  return {
    name: 'notifications',
    title: 'Notifications',
    refresh: () => rules.refresh(), // of the settings nobody but the user changes any
    open(body) {
      body.append(settings.element, section('Tell me when …', rules.element));
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
    return [section('When', this.#times()), section('Trusted recipients', this.#trusted())];
  }

  /** All at once, as the server takes them. @param {Partial<Preferences>} changed */
  async #save(changed) {
    this.#preferences = await this.#resources.put(PREFERENCES, { ...this.#preferences, ...changed });
  }

  #times() {
    const { quiet, zone, emails } = this.#preferences;
    const isQuiet = make('input', { type: 'checkbox', checked: quiet !== null });
    const [from, until] = [quiet?.from ?? USUAL.from, quiet?.until ?? USUAL.until].map((value) =>
      make('input', { type: 'time', value, required: true }),
    );
    const zones = zoneSelect(zone, quiet !== null);
    const all = make('select', {}, option('all', 'All'), option('rules', 'Only those I asked for'));
    all.value = emails;
    const times = make('div', { className: 'pair' }, field('From', from), field('Until', until));
    const show = () => (times.hidden = !isQuiet.checked);
    isQuiet.addEventListener('change', show);
    show();
    const switched = make('label', { className: 'switch' }, isQuiet, 'Quiet hours every day');
    return saving(
      'Save',
      () =>
        this.#save({
          quiet: isQuiet.checked ? { from: from.value, until: until.value } : null,
          zone: zones.value,
          emails: /** @type {'all' | 'rules'} */ (all.value),
        }),
      switched,
      times,
      field('Time zone', zones),
      field('Emails that I hear of', all),
    );
  }

  #trusted() {
    const place = make('div');
    const draw = () => {
      const { trusted } = this.#preferences;
      const items = trusted.map((one) => make('li', { className: 'row' }, one, remove(one)));
      place.replaceChildren(items.length > 0 ? list(...items) : empty(NO_TRUSTED));
    };
    const remove = (/** @type {string} */ one) =>
      askingButton('Remove', one, async () => {
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
    const hint = 'What goes to them needs no yes. @example.org is everybody there.';
    const form = saving('Add', add, field('Add an address', input, hint));
    return make('div', {}, place, form);
  }
}

/** @param {Resources} resources @param {Loaded} place */
function showRules(resources, place) {
  void place.show(
    async () => (await resources.get(RULES)).rules,
    (/** @type {Rule[]} */ rules) => [
      rules.length > 0 ? list(...rules.map((rule) => item(rule))) : empty(NO_RULES),
    ],
  );
  const item = (/** @type {Rule} */ { id, about, from, words, judge, urgent, createdAt }) => {
    const details = [
      from && `from ${from}`,
      words.length > 0 && `with ${words.join(', ')}`,
      judge && 'if it seems worth it',
      urgent && 'even in quiet hours',
    ].filter(Boolean);
    const remove = askingButton('Delete', about, async () => {
      await resources.remove(RULES, id);
      showRules(resources, place);
    });
    const facts = make('p', { className: 'facts' }, details.join(' · '), when(createdAt), remove);
    return make('li', {}, make('p', { className: 'fact', dir: 'auto' }, about), facts);
  };
}

/** @param {string} title @param {HTMLElement} content */
function section(title, content) {
  return make('section', {}, make('h3', {}, title), content);
}

/**
 * A form that saves, and says how that went.
 * @param {string} label of its button
 * @param {() => Promise<void>} save
 * @param {HTMLElement[]} fields
 */
function saving(label, save, ...fields) {
  const told = make('p', { role: 'status', className: 'outcome' });
  const go = make('button', { type: 'submit', className: 'filled' }, label);
  const form = make('form', { className: 'edit' }, ...fields);
  form.append(make('div', { className: 'choices' }, go), told);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    go.disabled = true;
    told.textContent = '';
    try {
      await save();
      told.textContent = 'Saved.';
    } catch (error) {
      told.textContent = refusalInWords(error);
    } finally {
      go.disabled = false;
    }
  });
  form.addEventListener('input', () => (told.textContent = ''));
  return form;
}

/**
 * All zones the browser knows, its own first.
 * @param {string} kept
 * @param {boolean} isChosen else the browser's own is offered
 */
function zoneSelect(kept, isChosen) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const names = [...new Set([own, kept, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  const select = make('select', {}, ...names.map((name) => option(name, nameOf(name, own))));
  select.value = isChosen || kept !== 'UTC' ? kept : own;
  return select;
}

/** @param {string} name @param {string} own */
function nameOf(name, own) {
  const words = name.replaceAll('_', ' ');
  return name === own ? `${words} (this device)` : words;
}

/** @param {string} value @param {string} label */
function option(value, label) {
  return make('option', { value }, label);
}
