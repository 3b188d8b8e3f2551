/** A table of a page: its line of words, its rows, and the colors of the cells that follow a row. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { Columns } from "../arrays";
import { type Grid, grid } from "../draw/grid/grid";
import type { PanelLifetime } from "../panel";
import { tsvText } from "../panels/comparison/region-table";
import { button, h } from "../ui/dom";
import { download } from "../ui/download";
import { count } from "../ui/format";
import type { PageState } from "./page-state";

/** What is on the page of a table. */
export interface Part {
  /** What is in the line over the table. */
  head: HTMLElement;
  el: HTMLElement;
}

/** What a table shows. */
export interface TableContent {
  columns: Parameters<typeof grid>[0]["columns"];
  label: string;
  usualOrder(table: Columns): Uint32Array;
  testid: string;
  file: string;
  csv(table: Columns, rows: Uint32Array): string;
  table: ReadonlySignal<Columns | undefined>;
  words: ReadonlySignal<string>;
  notes: HTMLElement;
  none: string;
  /** Column that tells rows apart; `region` unless said. */
  rowKey?: string;
  /** The region of a row, and a row of a region or -1, where rows are not the regions. */
  regionOf?: (row: number) => number | undefined;
  rowOf?: (region: number) => number;
}

/** One table with its line of words, and its rows linked with the colors of the cells. */
export function tablePart(
  content: TableContent,
  state: PageState,
  { watch, ended }: PanelLifetime,
): Part {
  const { columns, label, usualOrder, testid, file, csv, table, words, notes, none } = content;
  const { color_by, open, data } = state;
  const regionOf = content.regionOf ?? ((row: number) => row);
  const rowCount = signal("");
  const rows: Grid = grid({
    ...{ columns, label, usualOrder, testid, rowTestid: `${testid}-row`, none, ended },
    rowKey: content.rowKey ?? "region",
    viewed: (some, all) => {
      rowCount.value = all ? `${count(some)} of ${count(all)} regions` : "";
    },
    select: (row) => {
      if (open.peek()) color_by.value = data.regions[regionOf(row) ?? -1] ?? "";
    },
    copied: (some) => (table.peek() ? tsvText(table.peek() as Columns, some) : ""),
  });
  const save = button(
    "Save as CSV",
    () => {
      const now = table.peek();
      if (now) download(csv(now, rows.view), file, "text/csv;charset=utf-8");
    },
    { ended, title: "Save the rows that pass the filters", testid: `${testid}-csv` },
  );
  const said = h("span", { "data-testid": `${testid}-words` });
  const seen = h("span", { class: "pv-dim" });
  const head = h(
    "div",
    { class: "pv-page-line" },
    said,
    h("span", { class: "pv-grow" }),
    seen,
    save,
  );
  watch(() => {
    said.textContent = words.value;
    seen.textContent = rowCount.value;
  });
  watch(() => {
    const now = table.value;
    rows.el.hidden = save.hidden = notes.hidden = !now;
    if (now) rows.show(now);
  });
  watch(() => {
    const region = data.regions.indexOf(color_by.value);
    if (!table.value) return;
    if (rows.selected !== undefined && regionOf(rows.selected) === region) return;
    const row = region < 0 ? -1 : (content.rowOf?.(region) ?? region);
    rows.selected = row < 0 ? undefined : row;
  });
  return { head, el: h("div", { class: "pv-page-table" }, notes, rows.el) };
}
