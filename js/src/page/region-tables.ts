/** The tables of a page: the comparison that was saved, and what is observed between chosen cells. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Column, Columns } from "../arrays";
import { type Grid, grid } from "../draw/grid/grid";
import type { PanelLifetime } from "../panel";
import { genesOf } from "../panels/comparison/region-genes";
import {
  byEvidence,
  columnsOf,
  csvText,
  reachOf,
  tableOf,
  tsvText,
} from "../panels/comparison/region-table";
import { button, h, segmented } from "../ui/dom";
import { download } from "../ui/download";
import { count } from "../ui/format";
import { bySureness, observedColumns, observedCsv, observedTable } from "./observed-table";
import type { PageState } from "./page-state";

type Tab = "saved" | "observed";

/** Make the tables. */
export function regionTables(state: PageState, lifetime: PanelLifetime): HTMLElement {
  const { data, compared } = state;
  const { watch, ended } = lifetime;
  const tab = signal<Tab>(data.comparison ? "saved" : "observed");
  const choices = [
    { value: "saved", label: "Comparison", title: "The table of the model, as it was saved" },
    { value: "observed", label: "Observed", title: "Observed differences, without a model" },
  ] as const;
  const show = (next: Tab) => {
    tab.value = next;
  };
  const tabs = segmented<Tab>(choices, show, {
    ...{ ended, label: "Table", testid: "page-table", value: tab.peek() },
  });
  tabs.el.hidden = data.comparison === null;
  const parts = { saved: savedTable(state, lifetime), observed: observed(state, lifetime) };
  const head = h("div", { class: "pv-panel-head" }, tabs.el);
  head.append(parts.saved.head, parts.observed.head);
  let first = compared.peek();
  watch(() => {
    const now = compared.value;
    if (now !== first && now) tab.value = "observed"; // other cells were chosen
    first = now;
  });
  watch(() => {
    tabs.value = tab.value;
    for (const name of ["saved", "observed"] as const) {
      for (const part of [parts[name].head, parts[name].el]) part.hidden = tab.value !== name;
    }
  });
  const attributes = { class: "pv-page-tables", "aria-label": "Regions" };
  return h("section", attributes, head, parts.saved.el, parts.observed.el);
}

interface Part {
  /** What is in the line over the table. */
  head: HTMLElement;
  el: HTMLElement;
}

/** The table that was computed by the model. */
function savedTable(state: PageState, lifetime: PanelLifetime): Part {
  const { data } = state;
  const { comparison, genes } = data;
  const named = genes ? genesOf(genes.texts, genes.codes) : undefined;
  const table = tableOf(data.regions, comparison?.columns ?? null, named);
  const reach = reachOf((table?.columns.effect_size ?? []) as ArrayLike<number>);
  const { now } = state.choice;
  const [saved1, saved2] = [now.peek().group1, now.peek().group2];
  const words = computed(() => {
    if (!comparison) return "";
    const isOfOthers = now.value.group1 !== saved1 || now.value.group2 !== saved2;
    const whose = comparison.is_of_now ? "of the groups as they were saved, " : "";
    const warning = isOfOthers ? ` · ${whose}not of those on the map` : "";
    return `${comparison.title} · ${comparison.state}${warning}`;
  });
  const sentences = (comparison?.sentences ?? []).map((text, at) =>
    h("p", { class: `pv-text${at ? " pv-dim" : ""}` }, text),
  );
  const notes = h("div", { class: "pv-page-notes", "data-testid": "page-evidence" }, ...sentences);
  return tablePart(
    {
      ...{ columns: columnsOf(() => reach), label: "Compared regions", usualOrder: byEvidence },
      ...{ testid: "page-saved", file: "comparison.csv", csv: csvText },
      ...{ table: signal(table), words, notes, none: "No comparison was saved." },
    },
    state,
    lifetime,
  );
}

/** The table that is computed in the page. */
function observed(state: PageState, lifetime: PanelLifetime): Part {
  const { data, open, compared } = state;
  const genes = data.genes ? genesOf(data.genes.texts, data.genes.codes) : undefined;
  const names: Record<string, Column> = { region: data.regions };
  if (genes?.gene) names.gene = genes.gene;
  const table = computed(() => {
    const pair = compared.value;
    return open.value && pair ? observedTable(open.value, pair, names) : undefined;
  });
  let reach = 1;
  lifetime.watch(() => {
    reach = reachOf((table.value?.columns.difference ?? []) as ArrayLike<number>);
  });
  const words = computed(() => {
    const pair = compared.value;
    if (!open.value) return "This page was saved without counts.";
    if (!pair) return "Draw around cells: the regions that differ there are listed here.";
    return `${pair.words}: ${count(pair.first.length)} and ${count(pair.second.length)} cells`;
  });
  const warning =
    "As observed, not tested: cells that were drawn on a map differ by chance as well. Compare them in a session to know which differences held-out fragments confirm.";
  const notes = h("div", { class: "pv-page-notes" }, h("p", { class: "pv-text pv-dim" }, warning));
  return tablePart(
    {
      ...{ columns: observedColumns(() => reach), label: "Observed regions" },
      ...{ usualOrder: bySureness, testid: "page-observed", file: "observed.csv" },
      ...{ csv: observedCsv, table, words, notes, none: "Draw around cells first." },
    },
    state,
    lifetime,
  );
}

interface TableContent {
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
}

/** One table with its line of words, and its rows linked with the colors of the cells. */
function tablePart(content: TableContent, state: PageState, { watch, ended }: PanelLifetime): Part {
  const { columns, label, usualOrder, testid, file, csv, table, words, notes, none } = content;
  const { color_by, open, data } = state;
  const rowCount = signal("");
  const rows: Grid = grid({
    ...{ columns, label, usualOrder, testid, rowTestid: `${testid}-row`, none, ended },
    rowKey: "region",
    viewed: (some, all) => {
      rowCount.value = all ? `${count(some)} of ${count(all)} regions` : "";
    },
    select: (row) => {
      if (open.peek()) color_by.value = data.regions[row] ?? "";
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
    const row = data.regions.indexOf(color_by.value);
    if (table.value) rows.selected = row < 0 ? undefined : row;
  });
  return { head, el: h("div", { class: "pv-page-table" }, notes, rows.el) };
}
