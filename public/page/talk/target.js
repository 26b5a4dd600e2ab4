/** Where a link really leads, in words beside it. No I/O. */

const MOST_PATH_CHARS = 40; // what is longer is shortened in its middle
const VISIBLE = /^[!-~]+$/;
const ADDRESS = /^[^@]+@[^@]+$/;
const HEADERS = ['to', 'cc', 'bcc']; // fields of a mailto link that name who else gets the email

/**
 * Say where a link leads. It is in ASCII, so that letters that look alike or turn the direction cannot
 * hide it: a host as it is looked up, and all else as it is in the address.
 * @param {string} href
 * @returns {{href: string, words: string} | null} the whole address, and what is shown; null: it is no link here
 */
export function targetOf(href) {
  if (!URL.canParse(href)) return null;
  const url = new URL(href);
  if (url.protocol === 'mailto:') return mailTarget(url);
  if (!['http:', 'https:'].includes(url.protocol)) return null;
  const rest = `${url.pathname}${url.search}${url.hash}`;
  return { href: url.href, words: `${url.host}${rest === '/' ? '' : shortened(rest)}` };
}

/**
 * Whether the words of a link already say where it leads.
 * @param {string} words
 * @param {{href: string, words: string}} target
 */
export function isTold(words, target) {
  const isWhole = [target.href, target.href.replace(/\/$/, ''), target.words].includes(words);
  return isWhole && !new URL(target.href).username; // a name before the host looks like one
}

/** @param {URL} url */
function mailTarget({ href, pathname, search }) {
  const fields = search.slice(1).split('&').map((one) => one.split('='));
  const copies = fields.filter(([name]) => HEADERS.includes(name.toLowerCase())).map(([, value = '']) => value);
  const addresses = [pathname, ...copies].flatMap((list) => list.split(/,|%2c/i)).map((one) => decoded(one).trim());
  const known = addresses.filter(Boolean);
  if (known.length === 0 || !known.every((one) => ADDRESS.test(one))) return null;
  return { href, words: known.map(mailAddress).join(', ') };
}

/** @param {string} address */
function mailAddress(address) {
  const at = address.lastIndexOf('@');
  const [name, host] = [address.slice(0, at), address.slice(at + 1)];
  const ascii = URL.canParse(`https://${host}`) ? new URL(`https://${host}`).host : encodeURIComponent(host);
  return `${VISIBLE.test(name) ? name : encodeURIComponent(name)}@${ascii}`;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that stands for itself
  }
}

/** @param {string} path */
function shortened(path) {
  if (path.length <= MOST_PATH_CHARS) return path;
  const half = Math.floor((MOST_PATH_CHARS - 1) / 2);
  return `${path.slice(0, half)}…${path.slice(-half)}`;
}
