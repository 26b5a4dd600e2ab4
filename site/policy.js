/**
 * The Content-Security-Policy of the page, made from the deployment's settings.
 *
 * `node site/policy.js` prints it for the environment's variables. The build for Vercel and the
 * local gateway both send what this file makes, as a header.
 */

import { pathToFileURL } from 'node:url';

const GEMINI = 'https://generativelanguage.googleapis.com';
const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;
const CLUSTER = /^[a-z0-9][a-z0-9-]*$/i;
const MOST_PORT = 65_535;

/** @typedef {Record<string, string | undefined>} Env the environment, as brain/settings reads it */

/** The text says which variable is wrong, and how it must look. */
export class SettingWrong extends Error {}

/**
 * The sources are whole: a scheme, a host, and a port unless it is the scheme's own.
 * @param {Env} env
 * @returns {string}
 */
export function policy(env) {
  const targets = ["'self'", ...channel(env), ...gemini(env)];
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self' blob:",
    "manifest-src 'self'",
    "worker-src 'self'",
    `connect-src ${[...new Set(targets)].join(' ')}`,
    "base-uri 'none'",
    "require-trusted-types-for 'script'", // no text becomes markup or code
    'trusted-types default', // that of the page, for its own scripts
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * @param {Env} env
 * @returns {string[]} where the channel is; Pusher's own host only where no other one is set
 */
function channel({ PUSHER_HOST, PUSHER_CLUSTER, PUSHER_PORT, PUSHER_TLS }) {
  const port = portOf(PUSHER_PORT);
  const scheme = PUSHER_TLS === '0' ? 'ws' : 'wss';
  if (PUSHER_HOST) {
    const host = checked(HOST, PUSHER_HOST, 'PUSHER_HOST', 'the name of a host, such as ws.example.org');
    return [`${scheme}://${host}${port}`];
  }
  if (!PUSHER_CLUSTER) return [];
  const cluster = checked(CLUSTER, PUSHER_CLUSTER, 'PUSHER_CLUSTER', 'the name of a cluster, such as eu');
  return [`${scheme}://ws-${cluster}.pusher.com${port}`];
}

/**
 * @param {Env} env
 * @returns {string[]} where Gemini Live is: a page talks to it by itself
 */
function gemini({ GEMINI_API_KEY, BRAIN_VOICE_GEMINI_BASE_URL }) {
  if (!GEMINI_API_KEY) return [];
  const given = BRAIN_VOICE_GEMINI_BASE_URL || GEMINI;
  const rule = 'a URL that begins with https://';
  const url = URL.canParse(given) ? new URL(given) : { protocol: '', hostname: '', port: '' };
  const scheme = checked(/^https?:$/, url.protocol, 'BRAIN_VOICE_GEMINI_BASE_URL', rule) === 'https:' ? 'wss' : 'ws';
  const host = checked(HOST, url.hostname, 'BRAIN_VOICE_GEMINI_BASE_URL', rule);
  return [`${scheme}://${host}${url.port && `:${url.port}`}`];
}

/**
 * @param {RegExp} form
 * @param {string} text
 * @param {string} name of the variable
 * @param {string} rule
 */
function checked(form, text, name, rule) {
  if (form.test(text)) return text;
  throw new SettingWrong(`${name} must be ${rule}`);
}

/** @param {string | undefined} text */
function portOf(text) {
  if (!text || Number(text) === 0) return '';
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= MOST_PORT) return `:${port}`;
  throw new SettingWrong(`PUSHER_PORT must be a number from 1 to ${MOST_PORT}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(policy(process.env));
  } catch (error) {
    if (!(error instanceof SettingWrong)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
