/** The table of marker regions as it came over the wire, and as a file. */
import { type Column, type Columns, numbers } from "../../arrays";
import type { MarkerGroup, MarkersState } from "../../contract";
import { csvOf } from "../../draw/grid/delimited-text";
import { withFlags } from "../comparison/region-table";

/** The rows of all categories, one below the other; `undefined` where there are none. */
export function markerTable(
  groups: readonly MarkerGroup[],
  regions: readonly string[],
  genes: readonly string[],
  wired: MarkersState["marker_columns"],
): Columns | undefined {
  const names = groups.flatMap(({ name, n_rows }) => Array<string>(n_rows).fill(name));
  if (!wired || regions.length === 0 || names.length !== regions.length) return undefined;
  const columns: Record<string, Column> = {
    row: regions.map((region, at) => `${names[at]} ${region}`),
    group: names,
    region: regions,
  };
  for (const [name, array] of Object.entries(wired)) columns[name] = numbers(array);
  if (genes.length === regions.length) columns.gene = genes;
  return { columns, n_rows: regions.length };
}

/** Some rows as comma-separated text. */
export const markerText = ({ columns }: Columns, rows: Uint32Array): string =>
  csvOf(
    withFlags(columns),
    Object.keys(columns).filter((name) => name !== "row"),
    rows,
  );
