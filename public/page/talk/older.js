/** Loads older entries at the top of the talk: when its top comes into view, or by a button. */

import { button, make, whenInView } from '../dom.js';
import { giveTo } from '../focus.js';
import { t } from '../texts.js';
import { refusalInWords } from '../wording.js';

/** @typedef {import('../../client/types.js').Entry} Entry */
/** @typedef {{messages: Entry[], previousBefore: number | null}} EarlierPage */

const PAGE = 50; // entries
const FAR_PAGE = 500; // entries, on the way to a certain one; the most that the server gives
const MOST_PAGES = 40; // on such a way: 20,000 entries

export class Older {
  #read;
  #show;
  #place;
  /** @type {number | null} */
  #before = null; // seq of the first entry that is shown; null: there are no older ones
  #isKnown = false;
  /** @type {Promise<void> | null} */
  #reading = null;
  #problem = make('span', { className: 'problem', role: 'alert' });
  #button = button(t('conversation.earlier'), () => void this.#more(PAGE), { className: 'plain' });

  /**
   * @param {object} options
   * @param {(before: number, limit: number) => Promise<EarlierPage>} options.read
   * @param {(entries: Entry[]) => void} options.show
   * @param {HTMLElement} options.place of the button
   */
  constructor({ read, show, place }) {
    this.#read = read;
    this.#show = show;
    this.#place = place;
  }

  /** Forget what was shown: the talk begins again. */
  clear() {
    this.#isKnown = false;
    this.#before = null;
    this.#place.replaceChildren();
  }

  /** Note an entry of the log. The first one says whether there are older ones. @param {number} seq */
  note(seq) {
    if (this.#isKnown) return;
    this.#isKnown = true;
    if (seq <= 1) return;
    this.#before = seq;
    this.#place.replaceChildren(this.#button, this.#problem);
    this.#watch();
  }

  /** Load entries until this one is shown, if it can be. @param {number} seq */
  async reach(seq) {
    for (let page = 0; page < MOST_PAGES && (this.#before ?? 0) > seq; page += 1) {
      const before = this.#before;
      await (this.#reading ?? this.#more(FAR_PAGE));
      if (this.#before === before) return; // not reachable
    }
  }

  #watch() {
    whenInView(this.#button, () => void this.#more(PAGE));
  }

  /** @param {number} limit */
  #more(limit) {
    this.#reading ??= this.#load(limit).finally(() => (this.#reading = null));
    return this.#reading;
  }

  /** @param {number} limit */
  async #load(limit) {
    const before = this.#before;
    if (before === null) return;
    this.#problem.textContent = '';
    try {
      const { messages, previousBefore } = await this.#read(before, limit);
      if (this.#before !== before) return; // another talk has begun
      this.#before = previousBefore;
      this.#show(messages);
      if (previousBefore !== null) return this.#watch();
      const hadFocus = document.activeElement === this.#button;
      this.#place.replaceChildren();
      if (hadFocus) giveTo(document.getElementById('scroll')); // its text is read on from there
    } catch (error) {
      this.#problem.textContent = refusalInWords(error);
    }
  }
}
