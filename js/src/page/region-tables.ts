/** The tables of a page: the comparison that was saved, and what is observed between chosen cells. */
import { computed, signal } from "@preact/signals-core";
import type { Column } from "../arrays";
import type { PanelLifetime } from "../panel";
import { genesOf } from "../panels/comparison/region-genes";
import {
  byEvidence,
  columnsOf,
  csvText,
  reachOf,
  tableOf,
} from "../panels/comparison/region-table";
import { h, segmented } from "../ui/dom";
import { count } from "../ui/format";
import { genomePart } from "./genome-part";
import { modelTable } from "./model-table";
import { bySureness, observedColumns, observedCsv, observedTable } from "./observed-table";
import type { PageModel } from "./page-model";
import type { PageState } from "./page-state";
import { savedMarkers } from "./saved-markers";
import { type Part, tablePart } from "./table-part";

type Tab = "saved" | "model" | "observed" | "genome" | "markers";

const TABS = [
  { value: "saved", label: "Comparison", title: "The table of the model, as it was saved" },
  { value: "model", label: "By the model", title: "Differences by the model, computed here" },
  { value: "observed", label: "Observed", title: "Observed differences, without a model" },
  { value: "markers", label: "Markers", title: "Marker regions of each category, as saved" },
  { value: "genome", label: "Genome", title: "Genes and regions around a region or a gene" },
] as const;
const ASKING: readonly Tab[] = ["model", "genome"]; // which show what the model calls
const NAMES = TABS.map(({ value }) => value);

/** Make the tables. */
export function regionTables(
  state: PageState,
  model: PageModel | undefined,
  lifetime: PanelLifetime,
): HTMLElement {
  const { data, compared } = state;
  const { watch, ended } = lifetime;
  const drawn: Tab = data.model ? "model" : "observed"; // what shows cells that are drawn round
  const tab = signal<Tab>(data.comparison ? "saved" : drawn);
  const hidden = [
    data.comparison ? "" : "saved",
    data.model ? "" : "model",
    data.tracks ? "" : "genome",
  ];
  const choices = TABS.filter(({ value }) => !hidden.includes(value));
  const show = (next: Tab) => {
    tab.value = next;
  };
  const tabs = segmented<Tab>(choices, show, {
    ...{ ended, label: "Table", testid: "page-table", value: tab.peek() },
  });
  const parts: Record<Tab, Part> = {
    saved: savedTable(state, lifetime),
    model: modelTable(state, model, () => ASKING.includes(tab.value), lifetime),
    observed: observed(state, lifetime),
    markers: savedMarkers(state, lifetime),
    genome: genomePart(state, model, lifetime),
  };
  const head = h("div", { class: "pv-panel-head" }, tabs.el);
  head.append(...NAMES.map((name) => parts[name].head));
  let first = compared.peek();
  watch(() => {
    const now = compared.value;
    const isOther = now !== first && now; // other cells were chosen
    if (isOther && tab.peek() === "saved") tab.value = drawn;
    first = now;
  });
  watch(() => {
    tabs.value = tab.value;
    for (const name of NAMES) {
      for (const part of [parts[name].head, parts[name].el]) part.hidden = tab.value !== name;
    }
  });
  const attributes = { class: "pv-page-tables", "aria-label": "Regions" };
  return h("section", attributes, head, ...NAMES.map((name) => parts[name].el));
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
  const where = data.model?.holds_out ? "“By the model” says" : "Compare them in a session to know";
  const warning = `As observed, not tested: cells that were drawn on a map differ by chance as well. ${where} which differences held-out fragments confirm.`;
  const texts = [warning, data.without_model].filter(Boolean);
  const notes = h(
    "div",
    { class: "pv-page-notes" },
    ...texts.map((text) => h("p", { class: "pv-text pv-dim" }, text)),
  );
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
