/** On one's own machine: let an email arrive, and see what was sent, which goes nowhere. */

import { refusalInWords } from './wording.js';
import { button, field, make } from './dom.js';
import { empty, list, Loaded } from './panel.js';

/** @typedef {import('./resources.js').Resources} Resources */
/** @typedef {{to: string, recipients: string[], subject: string, text: string}} Sent */

const PATH = '/_local/email';
const EXAMPLE = {
  sender: 'Anna Lindqvist <anna@lindqvist.example>',
  subject: 'Saturday instead?',
  body: 'Hi Robin,\n\nFriday does not work for us after all. Would Saturday at seven be all right?\n\nAnna',
};
const ARRIVED = 'It has arrived. The brain tells you of it in a moment.';

/**
 * @param {Resources} resources
 * @param {(told: string | null) => void} done
 */
export function arrivalForm(resources, done) {
  const sender = make('input', { type: 'text', value: EXAMPLE.sender, maxLength: 200 });
  const subject = make('input', { type: 'text', value: EXAMPLE.subject, maxLength: 300 });
  const body = make('textarea', { rows: 6, value: EXAMPLE.body, maxLength: 20_000 });
  const problem = make('p', { className: 'problem', role: 'alert' });
  const go = make('button', { type: 'submit', className: 'filled' }, 'Let it arrive');
  const form = make(
    'form',
    { className: 'edit' },
    field('From', sender),
    field('Subject', subject),
    field('Text', body),
    problem,
    make('div', { className: 'choices' }, go, button('Cancel', () => done(null))),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    go.disabled = true;
    try {
      const [from, about, text] = [sender, subject, body].map(({ value }) => value);
      await resources.post(PATH, { sender: from, subject: about, body: text });
      done(ARRIVED);
    } catch (error) {
      problem.textContent = refusalInWords(error);
      go.disabled = false;
    }
  });
  return form;
}

/** @param {Resources} resources */
export function sentEmails(resources) {
  const shown = new Loaded();
  void shown.show(
    async () => (await resources.get(PATH)).sent,
    (/** @type {Sent[]} */ sent) => [
      sent.length > 0 ? list(...sent.map(item)) : empty('Nothing was sent yet.'),
    ],
  );
  return shown.element;
}

/** @param {Sent} email */
function item({ recipients, subject, text }) {
  const more = make('details', {}, make('summary', { dir: 'auto' }, subject));
  more.append(make('div', { className: 'text', dir: 'auto' }, text));
  return make('li', {}, more, make('p', { className: 'facts', dir: 'auto' }, recipients.join(', ')));
}
