/** What the page says, and reads aloud, as plain decisions. */

/** @typedef {import('../client/types.js').State} State */
/** @typedef {import('../client/errors.js').BrainError} BrainError */

const LINK = /https?:\/\/[^\s<>"']+/g;
const AFTER_LINK = /[.,;:!?)\]}…]+$/; // closes the sentence, not the address
const LONGEST_BREATH = 200; // characters; some voices fall silent in the middle of longer ones

const CONNECTION = {
  live: 'Connected',
  connecting: 'Connecting…',
  polling: 'Polling',
  offline: 'Offline',
};

/** @param {State['connection']} connection */
export function connectionInWords(connection) {
  return CONNECTION[connection];
}

/**
 * Who is there: other pages, and whether the brain knows of a listener.
 * @param {State} state
 */
export function presenceInWords({ others, listening }) {
  const beside = `Open on ${others === 1 ? '1 other page' : `${others} other pages`}. `;
  return (others ? beside : '') + (listening ? 'The brain sees that you are here.' : '');
}

/**
 * What goes on right now; '' when nothing does.
 * @param {State} state
 * @param {number} unanswered questions of this page that are on their way
 */
export function activityInWords({ run, retrying, connection }, unanswered) {
  if (retrying.length > 0) return `Not sent yet (${retrying[0].reason}). Trying again…`;
  if (run.state === 'running') return workInWords(run.activity);
  if (unanswered === 0) return '';
  return connection === 'offline' ? 'Waiting for the connection…' : 'Thinking…';
}

/**
 * What came while nobody looked.
 * @param {number} missed
 */
export function awayInWords(missed) {
  return `While you were away: ${missed === 1 ? '1 message' : `${missed} messages`}`;
}

/**
 * A tool's name as words: `searchDocuments` is `Search documents`.
 * @param {string} name
 */
export function actionInWords(name) {
  const words = name.replace(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/**
 * `thinking`, or the names of tools: `searchDocuments, readDocument`.
 * @param {string} activity
 */
function workInWords(activity) {
  return `${actionInWords(activity || 'thinking')}…`;
}

/** @param {unknown} error why a question was not taken */
export function refusalInWords(error) {
  const { status, title, detail, errors = [] } = /** @type {Partial<BrainError>} */ (error);
  if (status === undefined) return 'Something went wrong in this page.';
  if (status === 401) return 'Your session has ended.';
  const [fault] = /** @type {{field: string, message: string}[]} */ (errors);
  if (fault) return `${title} ${fault.field} ${fault.message}.`;
  return detail || title || 'The brain could not be reached.';
}

/**
 * A text as pieces, addresses apart, so that they can be made links.
 * @param {string} text
 * @returns {{text: string, href: string | null}[]}
 */
export function piecesOf(text) {
  const pieces = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const address = found.replace(AFTER_LINK, '');
    if (!URL.canParse(address)) continue;
    pieces.push({ text: text.slice(end, index), href: null }, { text: address, href: address });
    end = index + address.length;
  }
  pieces.push({ text: text.slice(end), href: null });
  return pieces.filter((piece) => piece.text !== '');
}

/**
 * A text in breaths, at the ends of sentences where there are some.
 * @param {string} text
 */
export function breathsOf(text) {
  const sentences = text.match(/[^.!?\n]+[.!?\n]*\s*/g) ?? [];
  return sentences.flatMap((sentence) => wrapped(sentence.trim())).filter((breath) => breath !== '');
}

/** @param {string} sentence */
function wrapped(sentence) {
  const lines = [''];
  for (const word of sentence.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length > LONGEST_BREATH && lines.at(-1) !== '') lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
