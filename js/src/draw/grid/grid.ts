/** A table of any length: sorted, filtered and walked through, with only the rows in sight made. */
import type { Column, Columns } from "../../arrays";
import { h } from "../../ui/dom";
import { type Arranged, arrangement, isSameSort, noneHas } from "./arrangement";
import { columnTracks, type ShownColumns } from "./column-tracks";
import { filterReasons } from "./filter-reasons";
import { type BodyContent, gridBody } from "./grid-body";
import { gridGestures, keepScroll } from "./grid-gestures";
import { gridHead } from "./grid-head";
import type { GridColumn } from "./row";
import { type Choice, rowSelection } from "./row-selection";
import { type Kind, nextSort, type Sort } from "./sort";

export type { GridColumn } from "./row";

/** What a grid shows, and its callbacks. */
export interface GridOptions {
  /** All columns that there may be, in the usual order. */
  columns: readonly GridColumn[];
  /** The column that names a row: its value is in `data-region`, and selection survives by it. */
  rowKey: string;
  /** What the rows are, for screen readers. */
  label: string;
  /** A row was chosen by click or key. */
  select(row: number): void;
  /** How many rows of how many are seen, and selected; runs after every change. */
  viewed?(seen: number, of: number, selected: number): void;
  ended: AbortSignal;
  /** The user has sorted by other columns. */
  sorted?(sort: readonly Sort[]): void;
  /** The user has filtered by other texts, by column. */
  filtered?(filters: ReadonlyMap<string, string>): void;
  /** The order of a table that is not sorted by a column, and of rows with equal values. */
  usualOrder?(table: Columns): Uint32Array;
  testid?: string;
  rowTestid?: string;
  /** Shown where there is no row at all. */
  none?: string;
  /** What Ctrl+C copies of the selected rows. */
  copied?(rows: Uint32Array): string;
  /** The user has made a column wider or narrower; `undefined` for its usual width. */
  sized?(key: string, width: number | undefined): void;
  /** The user has dragged a column before another one, or to the end. */
  moved?(key: string, before: string | undefined): void;
  /** A row was clicked with the other button, or its menu asked for by key. */
  menu?(row: number, at: { clientX: number; clientY: number }): void;
}

/** A grid. */
export interface Grid {
  el: HTMLElement;
  /** Show a table; sort, filters, scroll and selection stay where its rows are the same. */
  show(table: Columns): void;
  /** The rows seen, in order. */
  readonly view: Uint32Array;
  /** What the rows are sorted by, the most important first; nothing for the usual order. */
  get sort(): readonly Sort[];
  /** Sort without running `sorted`. */
  set sort(sort: readonly Sort[]);
  /** Filter one column; an empty text takes the filter away. */
  filter(key: string, text: string): void;
  /** Filter by these texts alone, by column, without running `filtered`. */
  takeFilters(filters: ReadonlyMap<string, string>): void;
  /** Show some of the columns; a filter of one that is not shown is taken away. */
  showColumns(shown: ShownColumns): void;
  /** How wide a column is now, in pixels. */
  widthOf(key: string): number;
  /** The selected rows that are seen, in order. */
  readonly chosen: Uint32Array;
  /** The selected row from which keys go on. */
  get selected(): number | undefined;
  /** Select without running `select`; scrolls to the row when it is out of sight. */
  set selected(row: number | undefined);
}

const GRID = { class: "pv-grid", role: "grid", tabindex: 0, "aria-multiselectable": "true" };

let made = 0;

