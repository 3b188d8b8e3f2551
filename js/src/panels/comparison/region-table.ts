/** The table of regions: its columns on screen, what came over the wire, what goes into a file. */
import { type Column, type Columns, numbers } from "../../arrays";
import type { DifferentialState } from "../../contract";
import type { GridColumn } from "../../draw/grid/row";
import { csvOf, tsvOf } from "../../draw/grid/sort";
import { DA_FORMATS } from "../../ui/format";

type Wired = DifferentialState["da_columns"];
type Field = keyof NonNullable<Wired>;

/** The columns of `session.da_result`, in its order. */
const FIELDS: readonly Field[] = [
  "prob_da",
  "is_da_fdr",
  "bayes_factor",
  "effect_size",
  "emp_effect",
  "est_prob1",
  "est_prob2",
  "emp_prob1",
  "emp_prob2",
];

const REACHES = [0.05, 0.1, 0.2, 0.5, 1]; // what a full bar may stand for

/** The grid's columns; `reach` says what a full bar stands for. */
export function columnsOf(reach: () => number): GridColumn[] {
  const number = (key: keyof typeof DA_FORMATS, label: string, title: string, width = 82) =>
    ({ key, label, title, width, kind: "number", format: DA_FORMATS[key], grow: 1 }) as const;
  return [
    {
      key: "region",
      label: "region",
      title: "region: a place (chr7:1-2,000,000) or part of a name can be looked for",
      kind: "region",
      width: 188,
      grow: 2,
      look: "mono",
    },
    {
      ...number(
        "effect_size",
        "effect size",
        "effect_size = est_prob1 - est_prob2: positive is more open in group 1",
        178,
      ),
      get bar() {
        return reach();
      },
    },
    number("prob_da", "prob_da", "prob_da: posterior probability that the region differs"),
    {
      key: "is_da_fdr",
      label: "FDR",
      title: "is_da_fdr: whether the region is among those called at the FDR target; filter by yes",
      kind: "flag",
      width: 56,
      grow: 0.5,
    },
    number(
      "emp_prob1",
      "open in 1",
      "emp_prob1: share of the cells of group 1 in which it was seen open; > 20 % or > 0.2",
    ),
    number(
      "emp_prob2",
      "open in 2",
      "emp_prob2: share of the cells of group 2 in which it was seen open; > 20 % or > 0.2",
    ),
    number("est_prob1", "est. 1", "est_prob1: mean accessibility of group 1 by the model", 70),
    number("est_prob2", "est. 2", "est_prob2: mean accessibility of group 2 by the model", 70),
    number(
      "emp_effect",
      "emp. effect",
      "emp_effect = emp_prob1 - emp_prob2: positive is seen open more often in group 1",
      88,
    ),
    number("bayes_factor", "Bayes f.", "bayes_factor: log odds of prob_da"),
  ];
}

/** The table as it came, by name; `undefined` where there is none for these regions. */
export function tableOf(regions: readonly string[], wired: Wired): Columns | undefined {
  if (!wired || regions.length === 0) return undefined;
  const columns: Record<string, Column> = { region: regions };
  for (const [name, array] of Object.entries(wired)) {
    if (array.shape[0] !== regions.length) return undefined; // of the regions before, or to come
    columns[name] = numbers(array);
  }
  return { columns, n_rows: regions.length };
}

/** What a full bar stands for, so that the largest effect fits. */
export function reachOf(effects: ArrayLike<number>): number {
  let most = 0;
  for (let row = 0; row < effects.length; row++) {
    const size = Math.abs(effects[row] as number);
    if (size > most) most = size; // not for what is not a number
  }
  return REACHES.find((reach) => most <= reach) ?? most;
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

/** Some rows in the form that `session.da_result.to_csv()` has. */
export const csvText = ({ columns }: Columns, rows: Uint32Array): string =>
  csvOf(withFlags(columns), ["region", ...FIELDS], rows);

/** The columns, with flags as pandas writes them. */
function withFlags(columns: Columns["columns"]): Columns["columns"] {
  const flags = columns.is_da_fdr as ArrayLike<number> | undefined;
  const told = flags && Array.from(flags, (flag) => (flag ? "True" : "False"));
  return told ? { ...columns, is_da_fdr: told } : columns;
}

/** The same for a spreadsheet to paste, with its head. */
export const tsvText = ({ columns }: Columns, rows: Uint32Array): string =>
  tsvOf(withFlags(columns), ["region", ...FIELDS], rows);

/** "group 1 (300) vs group 2 (520)" as a file's name. */
export function fileName(title: string, state: DifferentialState["da_state"]): string {
  const parts = ["da", ...(title.match(/[\p{L}\p{N}]+(?:[.,]\p{N}+)*/gu) ?? [])];
  if (state === "estimate") parts.push("estimate");
  return `${parts.join("_").replaceAll(",", "")}.csv`;
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
