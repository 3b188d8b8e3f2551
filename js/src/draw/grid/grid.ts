/** A table of any length: sorted, filtered and walked through, with only the rows in sight made. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { Column, Columns } from "../../arrays";
import { h, READ_ONLY_CONTROL, say } from "../../ui/dom";
import { whyInvalid } from "./filter-query";
import { blankRow, type GridColumn, ROW_HEIGHT, writeRow } from "./row";
import { csvOf, filteredRows, type Kind, rowTest, type Sort, sortedRows } from "./sort";

export type { GridColumn } from "./row";

/** How a grid is told what to do. */
export interface GridOptions {
  columns: readonly GridColumn[];
  /** The column that names a row: its value stands in `data-region`, and selection survives by it. */
  rowKey: string;
  /** What the rows are, for those who hear it. */
  label: string;
  /** A row was chosen by click or key. */
  select(row: number): void;
  /** How many rows of how many are seen; runs after every change. */
  viewed?(seen: number, of: number): void;
  ended: AbortSignal;
  sort?: Sort;
  testid?: string;
  rowTestid?: string;
  /** Said where there is no row at all. */
  none?: string;
  /** What Ctrl+C copies of a row. */
  copied?(row: number): string;
  /** A row was clicked with the other button, or its menu asked for by key. */
  menu?(row: number, at: { clientX: number; clientY: number }): void;
}

/** A grid that stands in `el`. */
export interface Grid {
  el: HTMLElement;
  /** Show a table; sort, filters, scroll and selection stay where its rows are the same. */
  show(table: Columns): void;
  /** The rows seen, in order. */
  readonly view: Uint32Array;
  get sort(): Sort | undefined;
  set sort(sort: Sort | undefined);
  /** Filter one column; an empty text takes the filter away. */
  filter(key: string, text: string): void;
  get selected(): number | undefined;
  /** Select without telling; scrolls to the row when it is out of sight. */
  set selected(row: number | undefined);
  /** The rows seen, in order, all their columns, as comma-separated text. */
  csv(): string;
}

const HINTS: Record<Kind, string> = {
  number: "> 0.5",
  flag: "yes",
  text: "contains",
  region: "chr7:1-2,000,000",
};
const WHY_WIDTH = 436; // pixels at most, as in grid.css
let made = 0;

/** Pixels that grow with the letters. */
const written = (width: number) =>
  `calc(${width}px + ${(width / 12).toFixed(1)} * var(--pv-larger))`;

