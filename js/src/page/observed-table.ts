/** What is observed to differ between two sets of cells, region by region, without any model. */
import type { Column, Columns } from "../arrays";
import { csvOf } from "../draw/grid/delimited-text";
import type { GridColumn } from "../draw/grid/grid";
import { sortedRows, unsorted } from "../draw/grid/sort";
import { percent, signed } from "../ui/format";
import type { OpenRegions } from "./open-regions";

/** Two sets of cells that share none. */
export interface Pair {
  first: ArrayLike<number>;
  second: ArrayLike<number>;
}

/**
 * Compare two sets of cells.
 *
 * `share1` and `share2` are the shares of the cells in which a region is open, `difference` the first
 * less the second. `root_deviance` says how sure the difference is: the root of the deviance of a
 * binomial (of the cells in which the region is open, as large a share is in the first set as of all open
 * regions), positive where the first has more. So depth and size of the sets are taken out.
 */
export function observedTable(
  open: OpenRegions,
  { first, second }: Pair,
  names: Record<string, Column>,
): Columns {
  const [opened1, opened2] = [open.count(first), open.count(second)];
  const [all1, all2] = [sum(opened1), sum(opened2)];
  const share = all1 / Math.max(1, all1 + all2);
  const n = open.n_regions;
  const [share1, share2, difference, root] = [0, 1, 2, 3].map(() => new Float32Array(n)) as [
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
    Float32Array<ArrayBuffer>,
  ];
  for (let region = 0; region < n; region++) {
    const [k1, k2] = [opened1[region] as number, opened2[region] as number];
    share1[region] = k1 / Math.max(1, first.length);
    share2[region] = k2 / Math.max(1, second.length);
    difference[region] = k1 / Math.max(1, first.length) - k2 / Math.max(1, second.length);
    const [expected1, expected2] = [(k1 + k2) * share, (k1 + k2) * (1 - share)];
    const deviance = 2 * (part(k1, expected1) + part(k2, expected2));
    root[region] = Math.sign(k1 - expected1) * Math.sqrt(Math.max(0, deviance));
  }
  const columns = { ...names, share1, share2, difference, root_deviance: root };
  return { columns, n_rows: n };
}

/** The surest difference first. */
export function bySureness({ columns, n_rows }: Columns): Uint32Array {
  const sizes = Float32Array.from((columns.root_deviance ?? []) as ArrayLike<number>, Math.abs);
  return sortedRows(unsorted(n_rows), sizes, false, "number");
}

/** The columns of the grid; `reach` is the difference of a full bar. */
export function observedColumns(reach: () => number): GridColumn[] {
  const share = (group: string) =>
    `share of ${group} in which the region is open; filter by > 20 % or > 0.2`;
  const number = { kind: "number", width: 92, grow: 1 } as const;
  return [
    {
      ...{ key: "region", label: "region", kind: "region", width: 188, grow: 2, look: "mono" },
      title: "region: a place (chr7:1-2,000,000) or part of a name can be looked for",
    },
    { key: "gene", label: "gene", kind: "text", title: "nearest gene", width: 92, grow: 1 },
    {
      ...{ ...number, key: "difference", label: "difference", width: 178 },
      title: "difference: share of the first cells less that of the second",
      format: (value) => signed(value, 3),
      get bar() {
        return reach();
      },
    },
    {
      ...{ ...number, key: "root_deviance", label: "deviance" },
      title:
        "deviance: signed root of the deviance of a binomial model, which corrects for depth. Cells that were drawn on a map differ by chance as well, so this is not a p-value",
      format: (value) => signed(value, 1),
    },
    {
      ...{ ...number, key: "share1", label: "open in 1", format: (value) => percent(value) },
      title: share("the first cells"),
    },
    {
      ...{ ...number, key: "share2", label: "open in 2", format: (value) => percent(value) },
      title: share("the second cells"),
    },
  ];
}

/** Some rows as comma-separated text. */
export const observedCsv = ({ columns }: Columns, rows: Uint32Array): string =>
  csvOf(columns, Object.keys(columns), rows);

/** What a cell count adds to the deviance; nothing where it is 0. */
const part = (count: number, expected: number): number =>
  count > 0 ? count * Math.log(count / expected) : 0;

function sum(counts: Uint32Array): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
