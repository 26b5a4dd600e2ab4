import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asked, closed, entry, gm, heard, message, news, opened, replied, step, user, vendor } from './lines.js';
import { replay } from './replay.js';

const run = (...lines) => replay('gemini', lines);
const connect = (t, how) => ({ t, dir: 'page>vendor', ev: { connect: true, ...how } });
const WHEN_IDLE = { scheduling: 'WHEN_IDLE' };
const SILENT = { scheduling: 'SILENT', willContinue: true };

for (const order of ['the reply first', 'the entry first']) {
  test(`an answer is the response to its call, once: ${order}`, () => {
    const told = message(5, 'It is on Thursday.', { callId: 'f1' });
    const both = [replied(3000, 'f1', told), entry(3040, told)];
    if (order === 'the entry first') both.splice(0, 2, entry(3000, told), replied(3040, 'f1', told));
    run(
      gm.ready(0),
      gm.call(100, 'f1', 'When is it?'),
      asked(101, 'When is it?', 'f1'),
      gm.call(200, 'f1', 'When is it?'),
      both[0],
      gm.response(3001, 'f1', { answer: 'It is on Thursday.' }, WHEN_IDLE),
      both[1],
      gm.said(4000, 'It is on '),
      gm.said(4400, 'Thursday.'),
      gm.turn(6000),
      heard(6001, 5, 'played'),
    );
  });
}

test('two calls in one frame are two questions; steps go to their own call', () => {
  const functionCalls = ['f1', 'f2'].map((id) => ({ id, name: 'askBrain', args: { text: `Ask ${id}` } }));
  run(
    gm.ready(0),
    vendor(100, { toolCall: { functionCalls } }),
    asked(101, 'Ask f1', 'f1'),
    asked(102, 'Ask f2', 'f2'),
    entry(500, step(4, 'I found two.', 'f2')),
    gm.response(501, 'f2', { step: 'I found two.' }, SILENT),
    replied(900, 'f1', message(5, 'One.', { callId: 'f1' })),
    gm.response(901, 'f1', { answer: 'One.' }, WHEN_IDLE),
    entry(950, step(6, 'Late step.', 'f1')),
    replied(8000, 'f2', null),
    entry(9000, message(7, 'Two.', { callId: 'f2' })),
    gm.response(9001, 'f2', { answer: 'Two.' }, WHEN_IDLE),
  );
});

test('a call without a text gets an error', () => {
  run(
    gm.ready(0),
    vendor(100, { toolCall: { functionCalls: [{ id: 'f1', name: 'askBrain', args: {} }] } }),
    gm.response(101, 'f1', {}, WHEN_IDLE),
    vendor(200, { toolCall: { functionCalls: [{ id: 'f2', name: 'elsewhere', args: { text: 'x' } }] } }),
    vendor(300, { toolCall: {} }),
    vendor(400, { usageMetadata: { totalTokenCount: 7 } }),
  );
});

test('the filler of an earlier turn is not the answer', () => {
  run(
    gm.ready(0),
    gm.heard(50, 'When is it?'),
    gm.call(100, 'f1', 'When is it?'),
    asked(101, 'When is it?', 'f1'),
    gm.said(500, 'I am looking at the calendar.'),
    replied(600, 'f1', message(5, 'The meeting is on Thursday at three.', { callId: 'f1' })),
    gm.response(601, 'f1', { answer: 'The meeting is on Thursday at three.' }, WHEN_IDLE),
    gm.said(700, ' One moment.'),
    gm.turn(1500),
    gm.said(2000, 'The meeting is on Thursday'),
    gm.said(2500, ' at three.'),
    gm.turn(4000),
    heard(4001, 5, 'played'),
  );
});

test('a transcript may come after the end of its turn', () => {
  run(
    gm.ready(0),
    entry(10, news(7, 'The post has come.')),
    gm.note(11, 'The post has come.'),
    vendor(500, { serverContent: { modelTurn: { parts: [{ inlineData: { data: '' } }] } } }),
    gm.turn(2000),
    gm.said(2100, 'The post has come.'),
    heard(2101, 7, 'played'),
  );
});

test('an interrupted answer is cut off at the transcript so far', () => {
  run(
    gm.ready(0),
    entry(10, news(7, 'The post has come, and with it a parcel.')),
    gm.note(11, 'The post has come'),
    gm.said(500, 'The post has'),
    gm.said(700, ' come'),
    gm.interrupted(900),
    heard(901, 7, 'cutOff', 17),
    gm.turn(910),
  );
});

test('several parts of one frame count', () => {
  run(
    gm.ready(0),
    entry(10, news(7, 'The post has come.')),
    gm.note(11, 'The post has come'),
    vendor(500, { serverContent: { outputTranscription: { text: 'The post has come.' }, generationComplete: true, turnComplete: true } }),
    heard(501, 7, 'played'),
  );
});

