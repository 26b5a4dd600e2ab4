/** What a page does when the user erases something on another one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connected, settled } from '../kit.js';

/** A page that has shown a question and its answer, and hears that something was erased. */
async function erasedElsewhere(scope) {
  const page = await connected();
  const scopes = [];
  page.brain.onErased((one) => scopes.push(one));
  await page.brain.askBrain('one');
  if (scope !== 'messages') page.server.log.length = 0;
  page.pusher.emit('erased', { scope });
  await settled();
  return { ...page, scopes };
}

for (const scope of ['all', 'conversation']) {
  test(`after erasing (${scope}) the log begins again`, async () => {
    const { server, pusher, heard, scopes } = await erasedElsewhere(scope);

    pusher.emit('message', server.say('new', { id: 'other' }));
    await settled();

    assert.deepEqual(scopes, [scope]);
    assert.deepEqual(heard.map(({ seq, text }) => [seq, text]).at(-1), [1, 'new']);
  });
}

test('after erasing messages the log goes on where it was', async () => {
  const { server, pusher, heard, scopes } = await erasedElsewhere('messages');

  pusher.emit('message', server.say('new'));
  await settled();

  assert.deepEqual(scopes, ['messages']);
  assert.deepEqual(heard.map(({ seq }) => seq), [1, 2, 3]);
});
