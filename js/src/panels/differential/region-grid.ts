/** The grid of regions: shows the table of a comparison and marks the region that colors the cells. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { Columns } from "../../arrays";
import type { DifferentialIntent, DifferentialState } from "../../contract";
import { type Grid, grid } from "../../draw/grid/grid";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import { whenVisible } from "../../ui/when-visible";
import { type RegionLink, regionLink } from "../comparison/region-link";
import { byEvidence, columnsOf, reachOf, tsvText } from "../comparison/region-table";
import type { ComparisonWords } from "../comparison/words";
import { type TableColumns, tableColumns } from "./table-columns";

/** The grid with what other parts of the panel need of it. */
export interface RegionGrid {
  rows: Grid;
  /** What is shown where there is no table. */
  empty: HTMLElement;
  link: RegionLink;
  /** How many rows pass the filters, of how many, and how many of these are selected. */
  seen: ReadonlySignal<{ rows: number; of: number; selected: number }>;
  columns: TableColumns;
  /** The name of a row's region. */
  regionOf(row: number): string;
}

/** Make the grid; `menu` opens the menu of a row. */
export function regionGrid(
  table: ReadonlySignal<Columns | undefined>,
  words: ComparisonWords,
  menu: (row: number, at: { clientX: number; clientY: number }) => void,
  panel: Panel<DifferentialState, DifferentialIntent>,
): RegionGrid {
  const { wire, watch, ended } = panel;
  const [color_by, sort_by] = [wire.read("color_by"), wire.read("sort_by")];
  let names: readonly string[] = [];
  let reach = 1;
  let missedWhileHidden = false;
  const seen = signal({ rows: 0, of: 0, selected: 0 });
  const known = columnsOf(() => reach);
  const columns = tableColumns(known, table, (key) => rows.widthOf(key), panel);
  const rows = grid({
    columns: known,
    rowKey: "region",
    label: "Regions",
    usualOrder: byEvidence,
    sorted: (sort) => wire.write("sort_by", [...sort]),
    filtered: (filters) => keepFilters(new Map(filters)),
    testid: "da-grid",
    rowTestid: "da-row",
    viewed: (some, all, selected) => {
      seen.value = { rows: some, of: all, selected };
    },
    select: (row) => {
      const region = names[row];
      if (region !== undefined) link.color(region);
    },
    copied: (some) => (table.value ? tsvText(table.value, some, columns.written()) : ""),
    sized: columns.size,
    moved: columns.move,
    menu,
    ended,
  });
  watch(() => {
    rows.sort = sort_by.value;
  });
  const keepFilters = filterMemory(rows, panel);
  watch(() => {
    rows.showColumns(columns.shown.value);
    nameHeads(rows.el);
  });
  const empty = h("div", { class: "pv-empty", "data-testid": "da-empty" });
  watch(() => {
    empty.textContent = words.empty.value;
  });
  const mark = (region: string) => {
    const row = names.indexOf(region);
    missedWhileHidden ||= rows.el.clientHeight === 0;
    rows.selected = row < 0 ? undefined : row;
  };
  const link = regionLink(panel, mark);
  watch(() => {
    const now = table.value;
    rows.el.hidden = !now;
    empty.hidden = !!now;
    if (!now) return;
    reach = reachOf((now.columns.effect_size ?? []) as ArrayLike<number>);
    names = now.columns.region as readonly string[];
    rows.show(now);
    nameHeads(rows.el);
    mark(color_by.peek());
  });
  whenVisible(rows.el, ended, () => {
    if (!missedWhileHidden || !table.value) return;
    missedWhileHidden = false;
    rows.show(table.value); // its head can be measured only now
    rows.selected = undefined;
    mark(color_by.peek()); // and the row be scrolled to
  });
  return { rows, columns, empty, link, seen, regionOf: (row) => names[row] ?? "" };
}

const REST = 300; // ms after the last key until the session keeps what is typed

/** Take the filters of the session; what comes back keeps those that are typed. */
function filterMemory(
  rows: Grid,
  { wire, watch, ended }: Panel<DifferentialState, DifferentialIntent>,
): (filters: ReadonlyMap<string, string>) => void {
  const kept = wire.read("table_filters");
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(() => {
    const filters = kept.value.map(({ column, text }) => [column, text] as const);
    if (timer === undefined) rows.takeFilters(new Map(filters));
  });
  let typed: ReadonlyMap<string, string> = new Map();
  const write = () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    const filters = Array.from(typed, ([column, text]) => ({ column, text }));
    wire.write("table_filters", filters);
  };
  ended.addEventListener("abort", write, { once: true });
  return (filters) => {
    typed = filters;
    clearTimeout(timer);
    timer = setTimeout(write, REST);
  };
}

/** Give the heads and their filters a name that a test can find. */
function nameHeads(el: HTMLElement) {
  for (const head of el.querySelectorAll<HTMLElement>("[role=columnheader][data-key]")) {
    head.dataset.testid = `da-header-${head.dataset.key}`;
    const field = head.querySelector("input");
    if (field) field.dataset.testid = `da-filter-${head.dataset.key}`;
  }
}
