import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected, seeded, seqs, settled, texts } from '../kit.js';

test('messages in order are delivered at once, without asking the server', async () => {
  const { server, pusher, heard } = await connected();

  pusher.emit('message', server.say('one'));
  pusher.emit('message', server.say('two'));

  assert.deepEqual(texts(heard), ['one', 'two']);
  assert.equal(server.requests.length, 0);
});

test('a message that arrives twice is delivered once', async () => {
  const { server, pusher, heard } = await connected();
  const message = server.say('one');

  pusher.emit('message', message);
  pusher.emit('message', message);
  await settled();

  assert.deepEqual(texts(heard), ['one']);
});

test('messages in the wrong order are delivered in the right one', async () => {
  const { server, pusher, heard } = await connected();
  const [one, two, three] = ['one', 'two', 'three'].map((text) => server.say(text));

  for (const message of [three, one, two]) pusher.emit('message', message);
  await settled();

  assert.deepEqual(texts(heard), ['one', 'two', 'three']);
});

test('a gap is fetched, user texts from another tab included', async () => {
  const { server, pusher, heard } = await connected();
  server.hear('typed in another tab');
  server.say('lost on the way');

  pusher.emit('message', server.say('arrived'));
  await settled();

  assert.deepEqual(texts(heard), ['typed in another tab', 'lost on the way', 'arrived']);
  assert.equal(server.asked('/api/messages').length, 1);
  assert.equal(server.asked('/api/messages')[0].query.get('sinceSeq'), '0');
});

test('a message too long for the channel is fetched whole', async () => {
  const { server, pusher, heard } = await connected();
  const { text, ...rest } = server.say('long '.repeat(3000));

  pusher.emit('message', { ...rest, truncated: true });
  await settled();

  assert.deepEqual(texts(heard), [text]);
});

