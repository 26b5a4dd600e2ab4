import assert from 'node:assert/strict';
import { test } from 'node:test';

import { UserStorage } from '../../../public/client/storage.js';
import { anotherPage, Browser, connected, reloaded, settled, Store, texts } from '../kit.js';

const broken = () => {
  throw new Error('no storage here');
};

test('after a reload the page continues, and what arrived meanwhile is new', async () => {
  const page = await connected({ publishes: true });
  page.server.say('seen');
  page.brain.close();
  page.server.say('missed');

  const again = await anotherPage(page);

  assert.deepEqual(texts(again.heard), ['missed']);
  assert.deepEqual(again.novelties, [true]);
});

test('history is not new', async () => {
  const page = await connected({ publishes: true });
  ['one', 'two', 'three'].forEach((text) => page.server.say(text));
  page.brain.close();
  page.server.say('missed');

  const again = await anotherPage(page, { history: 3 });

  assert.deepEqual(texts(again.heard), ['two', 'three', 'missed']);
  assert.deepEqual(again.novelties, [false, false, true]);
});

test('missed entries are shown even if less history is requested', async () => {
  const page = await connected({ publishes: true });
  page.server.say('seen');
  page.brain.close();
  for (let count = 1; count <= 150; count += 1) page.server.say(`${count}`);

  const again = await anotherPage(page, { history: 2 });

  assert.equal(again.heard.length, 150);
});

test('on a first visit nothing is new', async () => {
  const prepare = (server) => ['a', 'b'].forEach((text) => server.say(text));

  const page = await connected({ prepare, history: 5 });

  assert.deepEqual(page.novelties, [false, false]);
  assert.equal(page.states.at(-1).missed, 0);
});

test('missed messages are counted until they are seen', async () => {
  const page = await connected({ publishes: true });
  page.server.say('seen');
  page.brain.close();
  page.server.say('missed 1');
  page.server.hear('said elsewhere');
  page.server.say('missed 2');

  const again = await anotherPage(page);
  assert.equal(again.states.at(-1).missed, 2);
  again.server.say('live');
  assert.equal(again.states.at(-1).missed, 2);

  again.brain.seen();
  assert.equal(again.states.at(-1).missed, 0);
});

test('messages on a hidden page are missed', async () => {
  const page = await connected({ publishes: true });
  page.server.say('seen');
  page.tab.change({ isHidden: true });
  page.server.say('unseen');

  page.tab.change({ isHidden: false });
  await settled();

  assert.equal(page.states.at(-1).missed, 1);
});

test('messages while offline are missed', async () => {
  const page = await connected();
  page.tab.change({ isOnline: false });
  page.pusher.goDown();
  page.server.say('unseen');

  page.tab.change({ isOnline: true });
  await settled();
  page.channels.clients.at(-1).comeUp();
  page.channels.clients.at(-1).emit('message', page.server.say('seen'));
  await settled();

  assert.deepEqual(texts(page.heard), ['unseen', 'seen']);
  assert.equal(page.states.at(-1).missed, 1);
});

test('entries without a listener do not count as shown', async () => {
  const page = await connected({ publishes: true, isHeard: false });
  page.server.say('to nobody');
  await settled();

  const again = await reloaded(page);

  assert.deepEqual(texts(again.heard), ['to nobody']);
  assert.deepEqual(again.novelties, [true]);
});

test('each user has a storage of their own', () => {
  const storage = new Store();
  new UserStorage(storage, 'anna').keep(7);

  assert.equal(new UserStorage(storage, 'anna').begin(9), 7);
  assert.equal(new UserStorage(storage, 'bert').begin(9), 9);
  assert.ok([...storage.items.keys()].every((name) => name.startsWith('second-brain:')));
});

test('a tab that is behind does not move the position back', () => {
  const storage = new UserStorage(new Store(), 'anna');

  storage.keep(7);
  storage.keep(5);

  assert.equal(storage.begin(9), 7);
});

test('taken seqs are stored one by one, and everything far below counts as taken', () => {
  const storage = new UserStorage(new Store(), 'anna');
  storage.begin(10);

  assert.equal(storage.take('spoken', 13), true);
  assert.equal(storage.take('spoken', 13), false);
  assert.deepEqual(
    [10, 11, 12, 13, 14].map((seq) => storage.has('spoken', seq)),
    [true, false, false, true, false],
  );

  for (let seq = 14; seq < 114; seq += 1) storage.take('spoken', seq);
  assert.equal(storage.has('spoken', 12), true);
});

for (const [name, store] of [
  ['that refuses everything', { getItem: broken, setItem: broken }],
  ['that is full', { getItem: () => null, setItem: broken }],
  ['that is none', null],
  ['that holds something else', { getItem: () => '{no JSON', setItem: () => {} }],
]) {
  test(`a storage ${name} does no harm`, async () => {
    const page = await connected({ publishes: true, storage: store });

    page.server.say('one');
    await page.brain.askBrain('two');

    assert.deepEqual(texts(page.heard), ['one', 'two', 'Answer to two']);
    const storage = new UserStorage(store, 'anna');
    assert.equal(storage.take('spoken', 3), true);
    assert.equal(storage.take('spoken', 3), false);
  });
}

test('a log that was reset while no page was open is followed from its beginning', async () => {
  const page = await connected({ publishes: true });
  ['a', 'b', 'c'].forEach((text) => page.server.say(text));
  page.brain.close();
  page.server.log.length = 0;
  page.server.say('anew', { id: 'other' });

  const again = await anotherPage(page);
  again.server.say('and on', { id: 'next' });
  await settled();

  assert.deepEqual(texts(again.heard), ['anew', 'and on']);
  const third = await reloaded(again, { history: 5 });
  assert.deepEqual(third.novelties, [false, false]);
});

test('a page that opens while another one receives entries loses nothing', async () => {
  const page = await connected({ publishes: true });
  page.server.say('one');
  const { fetch } = page.server;
  const late = async (...request) => {
    const response = await fetch(...request);
    if (request[0].endsWith('/api/session')) page.server.say('while the session began');
    return response;
  };

  const other = await anotherPage(page, { fetch: late, history: 5 });

  assert.deepEqual(texts(other.heard), ['one', 'while the session began']);
});

test('pages of two browsers know nothing of each other', async () => {
  const page = await connected({ publishes: true });
  page.server.say('seen here');

  const other = await anotherPage(page, { browser: new Browser(), history: 1 });

  assert.deepEqual(other.novelties, [false]);
});