/** Make a grid; it is empty before `show`. */
export function grid(options: GridOptions): Grid {
  const { ended, label, rowKey, select, testid, rowTestid } = options;
  const id = `pv-grid-${++made}`;
  let table: Columns = { columns: {}, n_rows: 0 };
  let sort = options.sort;
  let sorted: Uint32Array = new Uint32Array();
  let view: Uint32Array = new Uint32Array();
  let selected: number | undefined;
  let columns: GridColumn[] = [];
  const filters = new Map<string, string>();
  const pool: HTMLElement[] = [];

  const headRow = h("div", { class: "pv-grid-row", role: "row", "aria-rowindex": 1 });
  const head = h("div", { class: "pv-grid-head", role: "rowgroup" }, headRow);
  const body = h("div", { class: "pv-grid-body", role: "rowgroup" });
  const none = h("div", { class: "pv-grid-none", hidden: true });
  const why = h("span", {});
  const whyBox = h("div", { class: "pv-grid-why", id: `${id}-why`, hidden: true }, why);
  const el = h(
    "div",
    { class: "pv-grid", role: "grid", tabindex: 0, "aria-label": label, "data-testid": testid },
    head,
    whyBox,
    body,
    none,
  );

  const virtual = new Virtualizer<HTMLElement, HTMLElement>({ ...window_(0), onChange: paint });
  ended.addEventListener("abort", virtual._didMount(), { once: true });

  function window_(n_rows: number) {
    const margin = head.offsetHeight;
    return {
      count: n_rows,
      getScrollElement: () => el,
      estimateSize: () => ROW_HEIGHT,
      overscan: 6,
      scrollMargin: margin,
      scrollPaddingStart: margin,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
    };
  }

  // -- which rows, in what order ------------------------------------------------------------------

  function arrange() {
    const column = sort && table.columns[sort.key];
    const kind = columns.find(({ key }) => key === sort?.key)?.kind ?? "number";
    sorted = sortedRows(table.n_rows, column, sort?.descending ?? false, kind);
    sift();
  }

  function sift() {
    const tests: ((row: number) => boolean)[] = [];
    const reasons: string[] = [];
    for (const { key, kind } of columns) {
      const text = filters.get(key) ?? "";
      const column = table.columns[key];
      const test = text.trim() && column ? rowTest(column, kind, text) : undefined;
      const isInvalid = text.trim() !== "" && column !== undefined && !test;
      if (isInvalid) reasons.push(whyInvalid(kind, text));
      const field = fieldOf(key);
      field?.setAttribute("aria-invalid", String(isInvalid));
      if (isInvalid) field?.setAttribute("aria-describedby", whyBox.id);
      else field?.removeAttribute("aria-describedby");
      if (test) tests.push(test);
    }
    whyBox.hidden = reasons.length === 0;
    const at = headRow.querySelector<HTMLElement>("[aria-invalid=true]")?.parentElement;
    const room = Math.max(0, el.clientWidth - WHY_WIDTH);
    why.style.left = `${Math.min(Math.max(8, (at?.offsetLeft ?? 0) - el.scrollLeft), room)}px`;
    whyBox.style.top = `${head.offsetHeight}px`;
    say(why, reasons.join(" "));
    view = filteredRows(sorted, tests);
    none.hidden = view.length > 0;
    none.textContent =
      table.n_rows > 0 ? "No row passes the filters." : (options.none ?? "Nothing to show yet.");
    el.setAttribute("aria-rowcount", String(view.length + 1));
    virtual.setOptions({ ...window_(view.length), onChange: paint });
    virtual._willUpdate();
    paint();
    options.viewed?.(view.length, table.n_rows);
  }

  // -- pixels -------------------------------------------------------------------------------------

  function buildHead() {
    headRow.replaceChildren(...columns.map(headCell));
    const tracks = columns.map(
      ({ width, grow = 0 }) => `minmax(${written(width)}, ${grow || 0.001}fr)`,
    );
    el.style.setProperty("--pv-columns", tracks.join(" "));
    const least = columns.reduce((sum, { width }) => sum + width, 0);
    for (const part of [head, body]) part.style.minWidth = written(least);
    el.setAttribute("aria-colcount", String(columns.length));
    for (const row of pool.splice(0)) row.remove();
    markSort();
  }

  function headCell({ key, label: name, kind, title }: GridColumn, at: number): HTMLElement {
    const sign = h("span", { class: "pv-sort-sign", "aria-hidden": "true" });
    const by = h("button", { type: "button", class: "pv-sort" }, h("span", {}, name), sign);
    const field = h("input", {
      class: "pv-field",
      ...READ_ONLY_CONTROL,
      "data-key": key,
      "data-testid": rowTestid && `filter-${key}`,
      "aria-label": `filter ${name}`,
      placeholder: HINTS[kind],
      spellcheck: "false",
      autocomplete: "off",
      value: filters.get(key),
    });
    by.addEventListener("click", () => turn(key, kind), { signal: ended });
    field.addEventListener("input", () => type(key, field.value), { signal: ended });
    const numeric = kind === "number" ? " pv-num" : "";
    const cell = { role: "columnheader", "data-key": key, "aria-colindex": at + 1, title };
    return h("div", { class: `pv-head-cell${numeric}`, ...cell }, by, field);
  }

  const fieldOf = (key: string) =>
    headRow.querySelector<HTMLInputElement>(`.pv-field[data-key="${key}"]`);

  function markSort() {
    for (const cell of headRow.children as HTMLCollectionOf<HTMLElement>) {
      const on = cell.dataset.key === sort?.key;
      const to = on ? (sort?.descending ? "descending" : "ascending") : "none";
      cell.setAttribute("aria-sort", to);
      const sign = cell.querySelector(".pv-sort-sign");
      if (sign) sign.textContent = on ? (sort?.descending ? "▼" : "▲") : "";
    }
  }

  /** Rows that stay in sight keep their element, so only what scrolls in is written. */
  function paint() {
    if (ended.aborted) return;
    const items = virtual.getVirtualItems();
    body.style.height = `${view.length * ROW_HEIGHT}px`;
    while (pool.length < items.length) pool.push(body.appendChild(blankRow(columns, rowTestid)));
    const idle = new Set(pool);
    el.removeAttribute("aria-activedescendant");
    for (const { index } of items) {
      const element = pool[index % pool.length] as HTMLElement;
      const row = view[index] as number;
      const name = String(table.columns[rowKey]?.[row] ?? row);
      element.id = `${id}-${row}`;
      element.hidden = false;
      idle.delete(element);
      writeRow(element, columns, table, { index, row, name, selected: row === selected });
      if (row === selected) el.setAttribute("aria-activedescendant", element.id);
    }
    for (const element of idle) {
      element.hidden = true;
      element.removeAttribute("id");
      delete element.dataset.region;
    }
  }

  // -- gestures -----------------------------------------------------------------------------------

  function turn(key: string, kind: Kind) {
    const first = kind === "number" || kind === "flag"; // the largest first
    sort = { key, descending: sort?.key === key ? !sort.descending : first };
    markSort();
    virtual.scrollToOffset(0);
    arrange();
  }

  function type(key: string, text: string) {
    if (text.trim()) filters.set(key, text);
    else filters.delete(key);
    virtual.scrollToOffset(0); // what was asked for begins at the top
    sift();
  }

  function reach(index: number) {
    const row = view[index];
    if (row === undefined) return;
    selected = row;
    virtual.scrollToIndex(index, { align: "auto" });
    paint();
    select(row);
  }

  el.addEventListener(
    "keydown",
    (event) => {
      if (event.target !== el || event.ctrlKey || event.metaKey || event.altKey) return;
      const here = selected === undefined ? -1 : view.indexOf(selected);
      const page = Math.max(1, Math.floor((el.clientHeight - head.offsetHeight) / ROW_HEIGHT) - 1);
      const last = view.length - 1;
      const moves: Record<string, number> = {
        ArrowDown: here + 1,
        ArrowUp: here < 0 ? 0 : here - 1,
        PageDown: here + page,
        PageUp: here - page,
        Home: 0,
        End: last,
      };
      const to = moves[event.key];
      if (to === undefined || last < 0) return;
      event.preventDefault();
      event.stopPropagation();
      reach(Math.min(last, Math.max(0, to)));
    },
    { signal: ended },
  );
  headRow.addEventListener(
    "keydown",
    (event) => {
      const field = event.target as HTMLElement;
      if (!(field instanceof HTMLInputElement)) return;
      if (event.key === "Escape" && field.value) {
        field.value = "";
        type(field.dataset.key ?? "", "");
      } else if (event.key === "ArrowDown" || event.key === "Enter") {
        el.focus();
        if (event.key === "ArrowDown") reach(0);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    },
    { signal: ended },
  );
  body.addEventListener(
    "click",
    (event) => {
      const element = (event.target as Element).closest<HTMLElement>("[data-row]");
      if (!element) return;
      selected = Number(element.dataset.row);
      paint();
      select(selected);
    },
    { signal: ended },
  );

  el.addEventListener(
    "copy",
    (event) => {
      const { target, clipboardData } = event;
      const isText = !(el.ownerDocument.getSelection()?.isCollapsed ?? true);
      if (isText || target instanceof HTMLInputElement || selected === undefined) return;
      const text = options.copied?.(selected);
      if (text === undefined || !clipboardData) return;
      clipboardData.setData("text/plain", text);
      event.preventDefault();
      event.stopPropagation();
    },
    { signal: ended },
  );
  el.addEventListener(
    "contextmenu",
    (event) => {
      const element = (event.target as Element).closest<HTMLElement>("[data-row]");
      const active = el.querySelector<HTMLElement>("[aria-selected=true]:not([hidden])");
      const row = element ?? (event.target === el ? active : null);
      if (!row || !options.menu) return;
      event.preventDefault();
      event.stopPropagation(); // or the notebook shows its own menu over ours
      const { left, bottom } = row.getBoundingClientRect();
      const byKey = !element;
      const at = byKey ? { clientX: left + 24, clientY: bottom } : event;
      options.menu(Number(row.dataset.row), at);
    },
    { signal: ended },
  );

  // A notebook may take its outputs off the page and put them back: the browser forgets the scroll.
  let place = 0;
  let away = false;
  const remember = () => {
    if (!away) place = el.scrollTop;
  };
  el.addEventListener("scroll", remember, { signal: ended, passive: true });
  const observer = new ResizeObserver(() => {
    if (away && el.clientHeight > 0) el.scrollTop = place;
    away = el.clientHeight === 0;
  });
  observer.observe(el);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });

  return {
    el,
    show(next) {
      const names = table.columns[rowKey];
      const same = sameRows(names, next.columns[rowKey]);
      const chosen = selected === undefined ? undefined : names?.[selected];
      const shown = options.columns.filter(({ key }) => next.columns[key]);
      const rebuilt = shown.map(({ key }) => key).join() !== columns.map(({ key }) => key).join();
      const kept = same && names ? { [rowKey]: names } : {}; // its order is known already
      table = { ...next, columns: { ...next.columns, ...kept } };
      columns = shown;
      if (!same) {
        const row =
          chosen === undefined
            ? -1
            : Array.prototype.indexOf.call(next.columns[rowKey] ?? [], chosen);
        selected = row < 0 ? undefined : row;
        virtual.scrollToOffset(0);
      }
      if (rebuilt) buildHead();
      arrange();
    },
    get view() {
      return view;
    },
    get sort() {
      return sort;
    },
    set sort(next: Sort | undefined) {
      sort = next;
      markSort();
      arrange();
    },
    filter(key, text) {
      const field = fieldOf(key);
      if (field) field.value = text;
      type(key, text);
    },
    get selected() {
      return selected;
    },
    set selected(row: number | undefined) {
      if (row === selected) return;
      selected = row;
      const index = row === undefined ? -1 : view.indexOf(row);
      if (index >= 0) virtual.scrollToIndex(index, { align: "auto" });
      paint();
    },
    csv: () => csvOf(table.columns, Object.keys(table.columns), view),
  };
}

function sameRows(before: Column | undefined, now: Column | undefined): boolean {
  if (before === now) return true;
  if (!before || !now || before.length !== now.length) return false;
  for (let row = 0; row < now.length; row++) if (before[row] !== now[row]) return false;
  return true;
}
