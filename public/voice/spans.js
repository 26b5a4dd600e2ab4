/**
 * Reads what stands inside lines: code, escaped marks, entities, tags, links and addresses. What is
 * protected from further reading is kept as a character of the private use area until the end;
 * texts cannot contain these characters, because they are removed first. No I/O.
 */

const LINK = 'a link';
const HIDDEN = 0xe000; // where the protected characters begin
export const GONE = '\uE0FF'; // a picture, or words that were taken out

const SPAN = new RegExp(
  [
    '(?<ticks>`+)(?!`)(?<code>[^`](?:[^]{0,1000}?[^`])??)\\k<ticks>(?!`)',
    '(?<loose>`+)',
    '\\\\(?<escaped>[!-/:-@\\[-`{-~])',
    '&(?<entity>#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});',
    '<!--[^]*?(?:-->|$)',
    '<(?<raw>[sS][cC][rR][iI][pP][tT]|[sS][tT][yY][lL][eE])\\b[^<>]*>[^]*?(?:</\\k<raw>\\s*>|$)',
    '<(?<address>[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\\s<>]*)>',
    '<(?<email>[^\\s<>@]{1,64}@[^\\s<>@]{1,255})>',
    '</?(?<tag>[a-zA-Z][a-zA-Z0-9-]*)(?<rest>[\\s/][^<>]*)?>',
    '<[!?][a-zA-Z][^<>]*>',
  ].join('|'),
  'g',
);
const ALTERNATIVE = /\salt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;
// Tags inside a word or a sentence. The others separate words. What is no name of HTML stays.
const INLINE = /^(?:a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|var)$/;
const SEPARATING = [
  /^(?:address|article|aside|audio|base|blockquote|body|br|button|canvas|caption|center|col|colgroup|data|dd|details|dfn|dialog|div|dl|dt|embed|fieldset|figcaption|figure|footer|form|h1|h2|h3|h4|h5|h6|head|header|hgroup|hr|html|iframe|img|input)$/,
  /^(?:label|legend|li|link|main|map|menu|meta|meter|nav|noscript|object|ol|optgroup|option|output|p|picture|pre|progress|script|section|select|source|style|summary|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track|ul|video|wbr)$/,
];
const TARGET =
  '\\(\\s*[^()\\s]*(?:\\([^()\\s]*\\)[^()\\s]*)*(?:\\s+(?:"[^"]*"|\'[^\']*\'|\\([^()]*\\)))?\\s*\\)';
