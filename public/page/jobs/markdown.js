/**
 * Shows a text in Markdown by elements of the page: headings, lists, tables, quotes, code, links and
 * emphasis. Whatever else it holds stays text; none becomes markup.
 */

import { make } from '../dom.js';
import { link, withAddresses } from '../entries.js';
import { isTold, targetOf } from '../talk/target.js';

const HEADING = /^\s{0,3}#{1,6}\s+(.*)$/;
const ITEM = /^\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;
const NUMBERED = /^\s*\d/;
const FENCE = /^\s{0,3}(?:\x60{3}|~~~)/;
const QUOTE = /^\s{0,3}>\s?(.*)$/;
const RULE = /^\s{0,3}(?:[-_*]\s*){3,}$/;
const TABLE_RULE = /^(?=[^-]*-)[\s:|-]+$/;
const BLOCKS = [HEADING, ITEM, FENCE, QUOTE, RULE];
// Marks inside a line. Stars beside a digit or inside a word, and underscores inside a word, are none.
const INLINE = new RegExp(
  [
    /\x60(?<code>[^\x60\n]{1,500})\x60/u,
    /!\[(?<image>[^[\]\n]{0,200})\]\([^()\s]{1,2000}\)/u,
    /\[(?<words>[^[\]\n]{1,500})\]\((?<href>(?:[Hh][Tt]{2}[Pp][Ss]?:\/\/|[Mm][Aa][Ii][Ll][Tt][Oo]:)[^()\s]{1,2000}(?:\([^()\s]{0,200}\))?)(?:\s{1,3}"[^"\n]{0,200}")?\)/u,
    /<(?<auto>(?:[Hh][Tt]{2}[Pp][Ss]?:\/\/|[Mm][Aa][Ii][Ll][Tt][Oo]:)[^<>\s]{1,2000})>/u,
    /\*\*(?=[^\s*])(?<bold>[^\n]{0,500}?\S)\*\*(?!\*)/u,
    /(?<![\p{L}\p{N}_])__(?=\S)(?<heavy>[^_\n]{0,500}[^\s_])__(?![\p{L}\p{N}_])/u,
    /(?<![\p{L}\p{N}*])\*(?=\S)(?<slanted>[^*\n]{0,500}[^\s*])\*(?![\p{L}\p{N}*])/u,
    /(?<![\p{L}\p{N}_])_(?=\S)(?<leaning>[^_\n]{0,500}[^\s_])_(?![\p{L}\p{N}_])/u,
    /~~(?=\S)(?<struck>[^~\n]{1,500})~~/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gu',
);
const MARKED = /^[ \t]*(?:#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|>|\x60{3}|~~~)|^(?=[^\n]*\|)(?=[^\n]*-)[ \t:|-]+$/m;

/** Whether a text has marks of Markdown, as far as they are shown here. @param {string} text */
export function isMarked(text) {
  return MARKED.test(text) || text.search(INLINE) >= 0;
}

/**
 * @param {string} text
 * @param {boolean} isForeign others may have written it: no address in it is a link
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
  const upTo = (/** @type {(one: string) => boolean} */ goesOn) => {
    let end = begin + 1;
    while (end < lines.length && goesOn(lines[end])) end += 1;
    return end;
  };
  if (line.trim() === '' || RULE.test(line)) return { node: null, end: begin + 1 };
  if (FENCE.test(line)) {
    const end = upTo((one) => !FENCE.test(one));
    return { node: make('pre', { dir: 'auto' }, lines.slice(begin + 1, end).join('\n')), end: end + 1 };
  }
  const [, title] = HEADING.exec(line) ?? [];
  if (title !== undefined) {
    return { node: make('h4', { dir: 'auto' }, ...inline(title.replace(/\s#+\s*$/, ''), isForeign)), end: begin + 1 };
  }
  if (QUOTE.test(line)) {
    const end = upTo((one) => QUOTE.test(one));
    const quoted = lines.slice(begin, end).map((one) => QUOTE.exec(one)?.[1] ?? '');
    return { node: make('blockquote', {}, ...markdown(quoted.join('\n'), isForeign)), end };
  }
  if (line.includes('|') && TABLE_RULE.test(lines[begin + 1] ?? '')) {
    const end = upTo((one) => one.includes('|'));
    return { node: tableOf(lines.slice(begin, end), isForeign), end };
  }
  if (ITEM.test(line)) {
    const end = upTo((one) => ITEM.test(one) && !RULE.test(one));
    const items = lines.slice(begin, end).map((one) => itemOf(one, isForeign));
    return { node: make(NUMBERED.test(line) ? 'ol' : 'ul', {}, ...items), end };
  }
  const end = upTo((one) => one.trim() !== '' && !BLOCKS.some((mark) => mark.test(one)));
  return { node: make('p', { dir: 'auto' }, ...inline(lines.slice(begin, end).join('\n'), isForeign)), end };
}

/** @param {string} line @param {boolean} isForeign */
function itemOf(line, isForeign) {
  const [, box, words = ''] = ITEM.exec(line) ?? [];
  const mark = box === undefined ? null : box === ' ' ? '☐ ' : '☑ ';
  return make('li', { dir: 'auto' }, mark, ...inline(words, isForeign));
}

/** @param {string[]} lines the second is the rule @param {boolean} isForeign */
function tableOf([head, , ...rows], isForeign) {
  const rowOf = (/** @type {string} */ line, /** @type {'th' | 'td'} */ name) => {
    const cells = line.trim().replace(/^\||\|$/g, '').split('|');
    return make('tr', {}, ...cells.map((cell) => make(name, { dir: 'auto' }, ...inline(cell.trim(), isForeign))));
  };
  return make('table', {}, rowOf(head, 'th'), ...rows.map((row) => rowOf(row, 'td')));
}

/** @param {string} text @param {boolean} isForeign @returns {(Node | string)[]} */
function inline(text, isForeign) {
  /** @type {(Node | string)[]} */
  const nodes = [];
  let end = 0;
  for (const { 0: all, index, groups = {} } of text.matchAll(INLINE)) {
    const node = nodeOf(groups, isForeign);
    if (node === null) continue;
    nodes.push(...withAddresses(text.slice(end, index), isForeign), node);
    end = index + all.length;
  }
  return [...nodes, ...withAddresses(text.slice(end), isForeign)];
}

/** @param {Record<string, string | undefined>} groups @param {boolean} isForeign null: it stays as it is */
function nodeOf({ code, image, auto, href = auto, words = auto, bold, heavy, slanted, leaning, struck }, isForeign) {
  if (code !== undefined) return make('code', {}, code);
  if (image !== undefined) return image;
  if (words !== undefined) return isForeign ? null : linkTo(href ?? '', words);
  if (struck !== undefined) return make('del', {}, ...inline(struck, isForeign));
  const loud = bold ?? heavy;
  if (loud !== undefined) return make('strong', {}, ...inline(loud, isForeign));
  return make('em', {}, ...inline(slanted ?? leaning ?? '', isForeign));
}

/**
 * A link, and where it really leads if its words say something else. Null: it leads nowhere.
 * @param {string} address
 * @param {string} words
 */
function linkTo(address, words) {
  const target = targetOf(address);
  if (!target) return null;
  const aside = make('small', { className: 'target', dir: 'ltr', title: target.href }, ` (${target.words})`);
  return make('span', {}, link(address, words), isTold(words, target) ? null : aside);
}
