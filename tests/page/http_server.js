/**
 * The stub gateway behind a real port, streams and all, in real time; beside it the client's files.
 * Says its address on the first line. A text with "slow" is answered word by word.
 */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';

import { Server } from './server.js';

const PUBLIC = new URL('../../public/', import.meta.url);
const WORD_MS = 300;

const clock = {
  now: () => Date.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};
const gateway = new Server(clock);
gateway.pusher = null;
gateway.play = async (run, text) => {
  const words = `Answer to ${text}`.split(/(?<= )/);
  run.piece('thought', 'Let me see.');
  run.breadcrumb('Looking.');
  run.nextLoop();
  for (const word of words) {
    if (text.includes('slow')) await run.wait(WORD_MS);
    run.piece('content', word);
  }
  run.end(words.join(''));
};

async function answer(request, response) {
  const { url, method, headers } = request;
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const ending = new AbortController();
  response.once('close', () => ending.abort(new Error('the caller went away')));
  const body = method === 'POST' ? Buffer.concat(chunks).toString() : undefined;
  return gateway.fetch(url, { method, headers, body, signal: ending.signal });
}

async function file(pathname, response) {
  const content = await readFile(new URL(pathname.slice(1), PUBLIC)).catch(() => null);
  if (content === null) return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(content);
}

const server = createServer(async (request, response) => {
  if (!request.url.startsWith('/api/')) return file(request.url, response);
  const { status, headers, body } = await answer(request, response);
  response.writeHead(status, Object.fromEntries(headers));
  if (!body) return response.end();
  Readable.fromWeb(body)
    .on('error', () => response.destroy())
    .pipe(response);
});

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
