/** One row of a grid: its cells, how a value is written in them, and the bar beside a number. */
import type { Columns } from "../../arrays";
import { h } from "../../ui/dom";
import type { Kind } from "./sort";

/** How one column is shown; one that the table lacks is not shown. */
export interface GridColumn {
  /** Its name in the table. */
  key: string;
  /** Its name on screen. */
  label: string;
  kind: Kind;
  /** What it means, on hover. */
  title?: string;
  /** How a number is written. */
  format?(value: number): string;
  /** What is said of a row's value on hover. */
  hint?(columns: Columns["columns"], row: number): string;
  /** Draw a bar in a group's color, full at this absolute value. */
  bar?: number;
  /** Least width in pixels, and the share of what is left over. */
  width: number;
  grow?: number;
  look?: "strong" | "dim" | "mono";
}

/** Pixels of a row. */
export const ROW_HEIGHT = 24;

/** Make a row without values. */
export function blankRow(columns: readonly GridColumn[], testid: string | undefined): HTMLElement {
  const cells = columns.map(({ kind, look, bar }, at) => {
    const looks = [
      kind === "number" && "pv-num",
      bar !== undefined && "pv-with-bar",
      look && `pv-${look}`,
    ].filter(Boolean);
    const shape = ["pv-cell", ...looks].join(" ");
    return h("div", { class: shape, role: "gridcell", "aria-colindex": at + 1 });
  });
  return h("div", { class: "pv-grid-row", role: "row", "data-testid": testid }, ...cells);
}

/** Write the values of one row of the table, and its position. */
export function writeRow(
  element: HTMLElement,
  columns: readonly GridColumn[],
  table: Columns,
  at: { index: number; row: number; name: string; selected: boolean },
): void {
  element.style.height = `${ROW_HEIGHT}px`;
  element.style.transform = `translateY(${at.index * ROW_HEIGHT}px)`;
  element.dataset.row = String(at.row);
  element.dataset.region = at.name;
  element.setAttribute("aria-rowindex", String(at.index + 2));
  element.setAttribute("aria-selected", String(at.selected));
  columns.forEach((column, index) => {
    const cell = element.children[index] as HTMLElement;
    const value = table.columns[column.key]?.[at.row];
    if (column.hint) cell.title = column.hint(table.columns, at.row);
    const text = typeof value === "number" ? written(column, value) : (value ?? "");
    if (column.bar !== undefined && typeof value === "number") {
      writeBar(cell, value / column.bar, text);
    } else if (cell.textContent !== text) {
      cell.textContent = text;
    }
  });
}

function written(column: GridColumn, value: number): string {
  if (column.format) return column.format(value);
  return column.kind === "flag" ? (value ? "yes" : "") : String(value);
}

/** A bar to the right in the first group's color, or to the left in the second's. */
function writeBar(cell: HTMLElement, share: number, text: string): void {
  let bar = cell.querySelector<HTMLElement>(".pv-bar > i");
  if (!bar) {
    bar = h("i");
    cell.replaceChildren(h("span", { class: "pv-bar", "aria-hidden": "true" }, bar), " ");
  }
  const width = Number.isFinite(share) ? 50 * Math.min(1, Math.abs(share)) : 0;
  bar.dataset.sign = share >= 0 ? "+" : "-";
  bar.style.width = `${width.toFixed(1)}%`;
  bar.style.left = `${(share >= 0 ? 50 : 50 - width).toFixed(1)}%`;
  (cell.lastChild as Text).data = text;
}
