/**
 * What a connection to one mind of a job sees as the server: the same routes, each with the mind's
 * id. So the connection reads its log as it reads the brain's.
 */

import { browserStorage } from '../surroundings.js';

/** @typedef {import('../types.js').ConnectOptions} ConnectOptions */
/** @typedef {typeof globalThis.fetch} Fetch */

const LOOKS = ['/api/messages', '/api/status', '/api/stream'];
const NOT_A_MINDS = 'Not possible for a mind';
const CLAIM = ':claim:'; // names of claims on the voice, which all connections of a browser share

/**
 * Return the options of `connect` for a mind.
 * @param {ConnectOptions} options with a mind
 * @returns {ConnectOptions} without one
 */
export function outsideOfMind({ mind = '', ...options }) {
  const { baseUrl = '', fetch = (...given) => globalThis.fetch(...given), storage } = options;
  const { WebSocket = globalThis.WebSocket } = options;
  return {
    ...options,
    // The channel carries the brain's messages only.
    Pusher: null,
    storage: storageOfMind(storage),
    WebSocket: WebSocket && socketOfMind(mind, WebSocket),
    fetch: fetchOfMind({ mind, baseUrl, fetch }),
  };
}

/**
 * @param {{mind: string, baseUrl: string, fetch: Fetch}} parts
 * @returns {Fetch}
 */
function fetchOfMind({ mind, baseUrl, fetch }) {
  return async (address, init = {}) => {
    const path = `${address}`.slice(baseUrl.length);
    const [route, query] = path.split('?');
    if (LOOKS.includes(route)) {
      const more = `${query ? `${query}&` : ''}mind=${encodeURIComponent(mind)}`;
      return fetch(`${baseUrl}${route}?${more}`, init);
    }
    if (route === '/api/control') {
      const { status, ...body } = controlled(JSON.parse(`${init.body}`));
      return json(body, status);
    }
    if (route === '/api/voiceToBrain') return fetch(address, { ...init, body: withMind(init.body, mind) });
    const response = await fetch(address, init);
    return route === '/api/session' && response.ok ? atItsEnd(response, init, { mind, baseUrl, fetch }) : response;
  };
}

/**
 * The orders of the control route are the brain's. Nobody reports what was heard of a mind, and it
 * is stopped through its job.
 * @param {{type: string, seq?: number, how?: string}} order
 * @returns {{status: number, title?: string, seq?: number, how?: string}}
 */
function controlled({ type, seq, how }) {
  return /^(heard|claim)$/.test(type) ? { status: 200, seq, how } : { status: 409, title: NOT_A_MINDS };
}

/**
 * A session whose cursor is the end of the mind's log. Refused like the mind if that does not exist.
 * @param {Response} response
 * @param {RequestInit} init
 * @param {{mind: string, baseUrl: string, fetch: Fetch}} parts
 */
async function atItsEnd(response, { signal }, { mind, baseUrl, fetch }) {
  const session = await response.json();
  const headers = { Authorization: `Bearer ${session.token}` };
  const status = await fetch(`${baseUrl}/api/status?mind=${encodeURIComponent(mind)}`, { headers, signal });
  if (!status.ok) return status;
  return json({ ...session, cursor: (await status.json()).lastSeq });
}

/** As Response.json, which is missing in some runtimes. @param {object} body */
function json(body, status = 200) {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}

/** @param {RequestInit['body']} body @param {string} mind */
function withMind(body, mind) {
  return JSON.stringify({ ...JSON.parse(`${body}`), mind });
}

/**
 * The frames of the socket with the mind's id.
 * @param {string} mind
 * @param {import('../outside.js').WebSocketClass} WebSocket
 * @returns {import('../outside.js').WebSocketClass}
 */
function socketOfMind(mind, WebSocket) {
  return /** @type {any} */ (
    class extends /** @type {any} */ (WebSocket) {
      /** @param {string} text */
      send(text) {
        const { type, ...frame } = JSON.parse(text);
        if (/^(p[io]ng|token)$/.test(type)) return super.send(text);
        if (/^(resume|say)$/.test(type)) return super.send(JSON.stringify({ type, ...frame, mind }));
        const { status, ...answer } = controlled({ type, ...frame });
        const told = status === 200 ? { type: 'controlled', ...answer } : { type: 'error', status, ...answer };
        void Promise.resolve().then(() => this.onmessage?.({ data: JSON.stringify({ ...told, of: type }) }));
      }
    }
  );
}

/**
 * Nothing of a mind is kept, as there may be many. Its claims are: one voice speaks at a time.
 * @param {import('../outside.js').StorageLike | null | undefined} given
 * @returns {import('../outside.js').StorageLike}
 */
function storageOfMind(given) {
  /** @type {Map<string, string>} */
  const own = new Map();
  const shared = () => (given === undefined ? browserStorage() : given);
  return {
    getItem: (name) => (name.includes(CLAIM) && shared()?.getItem(name)) || (own.get(name) ?? null),
    setItem(name, text) {
      if (name.includes(CLAIM) && shared()) shared()?.setItem(name, text);
      else own.set(name, text);
    },
  };
}
