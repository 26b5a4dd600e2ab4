/** Forms that start a job. A press of their buttons is consent: the server does not ask again. */

import { atMost, button, field, make, onEscape, setText } from '../dom.js';
import { setBusy } from '../focus.js';
import { Loaded } from '../panel.js';
import { t } from '../texts.js';
import { refusalInWords } from '../wording.js';

/** @typedef {import('../../client/types.js').Brain} Brain */
/** @typedef {import('../../client/minds/types.js').JobStarted} JobStarted */
/** @typedef {{fields: HTMLElement[], start: () => Promise<JobStarted>}} Form */

const MOST_RUNS = 10;
const TITLE_CHARS = 60;
const MOST_CHARS = { tasks: 20_000, goal: 2000, instructions: 20_000 };

/**
 * @param {Brain} brain
 * @param {(jobId: string) => void} started
 * @param {string} scenario the id of one to rehearse now, or ''
 */
export function startForms(brain, started, scenario) {
  const place = make('div', { className: 'start' });
  /** @type {Record<string, () => Form>} */
  const forms = {
    'jobs.sendHelpers': () => helpersForm(brain),
    'jobs.startTalk': () => talkForm(brain),
    'jobs.rehearse': () => rehearsalForm(brain, scenario),
  };
  const close = () => {
    const choices = Object.keys(forms).map((key) => button(t(/** @type {any} */ (key)), () => open(key)));
    place.replaceChildren(make('div', { className: 'choices' }, ...choices));
  };
  const open = (/** @type {string} */ key) => {
    const form = shown(t(/** @type {any} */ (key)), forms[key](), started, () => {
      close();
      place.querySelector('button')?.focus();
    });
    place.replaceChildren(form);
    /** @type {HTMLElement | null} */ (form.querySelector('textarea, input, select'))?.focus();
  };
  close();
  if (scenario) open('jobs.rehearse');
  return place;
}

/**
 * @param {string} title
 * @param {Form} form
 * @param {(jobId: string) => void} started
 * @param {() => void} close
 */
function shown(title, { fields, start }, started, close) {
  const outcome = make('p', { role: 'alert', className: 'problem' });
  const go = make('button', { type: 'submit', className: 'filled' }, t('jobs.start'));
  const choices = make('div', { className: 'choices' }, go, button(t('action.cancel'), close));
  const element = make('form', { className: 'edit', ariaLabel: title }, make('h3', {}, title), ...fields, choices, outcome);
  onEscape(element, close);
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    setBusy(go, true);
    setText(outcome, '');
    try {
      started((await start()).jobId);
    } catch (error) {
      setText(outcome, refusalInWords(error));
    } finally {
      setBusy(go, false);
    }
  });
  return element;
}

/** @param {Brain} brain @returns {Form} */
function helpersForm(brain) {
  const tasks = atMost(MOST_CHARS.tasks, make('textarea', { rows: 4, required: true }));
  const start = () => {
    const lines = tasks.value.split('\n').map((line) => line.trim()).filter((line) => line !== '');
    const orders = lines.map((brief) => ({ title: titleOf(brief), brief }));
    return brain.jobs.start({ kind: 'helpers', tasks: orders, join: 'report' });
  };
  return { fields: [field(t('jobs.tasks'), tasks, t('jobs.tasksHint'))], start };
}

/** @param {Brain} brain @returns {Form} */
function talkForm(brain) {
  const goal = atMost(MOST_CHARS.goal, make('textarea', { rows: 2, required: true }));
  const sides = [t('jobs.pro'), t('jobs.con')].map((name) => ({
    name: atMost(TITLE_CHARS, make('input', { value: name, required: true })),
    instructions: atMost(MOST_CHARS.instructions, make('textarea', { rows: 2 })),
  }));
  const usual = [t('jobs.proInstructions'), t('jobs.conInstructions')];
  const start = () => {
    const agents = sides.map(({ name, instructions }, place) => ({
      name: name.value.trim(),
      instructions: instructions.value.trim() || usual[place],
    }));
    return brain.battles.start({ agents, goal: goal.value.trim() });
  };
  const pairs = sides.map(({ name, instructions }, place) => {
    instructions.placeholder = usual[place];
    return make('div', { className: 'side' }, field(t('jobs.speaker'), name), field(t('jobs.instructions'), instructions));
  });
  return { fields: [field(t('jobs.goalLabel'), goal), ...pairs], start };
}

/** @param {Brain} brain @param {string} chosen @returns {Form} */
function rehearsalForm(brain, chosen) {
  const place = new Loaded();
  const count = make('input', { type: 'number', min: '1', max: `${MOST_RUNS}`, value: chosen ? '3' : '' });
  const instructions = atMost(MOST_CHARS.instructions, make('textarea', { rows: 3 }));
  void place.show(
    () => brain.scenarios.list(),
    (scenarios) => scenarios.map(({ id, name }) => choice(id, name, id === chosen)),
  );
  const start = () => {
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (place.element.querySelectorAll('input:checked'));
    const scenarios = [...boxes].map(({ value }) => value);
    return brain.rehearsals.start({
      ...(scenarios.length > 0 && { scenarios }),
      ...(count.value && { runCount: Number(count.value) }),
      ...(instructions.value.trim() && { instructions: instructions.value.trim() }),
    });
  };
  const list = make('fieldset', {}, make('legend', {}, t('jobs.scenarios')), place.element);
  const fields = [
    list,
    field(t('jobs.runCount'), count, t('jobs.runCountHint')),
    field(t('jobs.tried'), instructions, t('jobs.triedHint')),
  ];
  return { fields, start };
}

/** @param {string} id @param {string} name @param {boolean} isChecked */
function choice(id, name, isChecked) {
  const box = make('input', { type: 'checkbox', value: id, checked: isChecked });
  return make('label', { className: 'choice', dir: 'auto' }, box, ` ${name}`);
}

/** @param {string} brief */
function titleOf(brief) {
  return brief.length <= TITLE_CHARS ? brief : `${brief.slice(0, TITLE_CHARS - 1).trimEnd()}…`;
}
