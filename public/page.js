/** The page: joins the brain's client to what stands in index.html. */

import { BrainError, connect } from './brain.js';
import { Composer } from './composer.js';
import { pauseBeforeRetry } from './pace.js';
import { newMessageId } from './post.js';
import { Mouth } from './speech.js';
import { Timeline } from './timeline.js';
import { activityInWords, connectionInWords, isToBeSpoken, refusalInWords } from './wording.js';

/** @typedef {import('./types.js').Brain} Brain */
/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').State} State */

const HISTORY = 100; // entries shown of what was said before
const TOKEN_PLACE = 'second-brain-token';
const SPEAK_PLACE = 'second-brain-speak';

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const timeline = new Timeline({ log: part('log'), scroll: part('scroll'), newer: part('newer') });
const mouth = new Mouth();
const composer = new Composer({
  onText: (text) => send(text, newMessageId(Math.random)),
  onListening: (isListening) => isListening && beginTalk(),
});

/** @type {(brain: Brain) => void} */
let found;
/** @type {Promise<Brain>} */
let brain = new Promise((resolve) => (found = resolve)); // what is typed early waits for it
/** @type {State} */
let state = {
  connection: 'connecting',
  road: null,
  listening: null,
  others: null,
  missed: 0,
  run: { state: 'idle', runId: null, activity: '', progress: null, loop: 0 },
  retrying: [],
  problem: null,
};
let unanswered = 0;

/**
 * @param {string} [accessKey]
 * @param {number} [attempt]
 */
async function start(accessKey, attempt = 1) {
  const token = sessionStorage.getItem(TOKEN_PLACE) ?? undefined;
  const onSession = (/** @type {{token: string}} */ session) =>
    sessionStorage.setItem(TOKEN_PLACE, session.token);
  try {
    begin(await connect({ token, accessKey, onSession, history: HISTORY }));
  } catch (error) {
    if (!(error instanceof BrainError)) throw error;
    if (error.status === 401) return askForKey(accessKey === undefined ? '' : 'This key does not fit.');
    showState({ ...state, connection: 'offline', problem: error });
    const pauseMs = pauseBeforeRetry(attempt, Math.random, error.retryAfterMs);
    setTimeout(start, pauseMs, accessKey, attempt + 1);
  }
}

/** @param {Brain} connected */
function begin(connected) {
  const { session, onMessage, onState } = connected;
  part('scripted').hidden = part('source').hidden = !session.features?.model?.scripted;
  timeline.clear();
  onMessage((entry) => showEntry(entry, entry.seq > session.cursor));
  onState((now) => {
    showState(now);
    if (now.problem?.status === 401) lose(connected);
  });
  found(connected);
}

/** The session is over for good. @param {Brain} lost */
function lose(lost) {
  lost.close();
  brain = new Promise((resolve) => (found = resolve));
  askForKey('Your session has ended.');
}

/** @param {string} problem */
function askForKey(problem) {
  const dialog = /** @type {HTMLDialogElement} */ (part('signin'));
  sessionStorage.removeItem(TOKEN_PLACE);
  part('signin-problem').textContent = problem;
  if (!dialog.open) dialog.showModal();
}

/**
 * @param {string} text
 * @param {string} messageId the same one when it is tried again
 */
async function send(text, messageId) {
  part('welcome').hidden = true;
  mouth.hush();
  timeline.showSending(messageId, text);
  unanswered += 1;
  showState(state);
  try {
    await (await brain).askBrain(text, { messageId });
  } catch (error) {
    timeline.showFailed(messageId, refusalInWords(error), () => send(text, messageId));
  } finally {
    unanswered -= 1;
    showState(state);
  }
}

/**
 * @param {Entry} entry
 * @param {boolean} isNew it has come since the page was opened
 */
function showEntry(entry, isNew) {
  part('welcome').hidden = true;
  timeline.show(entry);
  if (!isNew || entry.role === 'user') return;
  const facts = { isSpeaking: mouth.isSpeaking, nowMs: Date.now() };
  if (isToBeSpoken(entry, facts)) mouth.say(entry.text);
}

/** @param {State} now */
function showState(now) {
  state = now;
  const doing = activityInWords(now, unanswered);
  const progress = /** @type {HTMLProgressElement} */ (part('progress'));
  setText('connection', connectionInWords(now.connection));
  part('connection').dataset.connection = now.connection;
  setText('doing', doing);
  part('activity').hidden = doing === '';
  progress.hidden = now.run.progress === null || doing === '';
  progress.value = now.run.progress ?? 0;
  if (now.connection === 'connecting') return;
  part('welcome').hidden = !timeline.isEmpty;
  part('log').ariaBusy = 'false'; // from here on a screen reader says what comes
}

/** Unchanged text is not set again: a screen reader would say it again. @param {string} id */
function setText(id, /** @type {string} */ text) {
  if (part(id).textContent !== text) part(id).textContent = text;
}

/** @param {boolean} isOn */
function setSpeaking(isOn) {
  mouth.isOn = isOn && mouth.isPossible;
  part('speak').ariaPressed = `${mouth.isOn}`;
  if (!mouth.isOn) mouth.hush();
}

/** Who speaks is answered in kind, unless they have turned that off. */
function beginTalk() {
  mouth.hush();
  if (localStorage.getItem(SPEAK_PLACE) !== 'off') setSpeaking(true);
}

part('speak').hidden = !mouth.isPossible;
part('speak').addEventListener('click', () => {
  setSpeaking(!mouth.isOn);
  localStorage.setItem(SPEAK_PLACE, mouth.isOn ? 'on' : 'off');
});
part('welcome').addEventListener('click', ({ target }) => {
  if (target instanceof HTMLButtonElement) composer.propose(target.textContent ?? '');
});
part('signin-form').addEventListener('submit', () => {
  const field = /** @type {HTMLInputElement} */ (part('access-key'));
  void start(field.value);
  field.value = '';
});
part('signin').addEventListener('cancel', (event) => event.preventDefault());
document.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  composer.stopListening();
  mouth.hush();
});
setSpeaking(localStorage.getItem(SPEAK_PLACE) === 'on');
void start();
