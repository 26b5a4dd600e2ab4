import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asked, closed, entry, heard, message, news, opened, replied, rt, step, user, vendor, withdrawal } from './lines.js';
import { replay } from './replay.js';

const WORKING = { status: 'working', note: 'The answer comes later by itself. Say nothing about this.' };
const answer = (say) => ({ status: 'answer', say });
const run = (...lines) => replay('realtime', lines);

test('a call that several events tell is asked once', () => {
  const item = { type: 'function_call', name: 'askBrain', call_id: 'c1', arguments: '{"text":"Where is Tom?"}', status: 'completed' };
  run(
    rt.call(0, 'c1', { text: 'Where is Tom?' }),
    asked(1, 'Where is Tom?', 'c1'),
    vendor(10, { type: 'response.output_item.done', response_id: 'r1', item }),
    rt.call(20, 'c1', { text: 'Where is Tom?' }),
    rt.done(30, 'r1', undefined, { output: [item] }),
  );
  run(
    vendor(0, { type: 'response.output_item.done', response_id: 'r1', item }),
    asked(1, 'Where is Tom?', 'c1'),
  );
});

for (const order of ['the reply first', 'the entry first']) {
  test(`an answer is told once: ${order}`, () => {
    const told = message(5, 'Tom is at home.', { callId: 'c1' });
    const both = [replied(500, 'c1', told), entry(560, told)];
    if (order === 'the entry first') both.splice(0, 2, entry(500, told), replied(560, 'c1', told));
    run(
      rt.created(0, 'r1'),
      rt.call(100, 'c1', { text: 'Where is Tom?' }),
      asked(101, 'Where is Tom?', 'c1'),
      rt.done(150, 'r1'),
      both[0],
      rt.output(501, 'c1', answer('Tom is at home.')),
      rt.create(502, 5),
      both[1],
      rt.created(600, 'r2', 5),
      rt.audio(700, 'started', 'r2'),
      rt.done(800, 'r2', 5),
      rt.audio(2900, 'stopped', 'r2'),
      heard(2901, 5, 'played'),
    );
  });
}

test('two calls at once get their outputs at once, and their responses one after the other', () => {
  run(
    rt.created(0, 'r1'),
    rt.call(50, 'c1', { text: 'One?' }),
    asked(51, 'One?', 'c1'),
    rt.call(60, 'c2', { text: 'Two?' }),
    asked(61, 'Two?', 'c2'),
    replied(100, 'c2', message(8, 'It is two.', { callId: 'c2' })),
    rt.output(101, 'c2', answer('It is two.')),
    rt.done(400, 'r1'),
    rt.create(401, 8),
    replied(420, 'c1', message(9, 'It is one.', { callId: 'c1' })),
    rt.output(421, 'c1', answer('It is one.')),
    rt.created(500, 'r2', 8),
    rt.audio(600, 'started', 'r2'),
    rt.done(700, 'r2', 8),
    rt.create(701, 9),
    rt.created(800, 'r3', 9),
    rt.audio(1500, 'stopped', 'r2'),
    heard(1501, 8, 'played'),
    rt.audio(1510, 'started', 'r3'),
    rt.done(1600, 'r3', 9),
    rt.audio(2600, 'stopped', 'r3'),
    heard(2601, 9, 'played'),
  );
});

test('a response waits while the user speaks', () => {
  run(
    rt.call(0, 'c1', { text: 'Where?' }),
    asked(1, 'Where?', 'c1'),
    rt.speech(100, 'started'),
    replied(200, 'c1', message(5, 'Here.', { callId: 'c1' })),
    rt.output(201, 'c1', answer('Here.')),
    rt.speech(2000, 'stopped'),
    rt.create(2001, 5),
  );
});

test('a create that is refused twice goes again twice, each with an id of its own', () => {
  const player = run(
    entry(0, news(7, 'The post has come.')),
    rt.item(1, 'The post has come'),
    rt.create(2, 7),
    rt.created(10, 'r1'),
    rt.refused(20, 'brain_7'),
    rt.done(900, 'r1'),
    rt.create(901, 7),
    rt.refused(950, 'brain_7b'),
    rt.created(960, 'r2'),
    rt.done(2000, 'r2'),
    rt.create(2001, 7),
    rt.created(2100, 'r3', 7),
    rt.audio(2200, 'started', 'r3'),
    rt.done(2300, 'r3', 7),
    rt.audio(4000, 'stopped', 'r3'),
    heard(4001, 7, 'played'),
  );
  const ids = player.done.flatMap(({ action }) => action.event?.event_id ?? []);
  assert.deepEqual(ids, ['brain_7_item', 'brain_7', 'brain_7b', 'brain_7c']);
});

