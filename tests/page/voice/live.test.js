import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asked, closed, entry, gl, heard, message, news, opened, replied, sent, step, user, vendor } from './lines.js';
import { replay } from './replay.js';

const run = (...lines) => replay('live', lines);
const fresh = (t) => ({ t, dir: 'page>vendor', ev: { connect: true, fresh: true } });

test('halves of words are joined, and words after a pause are not', () => {
  run(
    gl.heard(0, 'Play some ja', { start_ms: 0, end_ms: 500 }),
    gl.heard(100, 'zz', { start_ms: 500, end_ms: 700 }),
    gl.heard(200, 'Louder', { start_ms: 2000, end_ms: 2400 }),
    gl.heard(250, ' please.', { start_ms: 2400, end_ms: 2700 }),
    gl.heard(300, 'Thanks.', { start_ms: 2700, end_ms: 3000 }),
    gl.delegation(400, 'd1'),
    asked(1650, 'Play some jazz Louder please. Thanks.', 'd1'),
  );
});

test('scripts without spaces get none', () => {
  run(
    gl.heard(0, '明日の', { start_ms: 0, end_ms: 500 }),
    gl.heard(100, '会議は', { start_ms: 1500, end_ms: 2000 }),
    gl.heard(200, '何時ですか。', { start_ms: 2000, end_ms: 2500 }),
    gl.delegation(300, 'd1'),
    asked(1550, '明日の会議は何時ですか。', 'd1'),
    replied(2000, 'd1', message(5, '会議は三時からです。', { callId: 'd1' })),
    gl.commentary(2001, 'd1', '会議は三時からです。'),
    gl.said(3000, '会議は三'),
    gl.said(3500, '時からで'),
    heard(3501, 5, 'played'),
  );
});

test('words of small talk belong to the next question, what the voice said to its context', () => {
  run(
    gl.heard(0, 'Hello there.'),
    gl.said(900, 'Hello! How are you?'),
    gl.heard(2000, ' Fine. What is on today?'),
    gl.delegation(2100, 'd1'),
    {
      ...asked(3350, 'Hello there. Fine. What is on today?', 'd1'),
      ev: {
        text: 'Hello there. Fine. What is on today?',
        callId: 'd1',
        recentContext: [{ role: 'assistant', text: 'Hello! How are you?' }],
      },
    },
    gl.heard(5000, 'And tomorrow?'),
    gl.delegation(5100, 'd2'),
    asked(6350, 'And tomorrow?', 'd2'),
  );
});

test('two delegations for the same words are one question; one without any words is none', () => {
  run(
    gl.heard(0, 'Stop the music.'),
    gl.delegation(100, 'd1'),
    gl.delegation(400, 'd2'),
    gl.delegation(500, 'd1'),
    asked(1350, 'Stop the music.', 'd1'),
    gl.heard(9000, 'Thanks.'),
  );
});

test('words that come long after their delegation are asked for all the same', () => {
  run(gl.delegation(0, 'd1'), gl.heard(2000, 'Call Tom.'), asked(2001, 'Call Tom.', 'd1'));
});

for (const order of ['the reply first', 'the entry first']) {
  test(`an answer is told once: ${order}`, () => {
    const told = message(5, 'It is on Thursday.', { callId: 'd1' });
    const both = [replied(3000, 'd1', told), entry(3040, told)];
    if (order === 'the entry first') both.splice(0, 2, entry(3000, told), replied(3040, 'd1', told));
    run(
      gl.heard(0, 'When is it?'),
      gl.delegation(100, 'd1'),
      asked(1350, 'When is it?', 'd1'),
      both[0],
      gl.commentary(3001, 'd1', 'It is on Thursday.'),
      both[1],
      gl.said(4000, 'It’s on Thurs'),
      gl.said(4300, 'day.'),
    );
  });
}

