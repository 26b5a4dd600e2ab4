/** For a local server: receive a test email, and list the sent ones, which go nowhere. */

import { refusalInWords } from '../wording.js';
import { atMost, button, field, make } from '../dom.js';
import { setBusy } from '../focus.js';
import { empty, list, Loaded } from '../panel.js';
import { t } from '../texts.js';

/** @typedef {import('../resources.js').Resources} Resources */
/** @typedef {{to: string, recipients: string[], subject: string, text: string}} Sent */

const PATH = '/_local/email';
const SENDER = 'Anna Lindqvist <anna@lindqvist.example>';

/**
 * @param {Resources} resources
 * @param {(outcome: string | null) => void} done `outcome`: what to show; null if cancelled
 */
export function arrivalForm(resources, done) {
  const { sender, subject, body } = exampleControls();
  const problem = make('p', { className: 'problem', role: 'alert' });
  const go = make('button', { type: 'submit', className: 'filled' }, t('mailbox.receiveNow'));
  const form = make(
    'form',
    { className: 'edit' },
    field(t('label.from'), sender),
    field(t('label.subject'), subject),
    field(t('label.text'), body),
    problem,
    make('div', { className: 'choices' }, go, button(t('action.cancel'), () => done(null))),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    setBusy(go, true);
    try {
      const [from, about, text] = [sender, subject, body].map(({ value }) => value);
      await resources.post(PATH, { sender: from, subject: about, body: text });
      done(t('mailbox.received'));
    } catch (error) {
      problem.textContent = refusalInWords(error);
      setBusy(go, false);
    }
  });
  return form;
}

/** The fields of the form, filled with an example. */
function exampleControls() {
  const example = { subject: t('mailbox.example.subject'), body: t('mailbox.example.body') };
  return {
    sender: atMost(200, make('input', { type: 'text', value: SENDER })),
    subject: atMost(300, make('input', { type: 'text', value: example.subject })),
    body: atMost(20_000, make('textarea', { rows: 6, value: example.body })),
  };
}

/** @param {Resources} resources */
export function sentEmails(resources) {
  const shown = new Loaded();
  void shown.show(
    async () => (await resources.get(PATH)).sent,
    (/** @type {Sent[]} */ sent) => [
      sent.length > 0 ? list(...sent.map(item)) : empty(t('mailbox.sentNone')),
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