test('an answer that the user interrupts is cut off where the sound ended', () => {
  run(
    entry(0, news(7, 'The post has come, and with it a parcel for you.')),
    rt.item(1, 'The post has come'),
    rt.create(2, 7),
    rt.created(100, 'r1', 7),
    rt.audio(200, 'started', 'r1'),
    rt.said(210, 'r1', 'i1', 'The post has come, and '),
    rt.said(300, 'r1', 'i1', 'with it a parcel for you.'),
    rt.done(400, 'r1', 7),
    rt.speech(1500, 'started'),
    rt.audio(1510, 'cleared', 'r1'),
    rt.truncated(1520, 'i1', 1200),
    heard(1521, 7, 'cutOff', 18),
    rt.speech(2600, 'stopped'),
  );
});

test('no more characters were heard than the transcript has', () => {
  run(
    entry(0, news(7, 'The post has come, and with it a parcel for you.')),
    rt.item(1, 'The post has come'),
    rt.create(2, 7),
    rt.created(100, 'r1', 7),
    rt.audio(200, 'started', 'r1'),
    rt.said(210, 'r1', 'i1', 'The post'),
    rt.truncated(1520, 'i1', 3000),
    heard(1521, 7, 'cutOff', 8),
    rt.done(1600, 'r1', 7, { status: 'cancelled', status_details: { reason: 'turn_detected' } }),
    rt.audio(1610, 'stopped', 'r1'),
  );
});

test('an interrupted item of another response marks nothing', () => {
  run(
    rt.created(0, 'r1'),
    rt.audio(100, 'started', 'r1'),
    rt.truncated(900, 'i1', 700),
    rt.done(910, 'r1', undefined, { status: 'cancelled' }),
  );
});

test('an answer whose response ends before its sound was not spoken', () => {
  run(
    entry(0, news(7, 'The post has come.')),
    rt.item(1, 'The post has come'),
    rt.create(2, 7),
    rt.created(100, 'r1', 7),
    rt.speech(110, 'started'),
    rt.done(120, 'r1', 7, { status: 'cancelled', status_details: { reason: 'turn_detected' } }),
    heard(1620, 7, 'unspoken'),
  );
});

for (const [name, args] of [
  ['that are no JSON', '{"text": "Whe'],
  ['without a text', { query: 'Where?' }],
  ['with an empty text', { text: '  ' }],
  ['that are a list', '[1]'],
  ['that are null', 'null'],
]) {
  test(`arguments ${name} get an error, and the model may speak`, () => {
    run(
      rt.created(0, 'r1'),
      rt.call(10, 'c1', args),
      { ...rt.output(11, 'c1', {}), ev: { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'c1', output: '~ error' } } },
      rt.done(300, 'r1'),
      rt.create(301),
      rt.created(400, 'r2'),
      rt.done(500, 'r2'),
    );
  });
}

test('an answer after the patience is told later; a step is told when nobody speaks', () => {
  run(
    rt.created(0, 'r1'),
    rt.call(10, 'c1', { text: 'Compare' }),
    asked(11, 'Compare', 'c1'),
    entry(500, step(4, 'I found both.', 'c1')),
    rt.done(600, 'r1'),
    rt.item(601, 'I found both'),
    rt.create(602, 4),
    rt.created(700, 'r2', 4),
    rt.audio(800, 'started', 'r2'),
    rt.done(900, 'r2', 4),
    rt.audio(1900, 'stopped', 'r2'),
    heard(1901, 4, 'played'),
    replied(8100, 'c1', null),
    rt.output(8101, 'c1', WORKING),
    entry(12_000, message(5, 'The second is longer.', { callId: 'c1' })),
    rt.item(12_001, 'The second is longer'),
    rt.create(12_002, 5),
  );
});

test('a step that waits is dropped when its run has answered', () => {
  run(
    rt.created(0, 'r1'),
    rt.call(10, 'c1', { text: 'Compare' }),
    asked(11, 'Compare', 'c1'),
    entry(500, step(4, 'I found both.', 'c1')),
    replied(700, 'c1', message(5, 'The second is longer.', { callId: 'c1' })),
    rt.output(701, 'c1', answer('The second is longer.')),
    rt.done(900, 'r1'),
    rt.create(901, 5),
  );
});

test('unasked messages queue and are told one by one', () => {
  run(
    rt.created(0, 'r1'),
    entry(10, news(7, 'First news.')),
    entry(20, news(8, 'Second news.')),
    rt.done(500, 'r1'),
    rt.item(501, 'First news'),
    rt.create(502, 7),
    rt.created(600, 'r2', 7),
    rt.done(700, 'r2', 7),
    rt.item(701, 'Second news'),
    rt.create(702, 8),
  );
});

test('what is withdrawn, replaced, expired, decided or silent is not told', () => {
  run(
    rt.created(0, 'r1'),
    entry(10, message(3, 'Half an answer.')),
    entry(20, news(4, 'Two emails.')),
    entry(30, message(5, 'Shall I?', { kind: 'question', question: { for: 'user', tool: 'sendEmail' } })),
    entry(40, news(6, 'Over.', { expiresAt: '1970-01-01T00:00:00.400Z' })),
    entry(50, news(7, 'Whispered.', { speak: 'silent' })),
    entry(55, news(8, 'For the eye.', { speech: '' })),
    entry(60, withdrawal(9, 2, 3)),
    entry(70, { ...news(10, 'Three emails.'), supersedes: 'm4' }),
    entry(80, { id: 'm11', seq: 11, role: 'user', text: 'Yes', decision: { questionId: 'm5', verdict: 'approve' } }),
    entry(90, { ...message(12, 'Taken back.'), withdrawn: true }),
    entry(95, message(13, 'Device?', { kind: 'question', question: { for: 'client', tool: 'battery' } })),
    rt.done(500, 'r1'),
    rt.item(501, 'Three emails'),
    rt.create(502, 10),
  );
});

