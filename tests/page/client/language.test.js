/** What the device says of itself goes to the server with each session and each text. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected } from '../kit.js';

/** The bodies of the sessions and of the texts that a page of this language sends. */
async function sentBy(given) {
  const choices = { zone: null, ...given };
  const sessions = [];
  const prepare = (server) => {
    const { fetch } = server;
    server.accessKey = choices.accessKey ?? server.accessKey;
    server.fetch = (url, init) => {
      if (url.endsWith('/api/session')) sessions.push(JSON.parse(init.body));
      return fetch(url, init);
    };
  };
  const { brain, server } = await connected({ prepare, ...choices });
  await brain.askBrain('one');
  return { sessions, texts: server.asked('/api/voiceToBrain').map(({ sent }) => sent) };
}

test('a session and a text say the language', async () => {
  const { sessions, texts } = await sentBy({ language: 'de-AT' });

  assert.deepEqual(sessions, [{ language: 'de-AT' }]);
  assert.deepEqual([texts.length, texts[0].language], [1, 'de-AT']);
});

test('a session and a text say the time zone, in the words of the browser', async () => {
  const { sessions, texts } = await sentBy({ language: null, zone: 'Asia/Calcutta' });

  assert.deepEqual(sessions, [{ zone: 'Asia/Calcutta' }]);
  assert.equal(texts[0].zone, 'Asia/Calcutta');
});

test('by default it is the time zone of this machine', async () => {
  const { sessions } = await sentBy({ language: null, zone: undefined });

  assert.equal(sessions[0].zone, Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test('each offer of a session says it', async () => {
  const { sessions } = await sentBy({ language: 'de', token: 'expired', accessKey: 'secret' });

  assert.deepEqual(sessions, [
    { token: 'expired', language: 'de' },
    { accessKey: 'secret', language: 'de' },
  ]);
});

test('a text over the socket says it, and a command does not', async () => {
  const page = await connected({ language: 'de', zone: 'Europe/Berlin', road: 'socket', isLive: false });
  const [{ frames }] = page.server.sockets;

  await page.brain.askBrain('one');
  await page.brain.heard(2, 'played');

  const said = frames.map(({ type, language, zone }) => [type, language, zone]);
  assert.deepEqual(said, [
    ['resume', undefined, undefined],
    ['say', 'de', 'Europe/Berlin'],
    ['heard', undefined, undefined],
  ]);
});

for (const language of [null, 7, ['de'], {}]) {
  test(`what is not a text is left out: ${JSON.stringify(language)}`, async () => {
    const { sessions, texts } = await sentBy({ language });

    assert.deepEqual(sessions, [{}]);
    assert.ok(!('language' in texts[0]));
  });
}

test('by default it is what the browser says, if there is one', async () => {
  const { sessions, texts } = await sentBy({ language: undefined });

  const expected = globalThis.navigator?.language; // none before Node 21
  assert.equal(sessions[0].language, expected);
  assert.equal(texts[0].language, expected);
});
