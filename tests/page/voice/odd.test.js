/** Events whose fields have another shape than documented: a conversation goes on after any of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { samplesOf } from '../../../public/voice/player.js';
import { news } from './lines.js';
import { ADAPTERS, Player } from './replay.js';

const ODD = [null, 0, -1, '', 'x', true, [], [null], ['x'], [[]], {}, { id: null }, { text: 5 }, { parts: [null] }];
const CALLED = { id: 'c1', name: 'askBrain' };
const named = (types, fields) => types.flatMap((type) => fields.flatMap((field) => ODD.map((odd) => ({ type, [field]: odd }))));
const within = (...makes) => makes.flatMap((make) => ODD.map(make));

const EVENTS = {
  live: named(
    ['input_transcript.delta', 'output_transcript.delta', 'delegation.created', 'commentary.appended', 'paused']
      .map((name) => `session.${name}`)
      .concat('error'),
    ['delta', 'delegation', 'start_ms', 'end_ms', 'error', 'client_event_id', 'usage'],
  ),
  realtime: [
    ...named(
      ['created', 'done', 'function_call_arguments.done', 'output_item.added', 'output_item.done', 'output_audio_transcript.delta']
        .map((name) => `response.${name}`)
        .concat('output_audio_buffer.started', 'output_audio_buffer.cleared', 'conversation.item.truncated', 'error'),
      ['response', 'item', 'response_id', 'item_id', 'call_id', 'name', 'arguments', 'error', 'delta', 'audio_end_ms'],
    ),
    ...within(
      (output) => ({ type: 'response.done', response: { id: 'r1', status: 'completed', output } }),
      (metadata) => ({ type: 'response.created', response: { id: 'r1', metadata } }),
    ),
  ],
  gemini: within(
    ...['serverContent', 'toolCall', 'toolCallCancellation', 'sessionResumptionUpdate', 'usageMetadata'].map(
      (name) => (odd) => ({ [name]: odd }),
    ),
    ...['inputTranscription', 'outputTranscription', 'modelTurn', 'turnComplete'].map(
      (name) => (odd) => ({ serverContent: { [name]: odd } }),
    ),
    (functionCalls) => ({ toolCall: { functionCalls } }),
    (args) => ({ toolCall: { functionCalls: [null, { ...CALLED, id: 'c0', args }] } }),
    (ids) => ({ toolCallCancellation: { ids } }),
  ),
};

const ASKS = {
  live: [
    { type: 'session.input_transcript.delta', delta: 'And now?' },
    { type: 'session.delegation.created', delegation: CALLED },
  ],
  realtime: [{ type: 'response.function_call_arguments.done', call_id: 'c1', arguments: '{"text":"And now?"}' }],
  gemini: [{ toolCall: { functionCalls: [{ ...CALLED, args: { text: 'And now?' } }] } }],
};

for (const [name, events] of Object.entries(EVENTS)) {
  test(`${name}: after an event of any shape the next question is asked`, () => {
    for (const event of events) {
      const player = new Player(ADAPTERS[name]);
      player.give({ from: 'wire', open: true }, 0);
      player.give({ from: 'brain', entry: news(7, 'There is news.') }, 0);

      player.give({ from: 'vendor', event }, 3000);
      player.until(10_000);
      for (const ask of ASKS[name]) player.give({ from: 'vendor', event: ask }, 10_000);
      player.until(15_000);

      const asked = player.done.filter(({ action }) => action.do === 'ask' && /And now\?$/.test(action.text));
      assert.equal(asked.length, 1, JSON.stringify(event));
    }
  });
}

test('what is no sound is silence', () => {
  for (const odd of [...ODD, '%%%']) assert.equal(samplesOf(odd).length, 0, JSON.stringify(odd));
});
