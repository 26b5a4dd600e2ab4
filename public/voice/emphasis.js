/**
 * Removes the marks of emphasis from a text: `**bold**`, `*italic*`, `_italic_`, `__bold__`. Marks
 * are paired as in CommonMark, but without its rules about punctuation. A star or line between spaces
 * or beside a digit inside a word stays. No I/O.
 */

/**
 * @typedef {object} Marks Marks in a row.
 * @property {string} mark
 * @property {number} start
 * @property {number} end
 * @property {number} left how many have no partner yet
 * @property {boolean} isInside it stands inside a word
 * @property {boolean} isBeside it stands beside a word
 * @property {boolean} opens emphasis can begin here
 * @property {boolean} closes emphasis can end here
 */

const isWord = (/** @type {string} */ char) => /[\p{L}\p{N}]/u.test(char);
const isDigit = (/** @type {string} */ char) => /\p{Nd}/u.test(char);
const isBlank = (/** @type {string} */ char) => /^\s?$/.test(char);

/** @param {string} text */
export function withoutEmphasis(text) {
  const all = [...text.matchAll(/\*+|_+/g)].map(({ 0: marks, index }) => read(text, marks, index));
  for (const mark of '*_') pair(all.filter((marks) => marks.mark === mark));
  let found = '';
  let done = 0;
  for (const marks of all) {
    found += text.slice(done, marks.start) + kept(marks);
    done = marks.end;
  }
  return found + text.slice(done);
}

/**
 * @param {string} text
 * @param {string} marks
 * @param {number} start
 * @returns {Marks}
 */
function read(text, marks, start) {
  const [mark] = marks;
  const end = start + marks.length;
  const before = text.charAt(start - 1);
  const after = text.charAt(end);
  const isInside = isWord(before) && isWord(after);
  const isPlain = isInside && (mark === '_' || isDigit(before) || isDigit(after));
  const cannot = (/** @type {string} */ char) => isPlain || (mark === '_' && isWord(char));
  return {
    mark,
    start,
    end,
    left: marks.length,
    isInside,
    isBeside: !isBlank(before) || !isBlank(after),
    opens: !isBlank(after) && !cannot(before),
    closes: !isBlank(before) && !cannot(after),
  };
}

/**
 * Take partners away from `left`: each end takes from the nearest beginning.
 * @param {Marks[]} all
 */
function pair(all) {
  /** @type {Marks[]} */
  const begun = [];
  for (const marks of all) {
    for (let open = begun.at(-1); marks.left && open && marks.closes; open = begun.at(-1)) {
      const paired = Math.min(marks.left, open.left);
      marks.left -= paired;
      open.left -= paired;
      if (!open.left) begun.pop();
    }
    if (marks.left && marks.opens) begun.push(marks);
  }
}

/**
 * Return what stays of these marks. Two or more beside a word are emphasis whose other end is
 * missing: the text was cut.
 * @param {Marks} marks
 */
function kept({ mark, left, isInside, isBeside }) {
  if (mark === '_' && isInside) return ' ';
  return left > 1 && !isInside && isBeside ? '' : mark.repeat(left);
}
