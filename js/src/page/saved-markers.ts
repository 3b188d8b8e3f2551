/** The marker regions of all categories, as they were saved. */
import { computed, signal } from "@preact/signals-core";
import { type Column, type Columns, numbers } from "../arrays";
import { unsorted } from "../draw/grid/sort";
import type { PanelLifetime } from "../panel";
import { genesOf } from "../panels/comparison/region-genes";
import { reachOf } from "../panels/comparison/region-table";
import { markerColumns } from "../panels/markers/marker-grid";
import { markerText } from "../panels/markers/marker-table";
import { h } from "../ui/dom";
import type { PageData } from "./page-data";
import type { PageState } from "./page-state";
import { type Part, tablePart } from "./table-part";

/** Make the table. */
export function savedMarkers(state: PageState, lifetime: PanelLifetime): Part {
  const { markers } = state.data;
  const table = markersOf(state.data);
  const reach = reachOf((table?.columns.effect_size ?? []) as ArrayLike<number>);
  const rows = markers ? numbers(markers.regions) : new Uint32Array(0);
  const words = computed(() => {
    if (!markers) return "";
    const old = markers.is_of_now ? "as saved" : "of earlier weights, counts or categories";
    return `each category of ${markers.column} against all other cells · by the model, ${old}`;
  });
  return tablePart(
    {
      ...{ columns: markerColumns(() => reach), label: "Markers", testid: "page-markers" },
      ...{ usualOrder: ({ n_rows }) => unsorted(n_rows), file: "markers.csv", csv: markerText },
      ...{ table: signal(table), words, notes: h("div"), none: "No markers were saved." },
      ...{ rowKey: "row", regionOf: (row) => rows[row], rowOf: (region) => rows.indexOf(region) },
    },
    state,
    lifetime,
  );
}

/** The rows of all categories; `undefined` where there are none. */
export function markersOf({ markers, regions, genes }: PageData): Columns | undefined {
  if (!markers) return undefined;
  const rows = Array.from(numbers(markers.regions));
  const names = rows.map((row) => regions[row] ?? "");
  const columns: Record<string, Column> = {
    row: names.map((name, at) => `${markers.groups[at]} ${name}`),
    ...{ group: markers.groups, region: names },
  };
  for (const [name, array] of Object.entries(markers.columns)) columns[name] = numbers(array);
  const known = genes ? genesOf(genes.texts, genes.codes)?.gene : undefined;
  if (known) columns.gene = rows.map((row) => String(known[row] ?? ""));
  return { columns, n_rows: rows.length };
}
