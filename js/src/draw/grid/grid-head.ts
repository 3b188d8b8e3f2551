/** The head of a grid: a button that sorts and a field that filters for each column. */
import { h, READ_ONLY_CONTROL } from "../../ui/dom";
import type { GridColumn } from "./row";
import type { Kind, Sort } from "./sort";

const HINTS: Record<Kind, string> = {
  number: "> 0.5",
  flag: "yes",
  text: "contains",
  region: "chr7:1-2,000,000",
};

/** The head, and what marks its cells. */
export interface GridHead {
  el: HTMLElement;
  row: HTMLElement;
  /** Make new cells for some columns; `textOf` is the text of a filter. */
  build(columns: readonly GridColumn[], textOf: (key: string) => string | undefined): void;
  /** Show by which column the rows are sorted. */
  markSort(sort: Sort | undefined): void;
  /** Say of a filter whether it makes sense; `describedBy` is the id of the reason. */
  markFilter(key: string, isValid: boolean, describedBy: string): void;
  /** Write a text into a filter. */
  write(key: string, text: string): void;
}

/** Make an empty head. */
export function gridHead(
  {
    sortBy,
    filterBy,
    testids,
  }: {
    sortBy(key: string, kind: Kind): void;
    filterBy(key: string, text: string): void;
    /** Whether filters have a `data-testid`. */
    testids: boolean;
  },
  ended: AbortSignal,
): GridHead {
  const row = h("div", { class: "pv-grid-row", role: "row", "aria-rowindex": 1 });
  const el = h("div", { class: "pv-grid-head", role: "rowgroup" }, row);
  const fieldOf = (key: string) =>
    row.querySelector<HTMLInputElement>(`.pv-field[data-key="${key}"]`);
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
    by.addEventListener("click", () => sortBy(key, kind), { signal: ended });
    field.addEventListener("input", () => filterBy(key, field.value), { signal: ended });
    const numeric = kind === "number" ? " pv-num" : "";
    const cell = { role: "columnheader", "data-key": key, "aria-colindex": at + 1, title };
    return h("div", { class: `pv-head-cell${numeric}`, ...cell }, by, field);
  };
  return {
    el,
    row,
    build(columns, textOf) {
      row.replaceChildren(...columns.map((one, at) => cellOf(one, at, textOf(one.key))));
    },
    markSort(sort) {
      for (const cell of row.children as HTMLCollectionOf<HTMLElement>) {
        const on = cell.dataset.key === sort?.key;
        const to = on ? (sort?.descending ? "descending" : "ascending") : "none";
        cell.setAttribute("aria-sort", to);
        const sign = cell.querySelector(".pv-sort-sign");
        if (sign) sign.textContent = on ? (sort?.descending ? "▼" : "▲") : "";
      }
    },
    markFilter(key, isValid, describedBy) {
      const field = fieldOf(key);
      field?.setAttribute("aria-invalid", String(!isValid));
      if (isValid) field?.removeAttribute("aria-describedby");
      else field?.setAttribute("aria-describedby", describedBy);
    },
    write(key, text) {
      const field = fieldOf(key);
      if (field) field.value = text;
    },
  };
}
