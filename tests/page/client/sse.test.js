import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EventParser } from '../../../public/client/sse.js';
import { seeded, someSeed } from '../kit.js';

const bytes = (text) => new TextEncoder().encode(text);

function parsed(...chunks) {
  const events = [];
  const parser = new EventParser((event) => void events.push(event));
  for (const chunk of chunks) parser.take(typeof chunk === 'string' ? bytes(chunk) : chunk);
  return events;
}

const brief = (events) => events.map(({ event, data }) => `${event}: ${data}`);

test('an event has a name and data; without a name it is a message', () => {
  assert.deepEqual(brief(parsed('id: 7\nevent: run\ndata: {}\n\n', 'data: next\n\n')), [
    'run: {}',
    'message: next',
  ]);
});

for (const [name, end] of [
  ['CR', '\r'],
  ['LF', '\n'],
  ['CR LF', '\r\n'],
]) {
  test(`lines may end in ${name}`, () => {
    assert.deepEqual(brief(parsed(['event: a', 'data: b', '', ''].join(end))), ['a: b']);
  });
}

test('a CR LF that is split is one line end', () => {
  assert.deepEqual(brief(parsed('data: a\r', '\ndata: b\r', '\n\r', '\n')), ['message: a\nb']);
});

test('an event with CR line ends is delivered at once, not with the next bytes', () => {
  assert.deepEqual(brief(parsed('data: a\r\r')), ['message: a']);
});

test('several data lines are one text; only the first space after the colon is dropped', () => {
  assert.deepEqual(brief(parsed('data:a\ndata:  b\ndata\ndata: c:d\n\n')), [
    'message: a\n b\n\nc:d',
  ]);
});

test('comments, unknown fields and events without data are ignored', () => {
  assert.deepEqual(parsed(': still here\n\n', 'other: x\nevent: a\n\n', ':\n\n'), []);
});

test('the name of an event without data is not used for the next one', () => {
  assert.deepEqual(brief(parsed('event: a\n\ndata: b\n\n')), ['message: b']);
});

test('a character of several bytes may be split anywhere', () => {
  const whole = bytes('data: añ🙂\n\n');
  const events = parsed(...[...whole].map((byte) => new Uint8Array([byte])));

  assert.deepEqual(brief(events), ['message: añ🙂']);
});

test('characters that look like line ends stay in the text', () => {
  assert.deepEqual(brief(parsed('data: a\u2028b\u0085c\n\n')), ['message: a\u2028b\u0085c']);
});

test('a byte order mark at the beginning is dropped', () => {
  assert.deepEqual(brief(parsed('\ufeffdata: a\n\n')), ['message: a']);
});

test('a pause must consist of digits', () => {
  const events = parsed('data: a\n\n', 'retry: 1000\ndata: b\n\n', 'retry: 5s\ndata: c\n\n');

  assert.deepEqual(
    events.map(({ retry }) => retry),
    [undefined, 1000, 1000],
  );
});

test('an incomplete event is not delivered', () => {
  assert.deepEqual(parsed('data: a\n\ndata: b\n').length, 1);
});

test('a listener that stopped gets no more events', () => {
  const heard = [];
  const parser = new EventParser(({ data }) => heard.push(data) === 2);

  assert.equal(parser.take(bytes('data: a\n\n')), false);
  assert.equal(parser.take(bytes('data: b\n\ndata: c\n\n')), true);
  assert.deepEqual(heard, ['a', 'b']);
});

test('however the bytes are split, the events are the same', () => {
  const seed = someSeed();
  const random = seeded(seed);
  const text = 'id: 1\r\nevent: a\rdata: ü🙂\n\n: c\r\n\r\ndata: x\ndata: y\r\rdata: z\r\n\r\n';
  const expected = ['a: ü🙂', 'message: x\ny', 'message: z'];
  for (let round = 0; round < 200; round += 1) {
    const chunks = [];
    for (let rest = bytes(text); rest.length > 0;) {
      const length = Math.ceil(random() * 6);
      chunks.push(rest.slice(0, length));
      rest = rest.slice(length);
    }

    assert.deepEqual(brief(parsed(...chunks)), expected, `SEED=${seed}`);
  }
});
