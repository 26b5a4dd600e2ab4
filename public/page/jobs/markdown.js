/**
 * Shows a text in Markdown by elements of the page: headings, lists, code and bold words. Whatever
 * else it holds stays text; none becomes markup.
 */

import { make } from '../dom.js';
import { withAddresses } from '../entries.js';

const HEADING = /^#{1,6}\s+(.*)$/;
const ITEM = /^\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+(.*)$/;
const NUMBERED = /^\s{0,3}\d/;
const FENCE = /^\s{0,3}```/;
const BOLD = /\*\*([^*\n]{1,500})\*\*/g;

/**
 * @param {string} text
 * @param {boolean} isForeign others may have written it
 * @returns {Node[]}
 */
export function markdown(text, isForeign) {
  /** @type {Node[]} */
  const nodes = [];
  const lines = text.split(/\r?\n/);
  for (let place = 0; place < lines.length; ) {
    const next = blockAt(lines, place, isForeign);
    if (next.node) nodes.push(next.node);
    place = next.end;
  }
  return nodes;
}

/**
 * @param {string[]} lines
 * @param {number} begin
 * @param {boolean} isForeign
 * @returns {{node: Node | null, end: number}}
 */
function blockAt(lines, begin, isForeign) {
  const line = lines[begin];
  if (line.trim() === '') return { node: null, end: begin + 1 };
  if (FENCE.test(line)) {
    const close = lines.findIndex((one, place) => place > begin && FENCE.test(one));
    const end = close < 0 ? lines.length : close;
    const code = lines.slice(begin + 1, end).join('\n');
    return { node: make('pre', { dir: 'auto' }, code), end: end + 1 };
  }
  const [, title] = HEADING.exec(line) ?? [];
  if (title !== undefined) {
    return { node: make('h4', { dir: 'auto' }, ...inline(title, isForeign)), end: begin + 1 };
  }
  const isItem = ITEM.test(line);
  const goesOn = (/** @type {string} */ one) =>
    isItem ? ITEM.test(one) : one.trim() !== '' && ![HEADING, ITEM, FENCE].some((mark) => mark.test(one));
  let end = begin + 1;
  while (end < lines.length && goesOn(lines[end])) end += 1;
  const own = lines.slice(begin, end);
  if (!isItem) return { node: make('p', { dir: 'auto' }, ...inline(own.join('\n'), isForeign)), end };
  const items = own.map((one) => make('li', { dir: 'auto' }, ...inline(ITEM.exec(one)?.[1] ?? '', isForeign)));
  return { node: make(NUMBERED.test(line) ? 'ol' : 'ul', {}, ...items), end };
}

/** @param {string} text @param {boolean} isForeign @returns {(Node | string)[]} */
function inline(text, isForeign) {
  const parts = text.split(BOLD); // every second one stood between the marks
  return parts.flatMap((part, place) =>
    place % 2 === 1 ? [make('strong', {}, ...withAddresses(part, isForeign))] : withAddresses(part, isForeign),
  );
}
