/** The grid of marker regions: a row colors the cells by its region. */
import type { ReadonlySignal, Signal } from "@preact/signals-core";
import type { Columns } from "../../arrays";
import type { MarkersIntent, MarkersState } from "../../contract";
import { type Grid, type GridColumn, grid } from "../../draw/grid/grid";
import type { Panel } from "../../panel";
import { regionLink } from "../comparison/region-link";
import { columnsOf, reachOf } from "../comparison/region-table";
import { markerText } from "./marker-table";

const GROUP: GridColumn = {
  key: "group",
  label: "category",
  title: "category that is compared with all other cells",
  kind: "text",
  hint: ({ group }, row) => String(group?.[row] ?? ""),
  width: 104,
  grow: 1,
  look: "strong",
};
const LABELS: Record<string, string> = { emp_prob1: "inside", emp_prob2: "outside" };
const EFFECT_WIDTH = 86; // all four first columns are in sight in the narrowest dock

/** The columns of the grid; `reach` is the effect of a full bar. */
export function markerColumns(reach: () => number): GridColumn[] {
  const columns = columnsOf(reach);
  for (const column of columns) {
    column.label = LABELS[column.key] ?? column.label;
    if (column.key === "effect_size") column.width = EFFECT_WIDTH;
  }
  return [GROUP, ...columns];
}

/** Make the grid; `selected` gets the category of the chosen row. */
export function markerGrid(
  table: ReadonlySignal<Columns | undefined>,
  selected: Signal<string>,
  panel: Panel<MarkersState, MarkersIntent>,
): Grid {
  const { watch, ended } = panel;
  let reach = 1;
  const named = (key: "group" | "region", row: number | undefined) =>
    (row === undefined ? undefined : (table.peek()?.columns[key]?.[row] as string | undefined)) ??
    "";
  const rows = grid({
    columns: markerColumns(() => reach),
    rowKey: "row",
    label: "Markers",
    testid: "markers-grid",
    rowTestid: "marker-row",
    select: (row) => {
      selected.value = named("group", row);
      link.color(named("region", row));
    },
    copied: (some) => (table.peek() ? markerText(table.peek() as Columns, some) : ""),
    ended,
  });
  const link = regionLink(panel, (region) => {
    if (named("region", rows.selected) === region) return;
    rows.selected = undefined; // something else colors the cells now
    selected.value = "";
  });
  watch(() => {
    const now = table.value;
    if (!now) {
      selected.value = "";
      return;
    }
    reach = reachOf((now.columns.effect_size ?? []) as ArrayLike<number>);
    rows.show(now);
    selected.value = named("group", rows.selected);
  });
  return rows;
}
