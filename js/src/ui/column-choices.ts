/** Columns of the cells as entries of a select: those that do not fit say why. */
import type { ObsColumn } from "../contract";
import type { Choice } from "./dom";
import { count } from "./format";

/** What a column is chosen for: to color by, for its categories, or for two groups of them. */
type Use = "color" | "categories" | "groups";

/** Why a column cannot be chosen; empty where it can. */
export function whyNot({ kind, reason, categories }: ObsColumn, use: Use): string {
  if (kind === "none") return reason;
  if (use === "color") return "";
  if (kind === "number") return "numbers";
  return use === "groups" && categories.length < 2 ? "one category only" : "";
}

/** The entry of each column: its name and how many categories it has, or why it cannot be chosen. */
export const columnChoices = (columns: readonly ObsColumn[], use: Use): Choice[] =>
  columns.map((column) => {
    const { name, kind, categories } = column;
    const why = whyNot(column, use);
    const what = why || (kind === "number" ? "numbers" : count(categories.length));
    return { value: name, label: `${name} (${what})`, disabled: why !== "" };
  });
