/** How many rows pass the filters, and a button that clears the filters. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Columns } from "../../arrays";
import type { Grid } from "../../draw/grid/grid";
import type { PanelLifetime } from "../../panel";
import { button, h } from "../../ui/dom";
import { count } from "../../ui/format";
import type { RegionGrid } from "./region-grid";

const ORDER = "Confirmed regions first, then called ones, then the others; each by size of effect";

/** Make both. */
export function rowCount(
  table: ReadonlySignal<Columns | undefined>,
  { rows, seen }: RegionGrid,
  { watch, ended }: PanelLifetime,
): HTMLElement[] {
  const title = `${ORDER}. Click a column's name to sort by it, and a third time for this order; Shift+click adds a column.`;
  const shown = h("output", { class: "pv-dim", title, "data-testid": "da-shown" });
  const clear = button("clear filters", () => clearFilters(rows), {
    ended,
    kind: "ghost",
    testid: "da-clear-filters",
  });
  watch(() => {
    const { rows: some, of: all, selected } = seen.value;
    shown.hidden = !table.value;
    clear.hidden = !table.value || some === all;
    const rest = selected > 1 ? `, ${count(selected)} selected` : "";
    const rows = some === all ? `${count(all)} rows` : `${count(some)} of ${count(all)} rows`;
    shown.value = `${rows}${rest}`;
  });
  return [shown, clear];
}

/** Empty every filter that holds something. */
function clearFilters(rows: Grid) {
  for (const field of rows.el.querySelectorAll<HTMLInputElement>("[role=columnheader] input")) {
    if (field.value) rows.filter(field.dataset.key ?? "", "");
  }
}
