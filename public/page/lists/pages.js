/** Lists that come in pages: the first rows, then more when the end is in view or by a button. */

import { button, make, whenInView } from '../dom.js';
import { focusPanel, list } from '../panel.js';
import { t } from '../texts.js';
import { refusalInWords } from '../wording.js';

/**
 * @template Row
 * @typedef {{rows: Row[], total: number, nextCursor: string | null}} ListPage
 */

/**
 * Read a page of a list.
 * @param {import('../resources.js').Resources} resources
 * @param {string} path
 * @param {string} name of the list in the answer
 * @param {Record<string, string>} query
 * @returns {Promise<ListPage<any>>}
 */
export async function readPage(resources, path, name, query = {}) {
  const { [name]: rows, total, nextCursor } = await resources.get(path, query);
  return { rows, total, nextCursor };
}

/**
 * Draw a list from its first page.
 * @template Row
 * @param {ListPage<Row>} first
 * @param {(row: Row) => HTMLElement} item
 * @param {(cursor: string) => Promise<ListPage<Row>>} read
 * @returns {Node[]}
 */
export function pagedList(first, item, read) {
  const items = list(...first.rows.map(item));
  let { nextCursor } = first;
  if (!nextCursor) return [items];
  const count = make('span', { role: 'status' });
  const problem = make('span', { className: 'problem', role: 'alert' });
  const next = button(t('list.more'), () => void more(), { className: 'plain' });
  const bar = make('p', { className: 'more' }, count, next, problem);
  const tell = (/** @type {number} */ total) =>
    (count.textContent = t('list.count', { shown: items.childElementCount, total }));
  const watch = () => whenInView(next, () => void more());
  let isReading = false;

  async function more() {
    if (isReading || !nextCursor) return;
    isReading = true;
    problem.textContent = '';
    try {
      const page = await read(nextCursor);
      const added = page.rows.map(item);
      const hadFocus = document.activeElement === next;
      items.append(...added);
      ({ nextCursor } = page);
      tell(page.total);
      if (nextCursor) watch();
      else next.remove();
      if (hadFocus && !nextCursor) focusIn(added[0]);
    } catch (error) {
      problem.textContent = refusalInWords(error);
    } finally {
      isReading = false;
    }
  }

  tell(first.total);
  watch();
  return [items, bar];
}

/** @param {HTMLElement | undefined} row whose first control gets the focus */
function focusIn(row) {
  const control = /** @type {HTMLElement | null | undefined} */ (row?.querySelector('button, a'));
  if (control) control.focus();
  else focusPanel();
}
