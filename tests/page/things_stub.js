/** Canned things of the user for tests of the page's panels: documents, emails, facts, reminders, rules, settings. Lists come in pages. */

const AT = '2026-11-20T12:00:00.000Z';
const PAGE = 50; // rows
const HOW_MANY = Math.max(Number(process.env.THINGS), 3) || 3; // of each kind
const named = (name) => Array.from({ length: HOW_MANY }, (_, n) => ({ id: `${name}${n + 1}`, at: AT, updatedAt: AT, createdAt: AT, foreign: false }));

const lists = {
  documents: named('d').map((one, n) => ({ ...one, title: `Note ${n}`, body: 'Some words.', snippet: 'Some words.', version: '1' })),
  emails: named('e').map((one, n) => ({
    ...one, from: 'Anna <anna@example.org>', to: ['me@example.org'], cc: [], subject: `Letter ${n}`, unread: n === 0,
    snippet: 'Hello', body: 'Hello there', attachments: [],
  })),
  facts: named('f').map((one, n) => ({ ...one, text: `Fact ${n}`, source: 'conversation' })),
  reminders: named('m').map((one, n) => ({ ...one, text: `Reminder ${n}` })),
  rules: named('r').map((one, n) => ({ ...one, about: `Rule ${n}`, from: null, words: [], kinds: [], judge: false, urgent: false })),
};
let preferences = {
  trusted: ['anna@example.org', '@example.org'], quiet: null, zone: null, language: null, emails: 'all', unaskedTokens: 100000,
  persona: { name: null, instructions: '' },
};
const inUse = { zone: 'UTC', zoneFrom: 'device', language: 'en', languageFrom: 'device' };

/** @returns {[number, object] | null} null: it is another route */
export function thingAnswer(method, url, body) {
  const name = url.pathname.replace('/api/', '');
  if (name === 'preferences') {
    if (method === 'PUT') preferences = { ...preferences, ...body, inUse: undefined };
    return [200, { ...preferences, inUse }];
  }
  const rows = lists[name];
  if (!rows) return null;
  const query = url.searchParams;
  const id = query.get('id') ?? body?.id;
  const place = rows.findIndex((row) => row.id === id);
  if (method === 'POST') return [201, rows[rows.push({ ...rows[0], ...body, id: `${name}${rows.length + 9}` }) - 1]];
  if (id && place < 0) return [404, { title: 'Not found.' }];
  if (method === 'DELETE') return [200, { deleted: rows.splice(place, 1)[0].id }];
  if (method === 'PUT' || method === 'PATCH') return [200, Object.assign(rows[place], body)];
  if (id) return [200, rows[place]];
  const found = rows.filter((row) => JSON.stringify(row).includes(query.get('query') ?? ''));
  const begin = found.findIndex((row) => row.id === query.get('cursor')) + 1; // the cursor is the last row that was shown
  const shown = found.slice(begin, begin + PAGE);
  return [200, { [name]: shown, total: found.length, nextCursor: begin + PAGE < found.length ? shown.at(-1).id : null }];
}