/** Make a grid; it is empty before `show`. */
export function grid(options: GridOptions): Grid {
  const { ended, label, rowKey, testid, rowTestid } = options;
  const id = `pv-grid-${++made}`;
  const tracks = columnTracks(options.columns);
  const selection = rowSelection();
  const now: BodyContent = {
    table: { columns: {}, n_rows: 0 },
    columns: [],
    view: new Uint32Array(),
    selection,
  };
  const rows = arrangement(options.columns, options.usualOrder);
  const head = gridHead({ ...options, sortBy, filterBy, size, testids: !!rowTestid }, ended);
  const reasons = filterReasons(`${id}-why`);
  const none = h("div", { class: "pv-grid-none", hidden: true });
  const el = h("div", { ...GRID, "aria-label": label, "data-testid": testid }, head.el, reasons.el);
  const body = gridBody(now, { scroller: el, head: head.el, id, rowKey, rowTestid, ended });
  el.append(body.el, none);

  function place({ view, invalid }: Arranged) {
    now.view = view;
    head.markFilters(invalid, reasons.el.id);
    reasons.show([...invalid.values()], head.el, el);
    none.hidden = view.length > 0;
    const why = options.none ?? "Nothing to show yet.";
    none.textContent = now.table.n_rows > 0 ? noneHas(now.columns, rows.filters) : why;
    el.setAttribute("aria-rowcount", String(view.length + 1));
    paint();
  }
  function paint() {
    body.paint();
    options.viewed?.(now.view.length, now.table.n_rows, selection.seen(now.view).length);
  }
  function sortBy(key: string, kind: Kind, isAdded: boolean) {
    setSort(nextSort(rows.sort, key, kind, { hasUsualOrder: !!options.usualOrder, isAdded }));
    options.sorted?.(rows.sort);
  }
  function setSort(sort: readonly Sort[]) {
    rows.sort = sort;
    head.markSort(sort);
    body.scrollTo("start");
    place(rows.arrange(now.columns));
  }
  function filterBy(key: string, text: string) {
    rows.filter(key, text);
    body.scrollTo("start");
    place(rows.filterAgain(now.columns));
    options.filtered?.(rows.filters);
  }
  function select(row: number, how: Choice = "alone") {
    selection.choose(row, how, now.view);
    paint();
    if (selection.active !== undefined) options.select(selection.active);
  }
  const setWidths = () => tracks.apply(el, [head.el, body.el]);
  function size(key: string, width: number | undefined) {
    tracks.size(key, width);
    setWidths();
  }
  function takeColumns(shown?: ShownColumns) {
    const isOther = tracks.take((key) => now.table.columns[key] !== undefined, shown);
    now.columns = tracks.columns;
    setWidths();
    if (!isOther) return;
    head.build(now.columns, (key) => rows.filters.get(key));
    el.setAttribute("aria-colcount", String(now.columns.length));
    body.clear();
    head.markSort(rows.sort);
  }

  gridGestures(
    {
      ...{ el, head: head.el, headRow: head.row, body: body.el, select, filter: filterBy },
      ...{ copied: options.copied, menu: options.menu, selection },
      get view() {
        return now.view;
      },
      reach(index, how) {
        const row = now.view[index];
        if (row === undefined) return;
        body.scrollTo(index);
        select(row, how);
      },
      selectAll() {
        selection.chooseAll(now.view);
        paint();
      },
    },
    ended,
  );
  keepScroll(el, ended);
  const show = (next: Columns) => {
    const [names, nextNames] = [now.table, next].map(({ columns }) => columns[rowKey]);
    const isSame = sameRows(names, nextNames);
    if (!isSame) {
      selection.reset(rowOf(nextNames, names?.[selection.active ?? -1]));
      body.scrollTo("start");
    }
    const kept = isSame && names ? { [rowKey]: names } : {}; // its order is known already
    now.table = { ...next, columns: { ...next.columns, ...kept } };
    rows.take(now.table);
    takeColumns();
    place(rows.arrange(now.columns));
  };
  return {
    el,
    show,
    get view() {
      return now.view;
    },
    get sort() {
      return rows.sort;
    },
    set sort(next: readonly Sort[]) {
      if (!isSameSort(rows.sort, next)) setSort(next);
    },
    filter(key, text) {
      head.write(key, text);
      filterBy(key, text);
    },
    showColumns(shown) {
      const isLess = rows.filterOnly(shown.keys);
      takeColumns(shown);
      place(rows.filterAgain(now.columns));
      if (isLess) options.filtered?.(rows.filters);
    },
    takeFilters(filters) {
      const changed = rows.takeFilters(filters);
      for (const [key, text] of changed) head.write(key, text);
      if (changed.length > 0) place(rows.filterAgain(now.columns));
    },
    widthOf: head.widthOf,
    get chosen() {
      return selection.seen(now.view);
    },
    get selected() {
      return selection.active;
    },
    set selected(row: number | undefined) {
      if (row === selection.active) return;
      selection.activate(row);
      const index = row === undefined ? -1 : now.view.indexOf(row);
      if (index >= 0) body.scrollTo(index);
      paint();
    },
  };
}

function rowOf(names: Column | undefined, name: string | number | undefined): number | undefined {
  const row = name === undefined ? -1 : Array.prototype.indexOf.call(names ?? [], name);
  return row < 0 ? undefined : row;
}
function sameRows(before: Column | undefined, now: Column | undefined): boolean {
  if (before === now) return true;
  if (!before || !now || before.length !== now.length) return false;
  for (let row = 0; row < now.length; row++) if (before[row] !== now[row]) return false;
  return true;
}