test('a cancelled call gets no response, and its answer comes as a note when nobody speaks', () => {
  run(
    gm.ready(0),
    gm.heard(50, 'Compare the reports'),
    gm.call(100, 'f1', 'Compare the reports'),
    asked(101, 'Compare the reports', 'f1'),
    gm.said(300, 'I am looking.'),
    gm.turn(900),
    gm.heard(1000, 'No, wait'),
    gm.cancelled(1100, 'f1'),
    entry(1200, step(4, 'I found both.', 'f1')),
    entry(2000, message(5, 'The second is longer.', { callId: 'f1' })),
    replied(2040, 'f1', message(5, 'The second is longer.', { callId: 'f1' })),
    gm.said(3000, 'All right.'),
    gm.turn(4000),
    gm.note(4001, 'The second is longer.'),
    gm.said(5000, 'The second is longer.'),
    gm.turn(6000),
    heard(6001, 5, 'played'),
  );
});

test('unasked messages go one by one, each after the end of a turn', () => {
  run(
    gm.ready(0),
    gm.heard(50, 'Tell me a story'),
    entry(100, news(7, 'The post has come.')),
    entry(110, news(8, 'It is raining.')),
    gm.said(1000, 'Once upon a time'),
    gm.turn(9000),
    gm.note(9001, 'The post has come.'),
    gm.said(9500, 'The post has come.'),
    gm.turn(11_000),
    heard(11_001, 7, 'played'),
    gm.note(11_002, 'It is raining.'),
  );
});

test('nothing unasked is said while the user goes on after an interruption', () => {
  run(
    gm.ready(0),
    gm.said(100, 'Once upon a time'),
    gm.interrupted(800),
    gm.turn(810),
    entry(900, news(7, 'The post has come.')),
    gm.heard(1000, 'Another one please'),
    gm.said(2500, 'There was a king.'),
    gm.turn(5000),
    gm.note(5001, 'The post has come.'),
  );
});

test('goAway twice is one new connection; calls and what waits go on there', () => {
  run(
    opened(0),
    gm.ready(10),
    gm.handle(20, 'h1'),
    gm.handle(30, 'h2'),
    gm.handle(40, '', false),
    gm.call(100, 'f1', 'When is it?'),
    asked(101, 'When is it?', 'f1'),
    gm.goAway(500),
    connect(501, { handle: 'h2' }),
    gm.goAway(600),
    replied(700, 'f1', message(5, 'On Thursday.', { callId: 'f1' })),
    opened(1000),
    gm.ready(1200),
    gm.response(1201, 'f1', { answer: 'On Thursday.' }, WHEN_IDLE),
  );
});

for (const code of [1007, 1011]) {
  test(`a handle that is refused with ${code} is not used again; the answer comes as a note`, () => {
    run(
      opened(0),
      gm.ready(10),
      gm.handle(20, 'h1'),
      gm.call(100, 'f1', 'When is it?'),
      asked(101, 'When is it?', 'f1'),
      closed(500, 1006),
      connect(501, { handle: 'h1' }),
      closed(900, code),
      connect(901, { fresh: true }),
      replied(950, 'f1', message(5, 'On Thursday.', { callId: 'f1' })),
      opened(1500),
      gm.ready(1700),
      gm.note(1701, 'On Thursday.'),
    );
  });
}

test('a resumed session that is closed with 1011 later begins anew too', () => {
  run(
    opened(0),
    gm.ready(10),
    gm.handle(20, 'h1'),
    gm.goAway(500),
    connect(501, { handle: 'h1' }),
    opened(700),
    gm.ready(800),
    gm.handle(900, 'h2'),
    closed(60_000, 1011),
    connect(60_001, { fresh: true }),
  );
});

test('without a handle a lost connection is a new session', () => {
  run(opened(0), gm.ready(10), gm.goAway(500), connect(501, { fresh: true }));
  run(opened(0), gm.ready(10), closed(500), connect(501, { fresh: true }));
});

test('a network that stays away is tried again more and more slowly, and then given up', () => {
  const player = run(
    opened(0),
    gm.ready(10),
    ...[100, 200, 1300, 3400, 7500, 15_600].map((t) => closed(t)),
    connect(101, { fresh: true }),
    connect(1200, { fresh: true }),
    connect(3300, { fresh: true }),
    connect(7400, { fresh: true }),
    connect(15_500, { fresh: true }),
  );
  assert.equal(player.state.ended, true);
});

test('a half told message is not told again in a new session', () => {
  run(
    opened(0),
    gm.ready(10),
    entry(20, news(7, 'The post has come, and a parcel.')),
    gm.note(21, 'The post has come'),
    gm.said(500, 'The post has'),
    closed(600),
    heard(601, 7, 'cutOff', 12),
    connect(602, { fresh: true }),
    opened(1000),
    gm.ready(1100),
  );
});

test('the end is the end', () => {
  run(
    gm.ready(0),
    gm.call(100, 'f1', 'When is it?'),
    asked(101, 'When is it?', 'f1'),
    user(200, 'end'),
    replied(300, 'f1', message(5, 'On Thursday.', { callId: 'f1' })),
    gm.goAway(400),
    closed(500, 1000),
  );
});
