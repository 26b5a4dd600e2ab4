/**
 * Turns a text that is shown into what a voice says: without markup, addresses and pictures.
 * `brain/texts/ear.py` does the same on the server; both pass the table in tests/texts/ear.json. A
 * message of the brain has its `speech` already: this is for texts that have none. No I/O.
 */

import { withoutEmphasis } from './emphasis.js';
import { sentencesOf } from './sentences.js';
import { GONE, seen, shown, withoutSpans } from './spans.js';

export { sentencesOf };

const LONGEST = 64_000; // characters that are read
const CODE = 'There is code on your screen.';
const TABLE = 'There is a table on your screen.';

const ENDED = /[.!?…。！？؟۔।]["'”’“»)\]}」』）】]*$/;
const OPEN_END = /[,;:，；：、]+$/; // at a line's end these become a full stop
const FENCE = /^(?:[>*+-] ?|\d{1,9}[.)] )*(?:(`{3,})[^`]*|(~{3,})[^`~]*)$/;
const FENCE_END = /^(?:> ?)*(`{3,}|~{3,})$/;
const TABLE_RULE = /^[|:> +-]*-[|:> +-]*$/;
const RULE = /^[-=*_#>+|~•‣·–— ]{2,}$/;
const MARKS = /^(?:(?:>|(?:[-*+•‣·–—]|#{1,6}|\[[ xX]?\])(?= |$)) ?)+/;
const NUMBER = /^(\d{1,9})[.)] (?=\S)/;
const DEFINITION = /^\[([^[\]^][^[\]]*)\]: ?<?[^\s/.#]*[/.#]\S*(?: .*)?$/;
const NOTE_TEXT = /^\[(?:\^[^[\]\s]{1,60}|\d{1,3})\]: ?/;
const PICTURES = new RegExp(`(?: ?${GONE})+ ?`, 'g');
const CLOSERS = '.,;:!?…)]}»”’。，！？、';
const OPENERS = '([{«“„‘';

/**
 * Return what to say for a text; empty if there is nothing to say.
 * @param {string} text
 */
export function forTheEar(text) {
  const speech = asSentences(linesOf(text.slice(0, LONGEST))).join(' ');
  return speech === text || /[\p{L}\p{N}]/u.test(speech) ? speech : '';
}

/**
 * End each of several lines with a full stop. A colon stays if nothing follows it.
 * @param {string[]} lines
 */
function asSentences(lines) {
  if (lines.length < 2) return lines;
  return lines.map((line, place) => {
    const isLast = place === lines.length - 1;
    if (ENDED.test(line) || (isLast && /[:：]$/.test(line))) return line;
    return `${isLast ? line : line.replace(OPEN_END, '')}.`;
  });
}

/** @param {string} text */
function linesOf(text) {
  const lines = seen(text).split('\n').map(tidy);
  const { kept, names } = withoutDefinitions(withoutTables(withoutCode(lines)));
  const flat = withoutSpans(kept.join('\n'), names).split('\n').map(withoutMarks).join('\n');
  return withoutEmphasis(flat)
    .split('\n')
    .map(finished)
    .filter((line) => line !== '');
}

/** @param {string} line */
function tidy(line) {
  return line.trim().replace(/\s+/g, ' ');
}

/**
 * Put a sentence in the place of each block of fenced code. It may lack its end.
 * @param {string[]} lines
 */
function withoutCode(lines) {
  let fence = '';
  return lines.flatMap((line) => {
    if (fence) {
      if (FENCE_END.exec(line)?.[1].startsWith(fence)) fence = '';
      return [];
    }
    const begin = FENCE.exec(line);
    fence = begin?.[1] ?? begin?.[2] ?? '';
    return [begin ? CODE : line];
  });
}

/**
 * Put a sentence in the place of each table: lines with bars, one of them the rule.
 * @param {string[]} lines
 */
function withoutTables(lines) {
  /** @type {string[]} */
  const found = [];
  /** @type {string[]} */
  let rows = [];
  for (const line of [...lines, '']) {
    if (line.includes('|')) {
      rows.push(line);
      continue;
    }
    const isTable = rows.length > 1 && rows.some((row) => TABLE_RULE.test(row));
    found.push(...(isTable ? [TABLE] : rows), line);
    rows = [];
  }
  return found.slice(0, -1);
}

/**
 * Take out the lines that define links; also return the links' names in lower case.
 * @param {string[]} lines
 */
function withoutDefinitions(lines) {
  const names = new Set(lines.map((line) => DEFINITION.exec(line)?.[1].toLowerCase() ?? ''));
  const kept = lines.filter((line) => !DEFINITION.test(line));
  return { kept: kept.map((line) => line.replace(NOTE_TEXT, '')), names };
}

/**
 * Remove what makes a line a heading, a quote, an item or a rule. An item keeps its number.
 * @param {string} line
 */
function withoutMarks(line) {
  if (RULE.test(line)) return '';
  const marks = MARKS.exec(line)?.[0] ?? '';
  let rest = line.slice(marks.length);
  if (marks.includes('#')) rest = rest.replace(/ #+$/, '');
  const number = NUMBER.exec(rest);
  return number ? `${number[1]}: ${rest.slice(number[0].length).replace(MARKS, '')}` : rest;
}

/**
 * Close the gaps that removed words left, turn dashes into pauses, and show what was hidden.
 * @param {string} line
 */
function finished(line) {
  const words = tidy(line).replace(PICTURES, gap).trim().replace(/^(?:[–—] )+/, '');
  const paused = words.replace(/([,;:.!?…]?) [–—](?: [–—])*(?= |$)/g, (dash, before, place) =>
    before || place + dash.length === words.length ? before : ',',
  );
  return tidy(shown(paused));
}

/**
 * @param {string} pictures
 * @param {number} place
 * @param {string} line
 */
function gap(pictures, place, line) {
  const before = line.charAt(place - 1);
  const after = line.charAt(place + pictures.length);
  return OPENERS.includes(before) || CLOSERS.includes(after) ? '' : ' ';
}