test('a log longer than one page is read to its end', async () => {
  const { server, pusher, heard } = await connected({ prepare: (s) => (s.longestPage = 3) });
  for (let count = 0; count < 10; count += 1) server.say(`${count}`);

  pusher.emit('message', server.log.at(-1));
  await settled();

  assert.deepEqual(seqs(heard), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('entries that the server no longer has are skipped', async () => {
  const { server, pusher, heard } = await connected();
  for (let count = 0; count < 5; count += 1) server.say(`${count}`);
  server.log.splice(0, 2);

  pusher.emit('message', server.log.at(-1));
  await settled();

  assert.deepEqual(seqs(heard), [3, 4, 5]);
});

test('a gap that the server can no longer fill does not block the log', async () => {
  const { server, pusher, heard } = await connected();
  const page = { messages: [], nextSince: 2, lastSeq: 2 };
  server.fail('/api/messages', () => Response.json(page));
  server.say('gone');

  pusher.emit('message', { ...server.say('gone too'), truncated: true });
  await settled();
  pusher.emit('message', server.say('still there'));

  assert.deepEqual(texts(heard), ['still there']);
});

test('every new subscription catches up on what the channel did not replay', async () => {
  const { server, pusher, heard } = await connected();
  pusher.goDown();
  server.say('said while nobody listened');

  pusher.comeUp();
  await settled();

  assert.deepEqual(texts(heard), ['said while nobody listened']);
});

test('a connection starts with the requested history', async () => {
  const prepare = (server) => ['a', 'b', 'c', 'd'].forEach((text) => server.say(text));

  const { heard } = await connected({ prepare, history: 2 });

  assert.deepEqual(texts(heard), ['c', 'd']);
});

test('entries before the first listener are kept for it, and for no other', async () => {
  const { brain, server, pusher } = await connected({ isHeard: false });
  pusher.emit('message', server.say('early'));
  const [first, second, third] = [[], [], []];

  brain.onMessage((entry) => first.push(entry));
  brain.onMessage((entry) => second.push(entry));
  pusher.emit('message', server.say('late'));
  brain.onMessage((entry) => third.push(entry));

  assert.deepEqual(texts(first), ['early', 'late']);
  assert.deepEqual(texts(second), ['late']);
  assert.deepEqual(third, []);
});

test('a listener that throws does not affect the others', async (context) => {
  const complaints = context.mock.method(console, 'error', () => {});
  const { brain, server, pusher } = await connected();
  const later = [];
  brain.onMessage(() => {
    throw new Error('broken listener');
  });
  brain.onMessage((entry) => later.push(entry));

  pusher.emit('message', server.say('one'));

  assert.deepEqual(texts(later), ['one']);
  assert.equal(complaints.mock.callCount(), 1);
});

test('an unsubscribed listener is not called again', async () => {
  const { brain, server, pusher } = await connected();
  const heard = [];
  const unsubscribe = brain.onMessage((entry) => heard.push(entry));

  unsubscribe();
  pusher.emit('message', server.say('one'));

  assert.deepEqual(heard, []);
});

test('a log that was reset is followed from its beginning', async () => {
  const { server, pusher, heard } = await connected();
  for (const text of ['old 1', 'old 2', 'old 3']) pusher.emit('message', server.say(text));
  server.log.length = 0;
  server.say('new 1', { id: 'other' });

  pusher.goDown();
  pusher.comeUp();
  await settled();

  assert.deepEqual(texts(heard), ['old 1', 'old 2', 'old 3', 'new 1']);
});

test('polling alone detects that a log was reset', async () => {
  const { clock, server, heard } = await connected({ road: 'polling', isLive: false });
  for (const text of ['old 1', 'old 2', 'old 3']) server.say(text);
  await clock.pass(10_000);
  server.log.length = 0;
  server.say('new 1', { id: 'other' });

  await clock.pass(10_000);

  assert.deepEqual(texts(heard), ['old 1', 'old 2', 'old 3', 'new 1']);
});

test('a log that only seemed to be reset repeats nothing', async () => {
  const { brain, server, pusher, heard } = await connected();
  await brain.askBrain('one');
  server.fail('/api/messages', () => Response.json({ messages: [], nextSince: 2, lastSeq: 1 }));

  pusher.comeUp();
  await settled();

  assert.equal(server.asked('/api/messages').at(-1).query.get('sinceSeq'), '0');
  assert.deepEqual(texts(heard), ['one', 'Answer to one']);
});

test('whatever the channel drops, repeats and reorders, the list becomes the log', async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
  const random = seeded(seed);
  for (let round = 0; round < 40; round += 1) await lossyRound(random, `SEED=${seed}`);
});

/** Something happens, in random order: said, asked, brought by the channel or not, lost line. */
async function lossyRound(random, seed) {
  const { brain, clock, server, pusher, heard } = await connected({ random });
  const onItsWay = [];
  server.answer = (text) => (random() < 0.5 ? { text: `answer ${text}` } : null);
  for (let step = 0; step < 30; step += 1) {
    const dice = random();
    if (dice < 0.35) onItsWay.push(server.say(`said ${step}`));
    else if (dice < 0.45) server.hear(`another tab ${step}`);
    else if (dice < 0.55) void brain.askBrain(`asked ${step}`);
    else if (dice < 0.6) server.fail('/api/messages', 'down');
    else if (dice < 0.65) pusher.goDown();
    else if (dice < 0.7) pusher.comeUp();
    else if (dice < 0.75) await clock.pass(random() * 3000);
    else bring(onItsWay, pusher, random);
    if (random() < 0.3) await settled();
  }
  pusher.comeUp();
  await clock.pass(180_000);
  const bare = (entries) => entries.map(({ seq, role, text }) => ({ seq, role, text }));
  assert.deepEqual(bare(heard), bare(server.log), seed);
}

function bring(onItsWay, pusher, random) {
  if (onItsWay.length === 0) return;
  const place = Math.floor(random() * onItsWay.length);
  if (random() < 0.7) pusher.emit('message', onItsWay[place]);
  if (random() < 0.8) onItsWay.splice(place, 1);
}
