/** A table of any length: sorted, filtered and walked through, with only the rows in sight made. */
import type { Column, Columns } from "../../arrays";
import { h } from "../../ui/dom";
import { type Arranged, arrangement, isSameSort, noneHas } from "./arrangement";
import { filterReasons } from "./filter-reasons";
import { type BodyContent, gridBody } from "./grid-body";
import { gridGestures, keepScroll } from "./grid-gestures";
import { gridHead } from "./grid-head";
import type { GridColumn } from "./row";
import { type Kind, nextSort, type Sort } from "./sort";

export type { GridColumn } from "./row";

/** What a grid shows, and its callbacks. */
export interface GridOptions {
  columns: readonly GridColumn[];
  /** The column that names a row: its value is in `data-region`, and selection survives by it. */
  rowKey: string;
  /** What the rows are, for screen readers. */
  label: string;
  /** A row was chosen by click or key. */
  select(row: number): void;
  /** How many rows of how many are seen; runs after every change. */
  viewed?(seen: number, of: number): void;
  ended: AbortSignal;
  /** The user has sorted by other columns. */
  sorted?(sort: readonly Sort[]): void;
  /** The order of a table that is not sorted by a column, and of rows with equal values. */
  usualOrder?(table: Columns): Uint32Array;
  testid?: string;
  rowTestid?: string;
  /** Shown where there is no row at all. */
  none?: string;
  /** What Ctrl+C copies of a row. */
  copied?(row: number): string;
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
  get selected(): number | undefined;
  /** Select without running `select`; scrolls to the row when it is out of sight. */
  set selected(row: number | undefined);
}

let made = 0;

/** Pixels that grow with the letters. */
const scaled = (width: number) =>
  `calc(${width}px + ${(width / 12).toFixed(1)} * var(--pv-larger))`;

/** Make a grid; it is empty before `show`. */
export function grid(options: GridOptions): Grid {
  const { ended, label, rowKey, testid, rowTestid } = options;
  const id = `pv-grid-${++made}`;
  const now: BodyContent = {
    table: { columns: {}, n_rows: 0 },
    columns: [],
    view: new Uint32Array(),
    selected: undefined,
  };
  const rows = arrangement(options.columns, options.usualOrder);
  const head = gridHead({ sortBy, filterBy, testids: rowTestid !== undefined }, ended);
  const reasons = filterReasons(`${id}-why`);
  const none = h("div", { class: "pv-grid-none", hidden: true });
  const attributes = { class: "pv-grid", role: "grid", tabindex: 0, "aria-label": label };
  const el = h("div", { ...attributes, "data-testid": testid }, head.el, reasons.el);
  const body = gridBody(now, { scroller: el, head: head.el, id, rowKey, rowTestid, ended });
  el.append(body.el, none);

  function place({ view, invalid }: Arranged) {
    const { n_rows } = now.table;
    now.view = view;
    head.markFilters(invalid, reasons.el.id);
    reasons.show([...invalid.values()], head.el, el);
    none.hidden = view.length > 0;
    none.textContent =
      n_rows > 0 ? noneHas(now.columns, rows.filters) : (options.none ?? "Nothing to show yet.");
    el.setAttribute("aria-rowcount", String(view.length + 1));
    body.resize();
    options.viewed?.(view.length, n_rows);
  }
  function sortBy(key: string, kind: Kind, isAdded: boolean) {
    const hasUsualOrder = options.usualOrder !== undefined;
    setSort(nextSort(rows.sort, key, kind, { hasUsualOrder, isAdded }));
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
  }
  function select(row: number) {
    now.selected = row;
    body.paint();
    options.select(row);
  }
  function buildHead() {
    const { columns } = now;
    head.build(columns, (key) => rows.filters.get(key));
    const tracks = columns.map(
      ({ width, grow = 0 }) => `minmax(${scaled(width)}, ${grow || 0.001}fr)`,
    );
    el.style.setProperty("--pv-columns", tracks.join(" "));
    const least = columns.reduce((sum, { width }) => sum + width, 0);
    for (const part of [head.el, body.el]) part.style.minWidth = scaled(least);
    el.setAttribute("aria-colcount", String(columns.length));
    body.clear();
    head.markSort(rows.sort);
  }

  gridGestures(
    {
      ...{ el, head: head.el, headRow: head.row, body: body.el, select, filter: filterBy },
      ...{ copied: options.copied, menu: options.menu },
      get view() {
        return now.view;
      },
      get selected() {
        return now.selected;
      },
      reach(index) {
        const row = now.view[index];
        if (row === undefined) return;
        body.scrollTo(index);
        select(row);
      },
    },
    ended,
  );
  keepScroll(el, ended);
  const show = (next: Columns) => {
    const names = now.table.columns[rowKey];
    const nextNames = next.columns[rowKey];
    const isSame = sameRows(names, nextNames);
    const shown = options.columns.filter(({ key }) => next.columns[key]);
    const isRebuilt = keysOf(shown) !== keysOf(now.columns);
    if (!isSame) {
      now.selected = rowOf(
        nextNames,
        now.selected === undefined ? undefined : names?.[now.selected],
      );
      body.scrollTo("start");
    }
    const kept = isSame && names ? { [rowKey]: names } : {}; // its order is known already
    now.table = { ...next, columns: { ...next.columns, ...kept } };
    now.columns = shown;
    rows.take(now.table);
    if (isRebuilt) buildHead();
    place(rows.arrange(shown));
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
    get selected() {
      return now.selected;
    },
    set selected(row: number | undefined) {
      if (row === now.selected) return;
      now.selected = row;
      const index = row === undefined ? -1 : now.view.indexOf(row);
      if (index >= 0) body.scrollTo(index);
      body.paint();
    },
  };
}

const keysOf = (columns: readonly GridColumn[]) => columns.map(({ key }) => key).join();

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
