/** A spoken conversation and other devices: each message is said by one of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { UserStorage } from '../../../public/client/storage.js';
import * as realtime from '../../../public/voice/realtime.js';
import { Sharing } from '../../../public/voice/talk/sharing.js';
import { anotherPage, Browser, connected, settled } from '../kit.js';

const LASTS_MS = 20_000; // a claim of the stub
const never = () => false;

/** A conversation over Realtime on a page; the vendor says at once what it is given. */
function conversation(page, { isOurs = never, isOursNow = never } = {}) {
  const { server, clock, browser, brain } = page;
  const userStorage = new UserStorage(browser.storage, 'anna');
  const ending = new AbortController();
  const world = { clock, userStorage, lifetime: ending.signal };
  const claim = (seq) => new Promise((resolve) => server.control({ type: 'claim', seq, device: 'talk_1' }, resolve));
  const talk = { created: [], outputs: [], sent: [], isBusy: false };
  const sharing = new Sharing({ world, claim, isOurs, isOursNow }, (entry) => give({ from: 'brain', entry }));
  let state = realtime.begin();

  function give(input) {
    const { actions, ...next } = realtime.step(state, input, clock.now());
    state = next.state;
    for (const action of actions) act(action);
  }

  function act({ do: what, event, seq, how }) {
    if (what === 'heard') server.control({ type: 'heard', seq, how, claim: sharing.end(seq) }, () => {});
    if (what !== 'send') return;
    talk.sent.push(event);
    if (event.type === 'response.create') talk.created.push(Number(event.response.metadata.brain_seq));
  }

  talk.say = (type, more = {}) => give({ from: 'vendor', event: { type, ...more } });
  talk.finish = (seq) => {
    const response = { id: `r${seq}`, metadata: { brain_seq: `${seq}` }, status: 'completed', output: [] };
    talk.say('response.created', { response });
    talk.say('output_audio_buffer.started', { response_id: response.id });
    talk.say('response.done', { response });
    talk.say('output_audio_buffer.stopped', { response_id: response.id });
  };
  talk.close = () => sharing.close();
  give({ from: 'wire', open: true });
  brain.onMessage((entry, { isNew }) => isNew && sharing.take(entry));
  return talk;
}

/** A second device that reads aloud. */
async function loudspeaker(page, spoken, browser = new Browser()) {
  const other = await anotherPage({ ...page, browser });
  other.brain.onSpeak(({ seq }, done) => {
    spoken.push(seq);
    other.clock.after(1000, () => done('played'));
  });
  return other;
}

test('of a conversation and another device, one says what nobody asked for', async () => {
  for (const first of ['talk', 'device']) {
    const page = await connected({ publishes: true });
    const spoken = [];
    const talk = conversation(page);
    await loudspeaker(page, spoken);
    if (first === 'device') page.server.claims.set(1, 'another');

    page.server.say('news', { kind: 'notification' });
    await settled();
    if (first === 'talk') talk.finish(1);
    if (first === 'device') page.server.heard.push({ seq: 1, how: 'played' });
    await page.clock.pass(60_000);

    assert.deepEqual(talk.created, first === 'talk' ? [1] : [], first);
    assert.deepEqual(spoken, [], first);
    assert.deepEqual(page.server.heard, [{ seq: 1, how: 'played' }], first);
  }
});

test('what another device holds and then does not say is told in the conversation', async () => {
  const page = await connected({ publishes: true });
  const talk = conversation(page);
  page.server.claims.set(1, 'another');

  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(LASTS_MS - 1000);
  assert.deepEqual(talk.created, []);
  page.server.claims.delete(1); // its time is over
  await page.clock.pass(2000);

  assert.deepEqual(talk.created, [1]);
});

test('the answer to what was asked here is told at once and without a claim', async () => {
  const page = await connected({ publishes: true });
  const talk = conversation(page, { isOursNow: () => true });
  page.server.claims.set(2, 'another');

  page.server.hear('one');
  page.server.say('Answer to one', { answersSeq: 1, doneAfterThis: true });
  await settled();

  assert.deepEqual(talk.created, [2]);
});

test('a message that waits for a pause is kept from other devices, and no longer once it was said', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  const talk = conversation(page);
  await loudspeaker(page, spoken);
  talk.say('input_audio_buffer.speech_started');

  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(2.5 * LASTS_MS);
  assert.deepEqual([talk.created, spoken], [[], []]);
  talk.say('input_audio_buffer.speech_stopped');
  talk.finish(1);
  await page.clock.pass(2.5 * LASTS_MS);

  assert.deepEqual([talk.created, spoken], [[1], []]);
});

test('a message that another device has got meanwhile is not told any more', async () => {
  const page = await connected({ publishes: true });
  const talk = conversation(page);
  talk.say('input_audio_buffer.speech_started');
  page.server.say('news', { kind: 'notification' });
  await settled();

  page.server.claims.set(1, 'another');
  await page.clock.pass(LASTS_MS + 1000);
  talk.say('input_audio_buffer.speech_stopped');

  assert.deepEqual(talk.created, []);
});

test('after the end of a conversation another device says what it left', async () => {
  const page = await connected({ publishes: true });
  const spoken = [];
  const talk = conversation(page);
  await loudspeaker(page, spoken);
  talk.say('input_audio_buffer.speech_started');
  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(1000);

  talk.close();
  page.server.claims.delete(1); // nobody renews it
  await page.clock.pass(2 * LASTS_MS);

  assert.deepEqual([talk.created, spoken], [[], [1]]);
});

test('what another tab of the browser has begun to say is not told in the conversation', async () => {
  const page = await connected({ publishes: true });
  new UserStorage(page.browser.storage, 'anna').take('spoken', 1);
  const talk = conversation(page);

  page.server.say('news', { kind: 'notification' });
  await page.clock.pass(1000);

  assert.deepEqual(talk.created, []);
});

test('a call that was answered elsewhere is over here, and nothing is said twice', async () => {
  const page = await connected({ publishes: true });
  const talk = conversation(page);
  talk.say('response.function_call_arguments.done', { call_id: 'c1', name: 'askBrain', arguments: '{"text":"one"}' });
  page.server.hear('one');
  page.server.heard.push({ seq: 2, how: 'played' });

  page.server.say('Answer to one', { answersSeq: 1, doneAfterThis: true, callId: 'c1' });
  await page.clock.pass(5000);

  assert.deepEqual(talk.created, []);
  const [{ item }] = talk.sent;
  assert.deepEqual(JSON.parse(item.output), { status: 'answer', say: 'Answer to one' });
});