test('what is to be said is said, not what is to be shown', () => {
  run(
    rt.call(0, 'c1', { text: 'Where?' }),
    asked(1, 'Where?', 'c1'),
    replied(100, 'c1', message(5, 'See **[map](https://a.example)**', { callId: 'c1', speech: 'See map' })),
    rt.output(101, 'c1', answer('See map')),
    rt.create(102, 5),
    rt.created(150, 'r1', 5),
    rt.done(160, 'r1', 5),
    rt.call(200, 'c2', { text: 'And?' }),
    asked(201, 'And?', 'c2'),
    replied(300, 'c2', message(6, '🙂', { callId: 'c2', speech: '' })),
    rt.output(301, 'c2', answer('')),
  );
});

test('a lost connection is made again; the answer is told in the new session, and nothing twice', () => {
  run(
    opened(0),
    rt.call(10, 'c1', { text: 'Compare' }),
    asked(11, 'Compare', 'c1'),
    entry(20, news(3, 'The post has come.')),
    rt.item(21, 'The post has come'),
    rt.create(22, 3),
    rt.created(100, 'r1', 3),
    closed(200),
    { t: 201, dir: 'page>vendor', ev: { connect: true, fresh: true } },
    replied(900, 'c1', message(5, 'The second is longer.', { callId: 'c1' })),
    entry(950, message(5, 'The second is longer.', { callId: 'c1' })),
    opened(3000),
    rt.item(3001, 'The post has come'),
    rt.create(3002, 3),
    rt.created(3100, 'n1', 3),
    rt.audio(3200, 'started', 'n1'),
    rt.done(3300, 'n1', 3),
    rt.item(3301, 'The second is longer'),
    rt.create(3302, 5),
    rt.audio(5000, 'stopped', 'n1'),
    heard(5001, 3, 'played'),
  );
});

test('a message that was being heard when the connection was lost is cut off', () => {
  run(
    opened(0),
    entry(20, news(3, 'The post has come.')),
    rt.item(21, 'The post has come'),
    rt.create(22, 3),
    rt.created(100, 'r1', 3),
    rt.audio(200, 'started', 'r1'),
    rt.said(210, 'r1', 'i1', 'The post has come.'),
    rt.done(300, 'r1', 3),
    closed(800),
    heard(801, 3, 'cutOff', 9),
    { t: 801, dir: 'page>vendor', ev: { connect: true, fresh: true } },
  );
});

test('a response that fails goes again after a pause, three times at most', () => {
  const lines = [entry(0, news(7, 'News.')), rt.item(1, 'News'), rt.create(2, 7)];
  for (const [place, t] of [100, 2300, 4500].entries()) {
    lines.push(rt.created(t, `r${place}`, 7), rt.done(t + 50, `r${place}`, 7, { status: 'failed' }));
    lines.push(rt.create(t + 2050, 7));
  }
  lines.push(rt.created(6700, 'r9', 7), rt.done(6750, 'r9', 7, { status: 'failed' }), heard(8250, 7, 'unspoken'));
  run(...lines);
});

test('after the end nothing is sent or asked', () => {
  const player = run(
    rt.call(0, 'c1', { text: 'Where?' }),
    asked(1, 'Where?', 'c1'),
    user(50, 'mute'),
    user(60, 'unmute'),
    user(100, 'end'),
    replied(200, 'c1', message(5, 'Here.', { callId: 'c1' })),
    rt.call(300, 'c2', { text: 'And now?' }),
    closed(400),
  );
  const rest = player.done.map(({ action }) => action).filter((one) => /show|hangUp/.test(one.do));
  assert.deepEqual(rest.map(({ do: what, state = what }) => state), [
    'listening',
    'thinking',
    'muted',
    'thinking',
    'hangUp',
    'ended',
  ]);
});

test('unknown events and calls of other tools are passed over', () => {
  run(
    vendor(0, { type: 'rate_limits.updated', rate_limits: [] }),
    vendor(1, { type: 'toString' }),
    vendor(2, {}),
    rt.call(3, 'c9', { text: 'x' }, { name: 'elsewhere' }),
    vendor(4, { type: 'error', error: null }),
    vendor(5, { type: 'response.done' }),
  );
});

test('a brain that cannot be asked is named to the model', () => {
  run(
    rt.call(0, 'c1', { text: 'Where?' }),
    asked(1, 'Where?', 'c1'),
    replied(100, 'c1', null, { state: 'failed' }),
    { ...rt.output(101, 'c1', {}), ev: { type: 'conversation.item.create', item: { output: '~ cannot be reached' } } },
    rt.create(102),
  );
});