const IMAGE = new RegExp(`!\\[([^[\\]]*)\\]${TARGET}`, 'g');
const LINKED = new RegExp(`\\[((?:[^[\\]]|\\[[^[\\]]*\\])*)\\]${TARGET}`, 'g');
const REFERENCE = /!?\[([^[\]]*)\](?:\[([^[\]]*)\])?/g;
const NOTE = /\[(?:\^[^[\]\s]{1,60}|\d{1,3})\]|【[^【】\n]{0,80}】/g;
const ADDRESS =
  /(?:[a-z][a-z0-9+.-]{1,31}:\/\/|(?<![a-z0-9@])www\.(?=[^\s.]))[^\s<>"“”„«»。，、；：！？（）「」『』《》\uE0FF]+/gi;
const AFTER_ADDRESS = '.,;:!?\'’"]}*_~…)'; // not a part of an address at its end
const EMAIL = /(?:mailto:)?([^\s@]{1,64}@[^\s@]{1,255})/g;
// Signs that join or part letters belong to words in these scripts (Arabic to Sinhala, Myanmar,
// Khmer, Mongolian), and to nothing elsewhere.
const JOINING = '\\u0600-\\u06ff\\u0750-\\u077f\\u08a0-\\u0dff\\u1000-\\u109f\\u1780-\\u18af';
const LOOSE = new RegExp(`(?<![${JOINING}])[\\u200c\\u200d]|[\\u200c\\u200d](?![${JOINING}])`, 'g');
const STRUCK = /~~(?=[^\s~])(?:(?!~~)[^\n])*~~/g;

// The names of the characters from U+00A0, then others that people and models write.
const LATIN = `
  nbsp,iexcl,cent,pound,curren,yen,brvbar,sect,uml,copy,ordf,laquo,not,shy,reg,macr,deg,
  plusmn,sup2,sup3,acute,micro,para,middot,cedil,sup1,ordm,raquo,frac14,frac12,frac34,iquest,
  Agrave,Aacute,Acirc,Atilde,Auml,Aring,AElig,Ccedil,Egrave,Eacute,Ecirc,Euml,Igrave,Iacute,
  Icirc,Iuml,ETH,Ntilde,Ograve,Oacute,Ocirc,Otilde,Ouml,times,Oslash,Ugrave,Uacute,Ucirc,Uuml,
  Yacute,THORN,szlig,agrave,aacute,acirc,atilde,auml,aring,aelig,ccedil,egrave,eacute,ecirc,
  euml,igrave,iacute,icirc,iuml,eth,ntilde,ograve,oacute,ocirc,otilde,ouml,divide,oslash,
  ugrave,uacute,ucirc,uuml,yacute,thorn,yuml
`.match(/\w+/g);
/** @type {Record<string, string>} */
const NAMED = {
  ...Object.fromEntries((LATIN ?? []).map((name, place) => [name, String.fromCharCode(0xa0 + place)])),
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", ndash: '–', mdash: '—', hellip: '…' },
  ...{ lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”', bdquo: '„', bull: '•' },
  ...{ lsaquo: '‹', rsaquo: '›', euro: '€', trade: '™', larr: '←', rarr: '→', uarr: '↑', darr: '↓' },
  ...{ ensp: ' ', emsp: ' ', thinsp: ' ', zwnj: '', zwj: '', minus: '−', le: '≤', ge: '≥', ne: '≠' },
  ...{ asymp: '≈', infin: '∞', prime: '′', Prime: '″', hearts: '♥', check: '✓', ast: '*' },
  ...{ lowbar: '_', grave: '\x60', num: '#', lbrack: '[', rbrack: ']', vert: '|', NewLine: '\n' },
};

/**
 * Return the text with a mark for each picture, and without what nobody sees.
 * @param {string} text
 */
export function seen(text) {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/(?![\u200C\u200D])[\p{Cf}\uFE00-\uFE0F\u{E0100}-\u{E01EF}\u{1F3FB}-\u{1F3FF}\u20E3\uE000-\uE0FF]/gu, '')
    .replace(/(?![°©®™№])\p{So}/gu, GONE)
    .replace(/(?!\n)\p{Cc}/gu, ' ')
    .replace(LOOSE, '');
}

/**
 * Show the characters that were protected.
 * @param {string} text
 */
export function shown(text) {
  return text.replace(/[\uE000-\uE07F]/g, (char) => String.fromCharCode(char.charCodeAt(0) - HIDDEN));
}

/**
 * Return the text with words instead of code, tags, links and addresses.
 * @param {string} text
 * @param {Set<string>} names of links whose address stands elsewhere, in lower case
 */
export function withoutSpans(text, names) {
  const linked = text
    .replace(SPAN, (span, ...rest) => wordsOf(span, rest.at(-1)))
    .replace(IMAGE, '$1')
    .replace(LINKED, (_, words) => words || LINK)
    .replace(REFERENCE, (link, words, name) => {
      const isNote = name === undefined && /^\d+$/.test(words);
      return names.has((name || words).toLowerCase() || '-') && !isNote ? words : link;
    });
  return withoutAddresses(linked.replace(NOTE, GONE)).replace(STRUCK, GONE).replace(/~~+/g, '');
}

/** @param {string} text */
function withoutAddresses(text) {
  return text.replace(ADDRESS, linkFor).replace(EMAIL, '$1');
}

/**
 * @param {string} span
 * @param {Record<string, string | undefined>} found
 */
function wordsOf(span, { code, escaped, entity, address, tag, rest = '', email = '' }) {
  if (code) {
    return hidden(withoutAddresses(code.trim().replace(/\s+/g, ' ')), /[*_~[\]<>#+!|\x60\\]/g);
  }
  if (escaped) return hidden(escaped);
  if (entity) return characterOf(entity) ?? span;
  if (address) return /^mailto:/i.test(address) ? address.slice(7) : LINK;
  return tag ? (wordsOfTag(tag.toLowerCase(), rest) ?? span) : email;
}

/**
 * Return what stands for a tag; null for what only looks like one: "a <b and c> d".
 * @param {string} name
 * @param {string} rest
 */
function wordsOfTag(name, rest) {
  if (!/^\s*\/?\s*$/.test(rest) && !rest.includes('=')) return null;
  if (name === 'img') return (ALTERNATIVE.exec(rest) ?? []).slice(1).join('');
  if (INLINE.test(name)) return '';
  return SEPARATING.some((names) => names.test(name)) ? ' ' : null;
}

/**
 * Return the character that an entity stands for; undefined for an unknown one.
 * @param {string} entity
 */
function characterOf(entity) {
  if (!entity.startsWith('#')) {
    const char = Object.hasOwn(NAMED, entity) ? NAMED[entity] : undefined;
    return char === undefined ? undefined : hidden(seen(char));
  }
  const code = /^#x/i.test(entity) ? parseInt(entity.slice(2), 16) : Number(entity.slice(1));
  const isOne = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isOne ? hidden(seen(String.fromCodePoint(code))) : GONE;
}

/**
 * Protect these characters: all ASCII punctuation by default.
 * @param {string} text
 * @param {RegExp} marks
 */
function hidden(text, marks = /[!-/:-@[-\x60{-~]/g) {
  return text.replace(marks, (char) => String.fromCharCode(HIDDEN + char.charCodeAt(0)));
}

/**
 * Return `a link`, and what stands behind the address.
 * @param {string} address
 */
function linkFor(address) {
  let end = address.length;
  let closed = address.split(')').length - address.split('(').length;
  while (end && AFTER_ADDRESS.includes(address[end - 1]) && (address[end - 1] !== ')' || closed > 0)) {
    if (address[end - 1] === ')') closed -= 1;
    end -= 1;
  }
  return LINK + address.slice(end);
}
