/** The conversation: sends texts, shows entries, and shows what is going on. */

import { Composer } from './composer.js';
import { newMessageId } from '../client/ids.js';
import { isShown, Timeline } from './timeline.js';
import { activityInWords, refusalInWords, setupProblem } from './wording.js';
import { Away } from './away.js';
import { byId, setText } from './dom.js';
import { setBusy } from './focus.js';
import { Questions } from './questions.js';
import { Older } from './talk/older.js';
import { TalkSearch } from './talk/search.js';
import { t } from './texts.js';
import { Beside } from '../voice/beside.js';
import { Senses } from '../voice/audio/senses.js';
import { spokenLanguage } from '../voice/choices.js';
import { HandsFree } from '../voice/handsfree.js';
import { VoiceSettings } from '../voice/settings.js';
import { Turn } from '../voice/browser/turn.js';
import { Voice } from '../voice/voice.js';

/** @typedef {import('../client/types.js').Brain} Brain */
/** @typedef {import('../client/types.js').Entry} Entry */
/** @typedef {import('../client/types.js').State} State */

const MESSAGES = '/api/messages';
/** Events which show that somebody looks at the page. */
const LOOKING = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'];

export class Conversation {
  /** Reads the talk of a mind aloud. */
  beside = new Beside((sentence) => this.#turn.note(sentence));
  #timeline = new Timeline({
    older: byId('older'),
    log: byId('log'),
    scroll: byId('scroll'),
    newer: byId('newer'),
  });
  #older = new Older({
    read: (beforeSeq, limit) => this.#resources.get(MESSAGES, { beforeSeq, limit }),
    show: (entries) => this.#showOlder(entries),
    place: byId('earlier'),
  });
  #voice = new Voice(
    byId('speak'),
    (seq) => this.#questions.isShown(seq),
    (path, onEvent, signal) => this.#resources.follow(path, onEvent, signal),
    (sentence) => this.#turn.note(sentence),
  );
  #turn = new Turn((busy) => {
    this.#voice.hold(busy);
    this.beside.hold(busy);
  });
  #away = new Away();
  #handsFree = new HandsFree({
    onText: (text) => this.#send(text, newMessageId(Math.random)),
    onChange: (isOn) => this.#handOver(isOn),
  });
  #composer = new Composer({
    onText: (text) => {
      // Nobody is there to take it, and waiting does not help.
      if (this.#isBlocked) return false;
      void this.#send(text, newMessageId(Math.random));
      return true;
    },
    onListening: (isListening) => {
      this.#turn.ear(isListening); // first: the ear must not hear the voice
      if (isListening) this.#voice.prime();
    },
    onHeard: () => this.#voice.beginTalk(),
    onType: (isTyping) => this.#turn.type(isTyping),
    isEcho: (text) => this.#turn.isEcho(text),
    transcribe: (take) => this.#transcribe(take),
  });
  #senses = new Senses(
    { hears: this.#composer.hears, speaks: this.#voice.speaks },
    ({ hears, speaks }) => {
      this.#composer.hearBy(hears);
      this.#voice.speakBy(speaks);
    },
  );
  #resources;
  #onEntry;
  #onReveal;
  /** @type {(brain: Brain) => void} */
  #found = () => {};
  /** @type {Promise<Brain>} */
  #brain;
  #search;
  #questions;
  /** @type {State | null} */
  #state = null;
  #unanswered = 0;
  #isBlocked = false;

  /**
   * @param {import('./resources.js').Resources} resources
   * @param {(entry: Entry, isNew: boolean, element: HTMLElement) => void} onEntry called with each
   *   shown entry
   * @param {() => void} onReveal called before an entry is brought into view
   */
  constructor(resources, onEntry, onReveal) {
    this.#onReveal = onReveal;
    this.#resources = resources;
    this.#onEntry = onEntry;
    this.#brain = this.#awaitBrain();
    this.#questions = this.#newQuestions();
    this.#search = new TalkSearch(byId('search'), resources, (seq) => void this.#reveal(seq));
    byId('welcome').addEventListener('click', ({ target }) => {
      if (target instanceof HTMLButtonElement) this.#composer.propose(target.textContent ?? '');
    });
    byId('stop').addEventListener('click', () => void this.#stop());
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      this.#composer.stopListening();
      this.#voice.stop();
      this.beside.leave();
      if (!closesSomething(event)) this.#handsFree.end();
    });
    new VoiceSettings(() => this.#voice.stop()); // what follows is spoken as it is set now
    for (const sign of LOOKING) document.addEventListener(sign, () => this.#see(), { passive: true });
  }

  /** @param {Brain} brain */
  begin(brain) {
    this.#timeline.clear();
    this.#older.clear();
    byId('log').ariaBusy = 'true';
    this.#questions.end();
    this.#questions = this.#newQuestions();
    brain.onMessage((entry, { isNew }) => this.#show(entry, isNew));
    brain.onPiece((piece) => this.#timeline.showPiece(piece));
    this.#voice.attend(brain);
    this.#handsFree.attend(brain);
    this.#search.offer(brain.session.features?.memory ?? false); // it needs the same database
    const { upload = false, speech = false } = brain.session.features?.voice ?? {};
    this.#senses.attend({ hears: upload, speaks: speech });
    this.#found(brain);
  }

  /** The session has ended: texts wait for the next one. */
  end() {
    this.#handsFree.leave();
    this.#brain = this.#awaitBrain();
  }

  /**
   * Show what is wrong with the deployment's settings, above the composer.
   * @param {string} problem '' if nothing is
   * @param {boolean} [blocks] texts are not taken meanwhile
   * @returns {boolean} whether something is
   */
  showSetup(problem, blocks = false) {
    this.#isBlocked = blocks && problem !== '';
    setText(byId('setup'), problem && t('setup.problem', { problem }));
    byId('setup').hidden = problem === '';
    return problem !== '';
  }

  /** @param {State} state */
  showState(state) {
    this.#state = state;
    const { run } = state;
    const doing = activityInWords(state, this.#unanswered);
    const progress = /** @type {HTMLProgressElement} */ (byId('progress'));
    setText(byId('doing'), doing);
    byId('activity').hidden = doing === '';
    progress.hidden = run.progress === null || doing === '';
    progress.value = run.progress ?? 0;
    this.#offerStop(run.state === 'running');
    this.#away.show(state.missed);
    if (state.connection === 'connecting') return;
    if (byId('log').ariaBusy === 'true') void this.#questions.look(); // an old one may be open
    byId('welcome').hidden = !this.#timeline.isEmpty;
    byId('log').ariaBusy = 'false'; // from now on screen readers announce entries
  }

  #awaitBrain() {
    return new Promise((/** @type {(brain: Brain) => void} */ resolve) => (this.#found = resolve));
  }

  #newQuestions() {
    return new Questions({
      ask: async () => (await this.#resources.get('/api/questions')).question,
      decide: (id, decision) => this.#awaiting(async () => (await this.#brain).decide(id, decision)),
      reportShown: async (seq) => (await this.#brain).heard(seq, 'shown'),
      place: byId('waiting'),
    });
  }

  /**
   * @param {string} text
   * @param {string} messageId the same one for each attempt
   */
  async #send(text, messageId) {
    byId('welcome').hidden = true;
    this.#voice.stop();
    this.#voice.press(); // before anything that takes time
    this.#away.end();
    this.#timeline.showSending(messageId, text);
    try {
      await this.#awaiting(async () => (await this.#brain).askBrain(text, { messageId }));
    } catch (error) {
      if (this.showSetup(setupProblem(error))) {
        this.#timeline.discard(messageId);
        return this.#composer.giveBack(text);
      }
      const retry = () => void this.#send(text, messageId);
      this.#timeline.showFailed(messageId, refusalInWords(error), retry);
    }
  }

  /** @param {Blob} take @returns {Promise<string>} what was said in it */
  async #transcribe(take) {
    const query = new URLSearchParams({ only: 'text', language: spokenLanguage() });
    return (await this.#resources.upload(['/api/audioUpload', query].join('?'), take)).heard;
  }

  /** One mouth and one ear at a time. @param {boolean} isOn hands-free */
  #handOver(isOn) {
    this.#composer.stopListening();
    this.#composer.offerDictation(!isOn);
    this.#voice.pause(isOn);
    this.#turn.ear(isOn);
  }

  /** Show that an answer is awaited until `act` settles. @param {() => Promise<unknown>} act */
  async #awaiting(act) {
    this.#unanswered += 1;
    this.#refresh();
    try {
      await act();
    } finally {
      this.#unanswered -= 1;
      this.#refresh();
    }
  }

  async #stop() {
    const button = byId('stop');
    this.#voice.stop();
    setBusy(button, true);
    try {
      await (await this.#brain).stop();
    } catch (error) {
      setText(byId('doing'), t('activity.notStopped', { reason: refusalInWords(error) }));
    } finally {
      setBusy(button, false);
    }
  }

  /** @param {boolean} isOn */
  #offerStop(isOn) {
    byId('stop').hidden = !isOn;
  }

  /**
   * @param {Entry} entry
   * @param {boolean} isNew
   */
  #show(entry, isNew) {
    if (entry.role === 'user') this.#timeline.withdraw(entry.withdraws ?? []);
    if (!isShown(entry)) return;
    byId('welcome').hidden = true;
    this.#older.note(entry.seq);
    const element = this.#timeline.show(entry);
    this.#questions.receive(entry, element);
    this.#voice.note(entry.seq);
    this.#onEntry(entry, isNew, element);
    if (isNew && entry.role === 'brain' && entry.speak !== 'silent' && this.#voice.isOn) this.beside.giveWay();
    if (isNew && entry.role === 'brain') this.#away.note(element);
  }

  /** @param {Entry[]} entries before all that are shown */
  #showOlder(entries) {
    for (const [entry, element] of this.#timeline.showOlder(entries)) {
      this.#questions.receive(entry, element);
      this.#onEntry(entry, false, element);
    }
  }

  /** Show an entry of the log, and load what lies between. @param {number} seq */
  async #reveal(seq) {
    this.#onReveal();
    await this.#older.reach(seq);
    this.#timeline.reveal(seq);
  }

  #see() {
    if (this.#state?.missed && !document.hidden) void this.#brain.then((brain) => brain.seen());
  }

  #refresh() {
    if (this.#state) this.showState(this.#state);
  }
}

/** Whether Escape closes a window of the page or a panel. @param {KeyboardEvent} event */
function closesSomething(event) {
  const path = event.composedPath(); // what was closed is no longer on the page
  return path.some((one) => one instanceof Element && one.matches('dialog, .panel, [popover]'));
}
