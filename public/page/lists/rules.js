/** The rules of what to notify the user about: listed, edited and deleted. */

import { atMost, button, field, make, onEscape } from '../dom.js';
import { byOthers, confirmButton, empty, focusPanel, saving, when } from '../panel.js';
import { pagedList, readPage } from './pages.js';
import { t } from '../texts.js';

/** @typedef {import('../resources.js').Resources} Resources */
/** @typedef {import('../panel.js').Loaded} Loaded */

/**
 * @typedef {object} Rule
 * @property {string} id
 * @property {string} about
 * @property {string | null} from
 * @property {string[]} words
 * @property {string[]} kinds
 * @property {boolean} judge
 * @property {boolean} urgent
 * @property {string} createdAt
 * @property {boolean} [foreign] others may have worded it, until the user edits it
 */

const RULES = '/api/rules';

/** @param {Resources} resources @param {Loaded} place */
export function showRules(resources, place) {
  const again = () => showRules(resources, place);
  const read = (cursor = '') => readPage(resources, RULES, 'rules', { cursor });
  void place.show(read, (first) =>
    first.rows.length > 0
      ? pagedList(first, (/** @type {Rule} */ rule) => item(resources, rule, again), read)
      : [empty(t('notifications.rulesNone'))],
  );
}

/** @param {Resources} resources @param {Rule} rule @param {() => void} again shows all rules */
function item(resources, rule, again) {
  const { id, about, createdAt } = rule;
  const remove = confirmButton(t('action.delete'), about, async () => {
    await resources.remove(RULES, id);
    again();
  });
  const change = button(t('action.edit'), () => edit(), {
    className: 'plain',
    ariaLabel: `${t('action.edit')}: ${about}`,
  });
  const details = [detailsOf(rule), when(createdAt), byOthers(rule.foreign ?? false), change, remove];
  const place = make('li', {}, make('p', { className: 'fact', dir: 'auto' }, about));
  place.append(make('p', { className: 'facts' }, ...details.filter((one) => one !== null)));
  const edit = () => {
    place.replaceChildren(form(resources, rule, again));
    place.querySelector('input')?.focus();
  };
  return place;
}

/** @param {Rule} rule */
function detailsOf({ from, words, judge, urgent }) {
  const details = [
    from && t('notifications.ruleFrom', { name: from }),
    words.length > 0 && t('notifications.ruleWords', { words: words.join(', ') }),
    judge && t('notifications.ruleJudge'),
    urgent && t('notifications.ruleUrgent'),
  ];
  return details.filter(Boolean).join(' · ');
}

/**
 * What the user saves here is theirs: every text of the rule stands in the form.
 * @param {Resources} resources
 * @param {Rule} rule
 * @param {() => void} again
 */
function form(resources, { id, kinds, judge, ...rule }, again) {
  const about = atMost(300, make('input', { type: 'text', required: true, value: rule.about }));
  const from = atMost(254, make('input', { type: 'text', value: rule.from ?? '' }));
  const words = make('input', { type: 'text', value: rule.words.join(', ') });
  const urgent = make('input', { type: 'checkbox', checked: rule.urgent });
  const save = async () => {
    const typed = words.value.split(',').map((word) => word.trim());
    await resources.put(RULES, {
      id,
      kinds,
      judge,
      about: about.value,
      from: from.value.trim() || null,
      words: typed.filter(Boolean),
      urgent: urgent.checked,
    });
    again();
    focusPanel();
  };
  const leave = () => {
    again();
    focusPanel();
  };
  const made = saving(
    t('action.save'),
    save,
    field(t('notifications.ruleAbout'), about),
    field(t('notifications.ruleSender'), from),
    field(t('notifications.ruleNeeds'), words),
    make('label', { className: 'switch' }, urgent, t('notifications.ruleUrgent')),
  );
  made.querySelector('.choices')?.append(button(t('action.cancel'), leave));
  onEscape(made, leave);
  return made;
}
