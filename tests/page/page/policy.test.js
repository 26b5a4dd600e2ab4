/** The page's Content-Security-Policy follows the settings, and stays closed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policy } from '../../../site/policy.js';

const OWN = { PUSHER_HOST: 'ws.example.org' };

/** @returns the sources of connect-src but the page's own origin */
function targets(env) {
  const [, sources] = /connect-src 'self' ?([^;]*);/.exec(policy(env));
  return sources.split(' ').filter(Boolean);
}

for (const [name, env, expected] of [
  ['nothing set up', {}, []],
  ['Pusher', { PUSHER_CLUSTER: 'eu' }, ['wss://ws-eu.pusher.com']],
  ['a host of one’s own', OWN, ['wss://ws.example.org']],
  ['its port', { ...OWN, PUSHER_PORT: '6001' }, ['wss://ws.example.org:6001']],
  ['without TLS', { ...OWN, PUSHER_PORT: '6001', PUSHER_TLS: '0' }, ['ws://ws.example.org:6001']],
  ['a cluster beside it', { ...OWN, PUSHER_CLUSTER: 'eu' }, ['wss://ws.example.org']],
  ['port 0', { ...OWN, PUSHER_PORT: '0' }, ['wss://ws.example.org']],
  ['an address', { PUSHER_HOST: '10.0.0.7', PUSHER_PORT: '80', PUSHER_TLS: '0' }, ['ws://10.0.0.7:80']],
  ['Gemini', { GEMINI_API_KEY: 'k' }, ['wss://generativelanguage.googleapis.com']],
  ['Gemini elsewhere', { GEMINI_API_KEY: 'k', BRAIN_VOICE_GEMINI_BASE_URL: 'http://127.0.0.1:3007' }, ['ws://127.0.0.1:3007']],
  ['Gemini elsewhere without a key', { BRAIN_VOICE_GEMINI_BASE_URL: 'http://127.0.0.1:3007' }, []],
]) {
  test(`the page may connect to what the settings name: ${name}`, () => {
    assert.deepEqual(targets(env), expected);
  });
}

test('no source is open: no star, no scheme alone, and nothing of this machine', () => {
  for (const env of [{}, OWN, { PUSHER_CLUSTER: 'eu', GEMINI_API_KEY: 'k' }]) {
    const sources = policy(env).split('; ').flatMap((part) => part.split(' ').slice(1));
    const open = sources.filter((source) => /\*|^\w+:$|localhost|127\.0\.0\.1/.test(source));
    assert.deepEqual(open, ['blob:']); // the page's own sounds
  }
});

test('the page may have its own service worker and manifest, and no others', () => {
  for (const kind of ['worker', 'manifest']) assert.match(policy({}), new RegExp(`; ${kind}-src 'self';`));
});

test('no text becomes markup or code', () => {
  const parts = policy(OWN).split('; ');
  assert.ok(parts.includes("require-trusted-types-for 'script'"));
  assert.ok(parts.includes('trusted-types default'));
});

for (const [name, value] of [
  ['PUSHER_HOST', 'https://ws.example.org'],
  ['PUSHER_HOST', "ws.example.org; script-src 'unsafe-inline'"],
  ['PUSHER_HOST', '*'],
  ['PUSHER_HOST', 'ws.example.org:6001'],
  ['PUSHER_PORT', '6001 *'],
  ['PUSHER_PORT', '70000'],
  ['PUSHER_CLUSTER', '*.evil'],
  ['BRAIN_VOICE_GEMINI_BASE_URL', 'https://*'],
  ['BRAIN_VOICE_GEMINI_BASE_URL', 'javascript:1'],
]) {
  test(`a setting that would open the policy is named: ${name}=${value}`, () => {
    const env = { GEMINI_API_KEY: 'k', ...(name === 'PUSHER_CLUSTER' ? {} : OWN), [name]: value };
    assert.throws(() => policy(env), { message: new RegExp(`^${name} must be `) });
  });
}
