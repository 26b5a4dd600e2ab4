/** The entry of the page: connects the client library to the elements of index.html. */

import { BrainError, connect } from './brain.js';
import { pauseBeforeRetry } from './client/pace.js';
import { tabStorage } from './client/surroundings.js';
import { Conversation } from './page/conversation.js';
import { byId, leaveComposing, setText, trustOwnScripts } from './page/dom.js';
import { guardFocus } from './page/focus.js';
import { tellTime } from './page/entries.js';
import { nameBrain } from './page/lists/persona.js';
import { Neighbours } from './page/neighbours.js';
import { Panels } from './page/panels.js';
import { offerRehearsal } from './page/jobs/draft.js';
import { Resources } from './page/resources.js';
import { chosenRoad, RoadMenu } from './page/road.js';
import { SignIn, userOf } from './page/signin.js';
import { t, useZone } from './page/texts.js';
import { refusalInWords, setupProblem } from './page/wording.js';

/** @typedef {import('./client/types.js').Brain} Brain */
/** @typedef {import('./client/types.js').State} State */

const HISTORY = 100; // earlier entries to show
const MIND_HISTORY = 1000; // the whole log of a mind
const TOKEN_PLACE = 'second-brain-token';
const OTHER_USER = new BrainError({ status: 401, title: '' }); // the page asks for the key

/** @type {State} */
const BEFORE = {
  connection: 'connecting',
  road: null,
  listening: null,
  others: null,
  missed: 0,
  mute: false,
  run: { state: 'idle', runId: null, activity: '', progress: null, loop: 0 },
  retrying: [],
  problem: null,
};

/** @type {Brain | null} */
let brain = null;
/** @type {string | null} */
let user = null; // whose page this is
const resources = new Resources(async (refused) => brain?.renew(refused) ?? '');
const neighbours = new Neighbours();
const panels = new Panels();
const conversation = new Conversation(resources, receive, () => panels.showTalk());
const roads = new RoadMenu(
  /** @type {HTMLButtonElement} */ (byId('connection')),
  (name) => brain?.useRoad(name),
);
const signIn = new SignIn((accessKey) => void start(accessKey));

/**
 * An entry is shown.
 * @param {import('./client/types.js').Entry} entry
 * @param {boolean} isNew
 * @param {HTMLElement} element
 */
function receive(entry, isNew, element) {
  neighbours.announce(entry.seq);
  if (brain?.session.features?.jobs) offerRehearsal(element, entry, brain, (scenario) => panels.rehearse(scenario));
  if (isNew && entry.role === 'brain') panels.notifyMessage();
}

/**
 * @param {string} [accessKey]
 * @param {number} [attempt]
 */
async function start(accessKey, attempt = 1) {
  const token = tabStorage.getItem(TOKEN_PLACE) || undefined;
  const road = chosenRoad() ?? undefined;
  const { surroundings } = neighbours;
  const options = { token, accessKey, onSession, history: HISTORY, road, surroundings };
  /** @param {import('./client/types.js').Session} session */
  function onSession(session) {
    if (user && !accessKey && session.userId !== user) throw OTHER_USER;
    keep(session);
  }
  if (attempt === 1) explain(t('start.brain'));
  try {
    begin(await connect(options));
  } catch (error) {
    if (!(error instanceof BrainError)) {
      explain(t('start.broken'), true);
      throw error;
    }
    if (error.status === 401 && token && !accessKey) return startAnew(userOf(token));
    if (error.status === 401) return askForKey(accessKey ? t('signin.wrong') : user && t('signin.expired'));
    const isNamed = conversation.showSetup(setupProblem(error), true);
    showState({ ...BEFORE, connection: 'offline', problem: error });
    if (!isNamed) explain(t('start.retrying', { reason: refusalInWords(error) }), true);
    const pauseMs = pauseBeforeRetry(attempt, Math.random, error.retryAfterMs);
    setTimeout(start, pauseMs, accessKey, attempt + 1);
  }
}

/** Connect to a mind of a job. @param {string} mind */
function toMind(mind) {
  const token = tabStorage.getItem(TOKEN_PLACE) || undefined;
  return connect({ token, mind, onSession: keep, history: MIND_HISTORY });
}

/** @param {{token: string}} session every new or renewed session */
function keep({ token }) {
  tabStorage.setItem(TOKEN_PLACE, token);
  resources.setToken(token);
}

/** @param {Brain} connected */
function begin(connected) {
  const { session, onState } = connected;
  // Nothing of one user is left for another one.
  if (user && user !== session.userId) return location.reload();
  useZone(session.zone);
  void nameIt(session.features ?? {});
  brain = connected;
  user = session.userId;
  tellTime(connected.now);
  conversation.showSetup(session.features?.model?.problem ?? '');
  byId('scripted').hidden = byId('source').hidden = !session.features?.model?.scripted;
  byId('scripted-voice').hidden = !session.features?.voice?.scripted;
  panels.begin(session.features ?? {}, resources, { brain, connect: toMind, beside: conversation.beside });
  neighbours.begin(session);
  conversation.begin(connected);
  connected.onErased(() => location.reload()); // nothing of it stays on the page
  onState((now) => {
    showState(now);
    if (now.problem?.status === 401) lose(connected);
  });
}

/** Show what the brain is called: by the user, else by the deployment. @param {import('./client/types.js').Features | {}} features */
async function nameIt(features) {
  const { name = null, memory = false } = /** @type {{name?: string | null, memory?: boolean}} */ (features);
  nameBrain(name);
  if (!memory) return; // without a database nothing is set
  const { persona } = await resources.get('/api/preferences').catch(() => ({ persona: null })); // shown the next time
  if (persona?.name) nameBrain(persona.name);
}

/** The session cannot be renewed. @param {Brain} lost */
function lose(lost) {
  lost.close();
  brain = null;
  conversation.end();
  startAnew(lost.session.userId);
}

/** Start without a token: on this machine no key may be needed. @param {string | null} userId */
function startAnew(userId) {
  tabStorage.removeItem(TOKEN_PLACE);
  user = userId; // null if what was stored is no token of anybody
  void start();
}

/** @param {string | null} problem */
function askForKey(problem) {
  byId('starting').hidden = true; // it waits for the user
  tabStorage.removeItem(TOKEN_PLACE);
  signIn.ask(problem ?? '');
}

/**
 * Say what the page waits for. It is seen after 15 s without a connection, or at once.
 * @param {string} text
 */
function explain(text, isAtOnce = false) {
  const place = byId('starting');
  setText(place, text);
  place.toggleAttribute('data-now', isAtOnce);
  place.hidden = false;
}

/** @param {State} state */
function showState(state) {
  byId('starting').hidden = state.connection !== 'connecting';
  roads.show(state);
  conversation.showState(state);
}

trustOwnScripts();
leaveComposing();
guardFocus();
void start();