test('a step goes as thinking, at once and unspoken', () => {
  run(
    gl.heard(0, 'When is it?'),
    gl.delegation(100, 'd1'),
    asked(1350, 'When is it?', 'd1'),
    gl.heard(1900, 'I mean'),
    entry(2000, step(4, 'I look at the calendar.', 'd1')),
    gl.thinking(2001, 'd1', 'I look at the calendar.'),
    replied(9000, 'd1', null),
    entry(12_000, message(5, 'It is on Thursday.', { callId: 'd1' })),
    gl.commentary(12_001, 'd1', 'It is on Thursday.'),
  );
});

test('a long answer goes in pieces of at most 480 bytes that end with sentences', () => {
  for (const sentence of ['The parcel has been here since this morning, and the neighbour has it now. ', '荷物は今朝から隣の人のところにあります。']) {
    const text = sentence.repeat(20).trim();
    const player = run2(text);
    const pieces = player.done.flatMap(({ action }) => action.event?.content ?? []);
    assert.ok(pieces.length > 2);
    assert.equal(pieces.join('').replace(/\s/g, ''), text.replace(/\s/g, ''));
    for (const piece of pieces) {
      assert.ok(Buffer.byteLength(piece) <= 480, `${Buffer.byteLength(piece)} bytes`);
      assert.match(piece, /[.。]$/);
    }
  }
});

/** The words of one unasked message. */
function run2(text) {
  const lines = [entry(0, news(7, text))];
  const count = replayed(lines).length;
  return replay('live', [...lines, ...Array.from({ length: count }, (_, place) => sent(1 + place, { event_id: '' }))]);
}

function replayed(lines) {
  try {
    return replay('live', lines).done;
  } catch ({ message: shown }) {
    return shown.match(/"do":"send"/g) ?? [];
  }
}

test('a sentence of more than 480 bytes is cut between characters', () => {
  const player = run2('👩‍🚀漢'.repeat(120));
  const pieces = player.done.flatMap(({ action }) => action.event?.content ?? []);

  assert.equal(pieces.join(''), '👩‍🚀漢'.repeat(120));
  for (const piece of pieces) assert.ok(Buffer.byteLength(piece) <= 480);
});

test('unasked messages wait until neither side has talked for two seconds', () => {
  run(
    gl.heard(0, 'And on Friday'),
    entry(100, news(7, 'The post has come.')),
    gl.said(1000, 'Yes?'),
    entry(1500, news(8, 'It is raining.')),
    gl.heard(2500, ' I leave early.'),
    gl.commentary(4500, null, 'The post has come.'),
    gl.commentary(4501, null, 'It is raining.'),
    gl.said(5500, 'By the way, the post has come, and it is raining.'),
    heard(5501, 7, 'played'),
    heard(5502, 8, 'played'),
  );
});

test('an answer that the user interrupts is cut off after the words that came', () => {
  run(
    entry(0, news(7, 'The post has come, and with it a parcel for you.')),
    gl.commentary(1, null, 'The post has come, and with it a parcel for you.'),
    gl.said(1000, 'The post has come, and'),
    gl.heard(1300, 'Stop'),
    heard(3300, 7, 'cutOff', 22),
  );
});

test('an answer that goes on after the user has spoken is played', () => {
  run(
    entry(0, news(7, 'The post has come, and with it a parcel for you.')),
    gl.commentary(1, null, 'The post has come, and with it a parcel for you.'),
    gl.said(1000, 'The post has come, and'),
    gl.heard(1300, 'mhm'),
    gl.said(2500, ' with it a parcel for you.'),
    heard(2501, 7, 'played'),
  );
});

test('less than four fifths of the words are not the message', () => {
  run(
    entry(0, news(7, 'one two three four five six seven eight nine ten')),
    gl.commentary(1, null, 'one two three four five six seven eight nine ten'),
    gl.said(1000, 'ten nine one two three four five six'),
    gl.said(1500, ' seven'),
    gl.said(1600, ' eight'),
    heard(1601, 7, 'played'),
  );
});

