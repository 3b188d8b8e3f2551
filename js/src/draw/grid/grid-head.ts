/** The head of a grid: a button that sorts and a field that filters for each column. */
import { h, READ_ONLY_CONTROL } from "../../ui/dom";
import { splitter } from "../../ui/splitter";
import { headDrag } from "./head-drag";
import type { GridColumn } from "./row";
import type { Kind, Sort } from "./sort";

const HINTS: Record<Kind, string> = {
  number: "> 0.5",
  flag: "yes",
  text: "contains",
  region: "chr7:1-2,000,000",
};

const MIN_WIDTH = 40; // pixels, as in session/table_view.py
const MAX_WIDTH = 1000;

/** The head, and what marks its cells. */
export interface GridHead {
  el: HTMLElement;
  row: HTMLElement;
  /** Make new cells for some columns; `textOf` is the text of a filter. */
  build(columns: readonly GridColumn[], textOf: (key: string) => string | undefined): void;
  /** Show by which columns the rows are sorted, the most important first. */
  markSort(sort: readonly Sort[]): void;
  /** Mark the filters of some columns as invalid; `describedBy` is the id of the reasons. */
  markFilters(invalid: ReadonlyMap<string, string>, describedBy: string): void;
  /** How wide a column is, in pixels. */
  widthOf(key: string): number;
  /** Write a text into a filter. */
  write(key: string, text: string): void;
}

/** Make an empty head. */
export function gridHead(
  {
    sortBy,
    filterBy,
    size,
    sized,
    moved,
    testids,
  }: {
    /** The name of a column was chosen; with the Shift key to sort by it too. */
    sortBy(key: string, kind: Kind, isAdded: boolean): void;
    filterBy(key: string, text: string): void;
    /** Make a column as wide while its edge is dragged; `undefined` for its usual width. */
    size(key: string, width: number | undefined): void;
    /** Its edge was let go. */
    sized?(key: string, width: number | undefined): void;
    /** A column was dragged before another one, or to the end. */
    moved?(key: string, before: string | undefined): void;
    /** Whether filters have a `data-testid`. */
    testids: boolean;
  },
  ended: AbortSignal,
): GridHead {
  const row = h("div", { class: "pv-grid-row", role: "row", "aria-rowindex": 1 });
  const el = h("div", { class: "pv-grid-head", role: "rowgroup" }, row);
  const fieldOf = (key: string) =>
    row.querySelector<HTMLInputElement>(`.pv-field[data-key="${key}"]`);
  const wasDragged = moved ? headDrag(row, moved, ended) : () => false;
  let built = new AbortController();
  const edgeOf = (key: string, name: string, of: HTMLElement) => {
    const edge = splitter({
      label: `width of ${name}`,
      axis: "x",
      grows: 1,
      of,
      bounds: () => ({ low: MIN_WIDTH, high: MAX_WIDTH }),
      change: (width) => size(key, width),
      keep: (width) => sized?.(key, width),
      ended: AbortSignal.any([built.signal, ended]),
      testid: `width-${key}`,
    });
    edge.tabIndex = -1; // the menu of columns has keys for it
    return edge;
  };
  const cellOf = (column: GridColumn, at: number, text: string | undefined): HTMLElement => {
    const { key, label: name, kind, title } = column;
    const sign = h("span", { class: "pv-sort-sign", "aria-hidden": "true" });
    const by = h("button", { type: "button", class: "pv-sort" }, h("span", {}, name), sign);
    const field = h("input", {
      class: "pv-field",
      ...READ_ONLY_CONTROL,
      "data-key": key,
      "data-testid": testids && `filter-${key}`,
      "aria-label": `filter ${name}`,
      placeholder: HINTS[kind],
      spellcheck: "false",
      autocomplete: "off",
      value: text,
    });
    const withShift = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      sortBy(key, kind, true);
    };
    const click = ({ shiftKey }: MouseEvent) => {
      if (!wasDragged()) sortBy(key, kind, shiftKey);
    };
    by.addEventListener("click", click, { signal: ended });
    by.addEventListener("keydown", withShift, { signal: ended });
    field.addEventListener("input", () => filterBy(key, field.value), { signal: ended });
    const numeric = kind === "number" ? " pv-num" : "";
    const cell = { role: "columnheader", "data-key": key, "aria-colindex": at + 1, title };
    const el = h("div", { class: `pv-head-cell${numeric}`, ...cell }, by, field);
    if (sized) el.append(edgeOf(key, name, el));
    return el;
  };
  return {
    el,
    row,
    build(columns, textOf) {
      built.abort();
      built = new AbortController();
      row.replaceChildren(...columns.map((one, at) => cellOf(one, at, textOf(one.key))));
    },
    widthOf: (key) =>
      row.querySelector<HTMLElement>(`.pv-head-cell[data-key="${key}"]`)?.offsetWidth ?? 0,
    markSort(sort) {
      for (const cell of row.children as HTMLCollectionOf<HTMLElement>) {
        const at = sort.findIndex(({ column }) => column === cell.dataset.key);
        const to = sort[at]?.ascending ? "ascending" : "descending";
        const place = sort.length > 1 ? String(at + 1) : "";
        cell.setAttribute("aria-sort", at === 0 ? to : "none"); // of one column at most
        const by = cell.querySelector(".pv-sort");
        const says = at < 0 || !place ? "" : `key ${place} of ${sort.length}, ${to}`;
        by?.setAttribute("aria-description", says);
        cell.toggleAttribute("data-sorted", at >= 0);
        const sign = cell.querySelector(".pv-sort-sign");
        if (sign) sign.textContent = at < 0 ? "" : `${to === "ascending" ? "▲" : "▼"}${place}`;
      }
    },
    markFilters(invalid, describedBy) {
      for (const field of row.querySelectorAll<HTMLInputElement>(".pv-field")) {
        const isInvalid = invalid.has(field.dataset.key ?? "");
        field.setAttribute("aria-invalid", String(isInvalid));
        if (isInvalid) field.setAttribute("aria-describedby", describedBy);
        else field.removeAttribute("aria-describedby");
      }
    },
    write(key, text) {
      const field = fieldOf(key);
      if (field) field.value = text;
    },
  };
}
