/** The table of regions: its columns on screen, what came over the wire, what goes into a file. */
import { type Column, type Columns, numbers } from "../../arrays";
import { DA_COLUMNS, type DAColumn, type DifferentialState } from "../../contract";
import { csvOf, tsvOf } from "../../draw/grid/delimited-text";
import type { GridColumn } from "../../draw/grid/row";
import { sortedRows, unsorted } from "../../draw/grid/sort";
import { fixed, percent, signed } from "../../ui/format";
import type { GeneColumns } from "./region-genes";

type Wired = DifferentialState["da_columns"];

/** The columns of a table that it has, in the order of `session.da_result`. */
const namesIn = (columns: Columns["columns"]): string[] => [
  "region",
  ...DA_COLUMNS.map(({ name }) => name).filter((name) => name in columns),
];

const LEAST = "< 1e−37"; // what single precision, which tables travel in, rounds to 0
const REACHES = [0.05, 0.1, 0.2, 0.5, 1]; // what a full bar may mean

const REGION: GridColumn = {
  key: "region",
  label: "region",
  title: "region: a place (chr7:1-2,000,000) or part of a name can be looked for",
  kind: "region",
  width: 188,
  grow: 2,
  look: "mono",
};

/** The grid's columns; `reach` is the effect of a full bar. */
export function columnsOf(reach: () => number): GridColumn[] {
  const ordered = [...DA_COLUMNS].sort((a, b) => a.grid_order - b.grid_order);
  return [REGION, ...ordered.map((column) => gridColumn(column, reach))];
}

function gridColumn(column: DAColumn, reach: () => number): GridColumn {
  const { name, label, kind, width, grow, help, unit, has_bar } = column;
  const title = `${name}: ${help}${unit && ` (${unit})`}`;
  const plain = { key: name, label, title, kind, width, grow };
  const numeric = kind === "number" ? { ...plain, format: writer(column.format) } : plain;
  if (!has_bar) return numeric;
  return {
    ...numeric,
    hint: intervalOf,
    get bar() {
      return reach();
    },
  };
}

/** The credible interval of a row's effect, where the table has one. */
export function intervalOf({ effect_low, effect_high }: Columns["columns"], row: number): string {
  const [low, high] = [effect_low?.[row], effect_high?.[row]];
  if (typeof low !== "number" || typeof high !== "number") return "";
  return `95 % credible interval: ${signed(low, 3)} to ${signed(high, 3)}`;
}

/** A writer of numbers from Python's format specification: "+.3f", ".1%", ".1e". */
export function writer(specification: string): (value: number) => string {
  const [, sign, digits, type] = /^(\+?)\.(\d+)([f%e])$/.exec(specification) ?? [];
  if (!type) throw new Error(`"${specification}" is not a format of the grid`);
  if (type === "%") return (value) => percent(value, Number(digits));
  if (type === "e") {
    return (value) => (value === 0 ? LEAST : value.toExponential(Number(digits)).replace("-", "−"));
  }
  return (value) => (sign ? signed : fixed)(value, Number(digits));
}

/** The table as it came, by name, with genes; `undefined` where there is none for these regions. */
export function tableOf(
  regions: readonly string[],
  wired: Wired,
  genes?: GeneColumns,
  sets?: readonly string[],
): Columns | undefined {
  if (!wired || regions.length === 0) return undefined;
  const columns: Record<string, Column> = { region: regions };
  for (const [name, array] of Object.entries(wired)) {
    if (array.shape[0] !== regions.length) return undefined; // of the regions before, or to come
    columns[name] = numbers(array);
  }
  if (genes?.gene?.length === regions.length) Object.assign(columns, genes);
  if (sets?.length === regions.length) columns.sets = sets;
  return { columns, n_rows: regions.length };
}

/** The effect of a full bar, so that the largest effect fits. */
export function reachOf(effects: ArrayLike<number>): number {
  let most = 0;
  for (let row = 0; row < effects.length; row++) {
    const size = Math.abs(effects[row] as number);
    if (size > most) most = size; // not for what is not a number
  }
  return REACHES.find((reach) => most <= reach) ?? most;
}

/** Confirmed regions first, then called ones, then the others; each by size of effect. */
export function byEvidence({ columns, n_rows }: Columns): Uint32Array {
  const { is_da_fdr, is_confirmed, effect_size, prob_da } = columns;
  const rank = (row: number) => (is_da_fdr?.[row] ? (is_confirmed?.[row] ? 2 : 1) : 0);
  const size = (row: number) => Math.abs((effect_size?.[row] ?? Number.NaN) as number);
  const ranks = Uint8Array.from({ length: n_rows }, (_, row) => rank(row));
  const byProb = sortedRows(unsorted(n_rows), prob_da, false, "number");
  const sizes = Float32Array.from({ length: n_rows }, (_, row) => size(row));
  return sortedRows(sortedRows(byProb, sizes, false, "number"), ranks, false, "number");
}

/** How many of the called regions are more open in group 1, and in group 2. */
export function upAndDown({ columns, n_rows }: Columns): { up: number; down: number } {
  const { is_da_fdr, effect_size } = columns;
  const n = { up: 0, down: 0 };
  for (let row = 0; row < n_rows; row++) {
    if (is_da_fdr?.[row]) n[(effect_size?.[row] as number) < 0 ? "down" : "up"]++;
  }
  return n;
}

/**
 * Some rows in the form that `session.da_result.to_csv()` has; `names` are the columns where not all
 * are written.
 */
export const csvText = (
  { columns }: Columns,
  rows: Uint32Array,
  names: readonly string[] = namesIn(columns),
): string => csvOf(withFlags(columns), [...names], rows);

/** The columns, with flags as pandas writes them. */
export function withFlags(columns: Columns["columns"]): Columns["columns"] {
  const written = { ...columns };
  for (const { name, kind } of DA_COLUMNS) {
    const flags = kind === "flag" ? (columns[name] as ArrayLike<number> | undefined) : undefined;
    if (flags) written[name] = Array.from(flags, (flag) => (flag ? "True" : "False"));
  }
  return written;
}

/** The same for a spreadsheet to paste, with its head. */
export const tsvText = (
  { columns }: Columns,
  rows: Uint32Array,
  names: readonly string[] = namesIn(columns),
): string => tsvOf(withFlags(columns), [...names], rows);

/** "group 1 (300) vs group 2 (520)" as a file's name. */
export function fileName(
  title: string,
  state: DifferentialState["da_state"],
  ending: "csv" | "bed" = "csv",
): string {
  const parts = ["da", ...(title.match(/[\p{L}\p{N}]+(?:[.,]\p{N}+)*/gu) ?? [])];
  if (state === "estimate") parts.push("estimate");
  return `${parts.join("_").replaceAll(",", "")}.${ending}`;
}

/** The smallest `prob_da` of the regions that are called; `undefined` where none is. */
export function leastCalled({ columns, n_rows }: Columns): number | undefined {
  const { is_da_fdr, prob_da } = columns;
  let least = Number.POSITIVE_INFINITY;
  for (let row = 0; row < n_rows; row++) {
    if (is_da_fdr?.[row]) least = Math.min(least, prob_da?.[row] as number);
  }
  return Number.isFinite(least) ? least : undefined;
}
