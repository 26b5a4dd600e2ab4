/** The panel of the user's data: what is sent, and what is asked before. On elements in memory. */

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { BrainError } from '../../../public/client/errors.js';
import { dataPanel } from '../../../public/page/lists/data.js';
import { settled } from '../kit.js';

/** As much of an element as the panel uses. */
class Element extends EventTarget {
  dataset = {};
  parent = null;
  children = [];
  tabIndex = 0;

  constructor(name) {
    super();
    this.tagName = name.toUpperCase();
  }

  get isConnected() {
    return this === document.body || !!this.parent?.isConnected;
  }

  get textContent() {
    return this.children.map((child) => (typeof child === 'string' ? child : child.textContent)).join('');
  }

  set textContent(text) {
    this.replaceChildren(text);
  }

  append(...added) {
    for (const child of added) if (child instanceof Element) child.parent = this;
    this.children.push(...added);
  }

  replaceChildren(...added) {
    for (const child of this.children) if (child instanceof Element) child.parent = null;
    this.children = [];
    this.append(...added);
  }

  toggleAttribute() {}

  setAttribute() {}

  focus() {
    document.activeElement = this;
  }

  click() {
    if (this.tagName === 'A') saved.push([this.download, this.href]);
    this.dispatchEvent(new Event('click'));
  }

  /** All elements below with this tag. */
  all(name) {
    const own = this.children.filter((child) => child instanceof Element);
    return own.flatMap((child) => [...(child.tagName === name ? [child] : []), ...child.all(name)]);
  }
}

const saved = [];
let reloads = 0;
globalThis.document = { createElement: (name) => new Element(name), getElementById: () => null };
globalThis.location = { reload: () => (reloads += 1) };

beforeEach(() => {
  saved.length = 0;
  reloads = 0;
});

/** The open panel. `answer` is what the server does. */
function opened(answer = async () => ({ state: 'erased', counts: {} })) {
  const body = new Element('main');
  document.body = body;
  const sent = [];
  const post = (path, json) => {
    sent.push([path, json]);
    return answer();
  };
  dataPanel({ post, download: answer }, 'anna').open(body);
  const sections = body.all('SECTION');
  const press = async (section, place = 0) => {
    sections[section].all('BUTTON')[place].click();
    await settled();
  };
  return { sections, sent, press };
}

for (const [place, scope] of [[1, 'conversation'], [2, 'all']]) {
  test(`erasing (${scope}) takes two presses, and then the page begins again`, async () => {
    const { sent, press, sections } = opened();
    await press(place);
    assert.deepEqual([sent, reloads], [[], 0]);
    assert.equal(document.activeElement, sections[place].all('BUTTON')[0]);

    await press(place);

    assert.deepEqual(sent, [['/api/erase', { scope, confirm: 'anna' }]]);
    assert.equal(reloads, 1);
  });
}

test('who thinks again erases nothing', async () => {
  const { sent, press, sections } = opened();
  await press(2);
  await press(2, 1);

  assert.deepEqual([sent, reloads], [[], 0]);
  assert.equal(sections[2].all('BUTTON').length, 1);
});

test('a refusal is said, nothing is reloaded, and it can be tried again', async () => {
  const { sent, press, sections } = opened(async () => {
    throw new BrainError({ status: 503, title: 'The store is away.' });
  });
  await press(2);
  await press(2);

  const [problem] = sections[2].all('SPAN').filter(({ role }) => role === 'alert');
  assert.notEqual(problem.textContent, '');
  assert.equal(reloads, 0);
  await press(2);
  await press(2);
  assert.equal(sent.length, 2);
});

test('an export is saved under its name', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { press, sections } = opened(async () => ({ blob: new Blob(['PK']), name: 'all.zip' }));
  await press(0);

  assert.deepEqual(saved.map(([name]) => name), ['all.zip']);
  assert.match(saved[0][1], /^blob:/);
  const [, outcome] = sections[0].all('P');
  assert.match(outcome.textContent, /all\.zip/);
  mock.timers.tick(60_000);
  mock.timers.reset();
});

test('an export that fails says why', async () => {
  const { press, sections } = opened(async () => {
    throw new BrainError({ status: 503, title: 'The store is away.' });
  });
  await press(0);

  const [, outcome] = sections[0].all('P');
  assert.notEqual(outcome.textContent, '');
  assert.deepEqual(saved, []);
});
