/**
 * Joins the declarations that the compiler makes of the modules into one file, without those that
 * nobody outside can name.
 */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const BEGINS = /^export (?:declare )?(?:type|interface|class|function|const) (\w+)/;
const IMPORTED_TYPE = /import\(["'](\.[^"']+)["']\)\.(\w+)/g;
const IMPORTED_NAMES = /^(?:import|export) \{([^}]*)\}(?: from ["'](\.[^"']+)["'])?;$/;
const NAME = /\b[A-Z]\w*\b/g;
const COMMENT = /\/\*\*.*?\*\//gs;

/**
 * @typedef {object} Module
 * @property {Map<string, string>} declared by name, with the comment
 * @property {Map<string, string>} imported the module of each name
 * @property {string[]} exported names of others that it passes on
 */

/**
 * @param {(path: string) => string} fileOf finds the declarations of a module
 * @param {string[]} entries modules whose exports are all kept, the most important one first; or
 *   one export of a module, as `module.js#Name`
 * @returns {string}
 */
export function flattened(fileOf, entries) {
  /** @type {Map<string, Module>} */
  const modules = new Map();
  const moduleAt = (/** @type {string} */ path) => {
    if (!modules.has(path)) modules.set(path, parsed(readFileSync(fileOf(path), 'utf8'), path));
    return /** @type {Module} */ (modules.get(path));
  };
  /** @type {Map<string, {path: string, text: string}>} */
  const kept = new Map();
  const keep = (/** @type {string} */ path, /** @type {string} */ name) => {
    const { declared, imported } = moduleAt(path);
    const from = imported.get(name);
    if (from) return keep(from, name);
    const text = declared.get(name);
    if (text === undefined) throw new Error(`${path} declares no ${name}`);
    const alias = aliased(text, path);
    if (alias?.name === name) return keep(alias.path, name);
    const known = kept.get(name);
    if (known && known.path !== path) throw new Error(`${known.path} and ${path} declare ${name}`);
    if (known) return;
    kept.set(name, { path, text: bare(text) });
    for (const [, target, other] of text.replace(COMMENT, '').matchAll(IMPORTED_TYPE)) {
      keep(join(dirname(path), target), other);
    }
    for (const [other] of bare(text).replace(COMMENT, '').matchAll(NAME)) {
      if (other !== name && (declared.has(other) || imported.has(other))) keep(path, other);
    }
  };
  for (const entry of entries) {
    const [path, only] = entry.split('#');
    const { declared, exported } = moduleAt(path);
    for (const name of only ? [only] : [...declared.keys(), ...exported]) keep(path, name);
  }
  return [...kept.values()].map(({ text }) => text).join('\n');
}

/** The declaration that a type only gives another name. @param {string} text @param {string} path */
function aliased(text, path) {
  const found = /^export type \w+ = import\(["'](\.[^"']+)["']\)\.(\w+);$/m.exec(text);
  return found && { path: join(dirname(path), found[1]), name: found[2] };
}

/** @param {string} text */
function bare(text) {
  return text.replace(IMPORTED_TYPE, '$2');
}

/**
 * @param {string} text as the compiler writes it: each declaration begins in the first column
 * @param {string} path
 * @returns {Module}
 */
function parsed(text, path) {
  /** @type {Module} */
  const module = { declared: new Map(), imported: new Map(), exported: [] };
  let comment = '';
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const from = at;
    if (lines[at].startsWith('/**')) {
      while (!lines[at].includes('*/')) at += 1;
      comment = lines.slice(from, at + 1).join('\n');
      continue;
    }
    const name = BEGINS.exec(lines[at])?.[1];
    if (name) {
      while (depth(lines.slice(from, at + 1).join('\n')) > 0) at += 1;
      module.declared.set(name, tidy(comment, lines.slice(from, at + 1)));
    }
    takeNames(module, lines[at], path);
    if (lines[at] !== '') comment = '';
  }
  return module;
}

/** @param {Module} module @param {string} line @param {string} path */
function takeNames(module, line, path) {
  const [, list, from] = IMPORTED_NAMES.exec(line) ?? [];
  const names = (list ?? '').split(',').map((one) => one.trim()).filter(Boolean);
  for (const name of names) {
    if (from) module.imported.set(name, join(dirname(path), from));
    if (line.startsWith('export')) module.exported.push(name);
  }
}

/** How many brackets are open. @param {string} text */
function depth(text) {
  const code = text.replace(COMMENT, '').replace(/'[^']*'|"[^"]*"|=>/g, '');
  return code.split(/[{([<]/).length - code.split(/[})\]>]/).length;
}

/**
 * A declaration with its comment, in the form in which we write.
 * @param {string} comment
 * @param {string[]} lines
 */
function tidy(comment, lines) {
  const described = comment.includes('@typedef') ? '' : comment;
  const text = [described, ...lines].filter(Boolean).join('\n');
  if (/^ {2}\S/m.test(text)) return `${text}\n`; // it is in that form already
  return `${text
    .replace(/^( +)\/\*\*\n +\* ([^\n]*)\n +\*\//gm, '$1/** $2 */')
    .replace(/^( {4})+/gm, (spaces) => spaces.slice(spaces.length / 2))}\n`;
}
