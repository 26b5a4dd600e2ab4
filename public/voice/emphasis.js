/**
 * Removes the marks of emphasis from a text: `**bold**`, `*italic*`, `_italic_`, `__bold__`. Marks
 * are paired as in CommonMark, but without its rules about punctuation. A star or an underscore is
 * no mark between spaces and beside a digit inside a word, and an underscore is no mark inside a
 * word. No I/O.
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
 * @property {number} word how many spaces stand before it
 */

const isWord = (/** @type {string} */ char) => /[\p{L}\p{N}]/u.test(char);
const isDigit = (/** @type {string} */ char) => /\p{Nd}/u.test(char);
const isBlank = (/** @type {string} */ char) => /^\s?$/.test(char);

/** @param {string} text */
export function withoutEmphasis(text) {
  let word = 0;
  let from = 0;
  const all = [...text.matchAll(/\*+|_+/g)].map(({ 0: marks, index }) => {
    word += text.slice(from, index).match(/\s/g)?.length ?? 0;
    from = index;
    return read(text, marks, index, word);
  });
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
 * @param {number} word
 * @returns {Marks}
 */
function read(text, marks, start, word) {
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
    word,
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
    for (let open = begun.at(-1); open && marks.left && joins(open, marks); open = begun.at(-1)) {
      const paired = Math.min(marks.left, open.left);
      marks.left -= paired;
      open.left -= paired;
      if (!open.left) begun.pop();
    }
    if (marks.left && marks.opens) begun.push(marks);
  }
}

/**
 * Whether emphasis can go from one to the other. Two single stars inside different words are signs in
 * formulas: "x*y = z*w".
 * @param {Marks} open
 * @param {Marks} close
 */
function joins(open, close) {
  const areSingle = open.end - open.start === 1 && close.end - close.start === 1;
  return close.closes && !(areSingle && open.isInside && close.isInside && open.word !== close.word);
}

/**
 * Return what stays of these marks. Two or more beside a word are emphasis whose other end is
 * missing: the text was cut.
 * @param {Marks} marks
 */
function kept({ mark, left, isInside, isBeside }) {
  return left > 1 && !isInside && isBeside ? '' : mark.repeat(left);
}