test('after a lost connection the answer goes without an id, says what it is about, and nothing is asked again', () => {
  run(
    opened(0),
    gl.heard(10, 'When is the meeting?'),
    gl.delegation(100, 'd1'),
    asked(1350, 'When is the meeting?', 'd1'),
    closed(2000),
    fresh(2001),
    entry(2100, step(4, 'I look at the calendar.', 'd1')),
    opened(3000),
    gl.thinking(3001, null, '~ When is the meeting?” I look at the calendar.'),
    gl.heard(3800, 'Hm'),
    replied(4000, 'd1', message(5, 'On Thursday at three.', { callId: 'd1' })),
    gl.commentary(4001, null, '~ When is the meeting? On Thursday at three.'),
    gl.said(4500, 'Your meeting: on Thursday at three.'),
    heard(4501, 5, 'played'),
  );
});

test('what was handed over and not said is handed over again on the new connection', () => {
  run(
    opened(0),
    entry(10, news(7, 'The post has come.')),
    gl.commentary(11, null, 'The post has come.'),
    entry(20, news(8, 'It is raining cats and dogs.')),
    gl.commentary(21, null, 'It is raining cats and dogs.'),
    gl.said(900, 'It is raining'),
    closed(1000),
    heard(1001, 8, 'cutOff', 13),
    fresh(1002),
    opened(1500),
    gl.commentary(1501, null, 'The post has come.'),
  );
});

test('a delegation whose connection is lost before it was asked is asked', () => {
  run(
    opened(0),
    gl.heard(10, 'When is it?'),
    gl.delegation(100, 'd1'),
    closed(500),
    fresh(501),
    asked(1350, 'When is it?', 'd1'),
  );
});

test('a pause is no end, and a session that the server ends is not begun again', () => {
  const player = run(
    gl.event(0, 'started'),
    gl.event(100, 'paused'),
    gl.event(5000, 'resumed'),
    gl.event(9000, 'closed', { reason: 'remote_hangup' }),
    closed(9100),
    entry(9200, news(7, 'The post has come.')),
  );
  const shown = player.done.map(({ action }) => action.state ?? action.do);
  assert.deepEqual(shown, ['listening', 'paused', 'listening', 'hangUp', 'ended']);
});

test('the user ends: the session is closed once, then hung up', () => {
  const player = run(
    gl.heard(0, 'When is it?'),
    gl.delegation(10, 'd1'),
    user(100, 'end'),
    sent(101, { type: 'session.close' }),
    user(110, 'end'),
    entry(120, news(7, 'The post has come.')),
    gl.event(300, 'closed', { reason: 'close_requested' }),
    closed(400),
  );
  assert.equal(player.done.filter(({ action }) => action.do === 'hangUp').length, 1);
});

test('an end that the vendor does not confirm is one all the same', () => {
  const player = run(
    user(100, 'end'),
    sent(101, { type: 'session.close' }),
    vendor(5000, { type: 'info' }),
  );
  const hungUp = player.done.find(({ action }) => action.do === 'hangUp');
  assert.equal(hungUp.t, 2100);
});

test('muting is sent, and kept on the next connection', () => {
  run(
    opened(0),
    user(100, 'mute'),
    sent(101, { type: 'session.input_audio.mute' }),
    closed(200),
    fresh(201),
    opened(900),
    sent(901, { type: 'session.input_audio.mute' }),
    user(1000, 'unmute'),
    sent(1001, { type: 'session.input_audio.unmute' }),
  );
});

test('what the vendor refuses goes once more without an id', () => {
  run(
    gl.heard(0, 'When is it?'),
    gl.delegation(100, 'd1'),
    asked(1350, 'When is it?', 'd1'),
    replied(3000, 'd1', message(5, 'On Thursday.', { callId: 'd1' })),
    gl.commentary(3001, 'd1', 'On Thursday.'),
    vendor(3100, { type: 'error', code: 'unknown_delegation', client_event_id: 'brain_5' }),
    gl.commentary(3101, null, '~ On Thursday.'),
    vendor(3200, { type: 'error', code: 'unknown_delegation', client_event_id: 'brain_5b' }),
    heard(3201, 5, 'unspoken'),
  );
});
