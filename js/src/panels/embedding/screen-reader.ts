/** What a screen reader says of the cell cursor: the cell in words, and how many are selected. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { CellDetails, Colors } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import { count } from "../../ui/format";
import { nameOf } from "./cell-card";
import type { Cursor } from "./cell-cursor";
import { wordsOfCell } from "./scene";
import type { Selected } from "./selection";

const REST = 250; // ms: the name is on its way, and while arrows are pressed fast only the last cell is read

/** What is read aloud. */
export interface ReaderState {
  cursor: Pick<Cursor, "cell" | "trouble">;
  cell_details: ReadonlySignal<CellDetails>;
  colors: ReadonlySignal<Colors>;
  selected: ReadonlySignal<Selected>;
}

/** Make the live region. */
export function screenReaderText(
  { cursor, cell_details, colors, selected }: ReaderState,
  { watch }: Pick<Panel<object, never>, "watch">,
): HTMLElement {
  const el = h("p", { class: "pv-sr", role: "status", "data-testid": "screen-reader-text" });
  watch(() => {
    const text = wordsOf(cursor, cell_details.value, colors.value, selected.value);
    const timer = setTimeout(() => {
      if (el.textContent !== text) el.textContent = text;
    }, REST);
    return () => clearTimeout(timer);
  });
  return el;
}

function wordsOf(
  { cell: at, trouble }: ReaderState["cursor"],
  card: CellDetails,
  colors: Colors,
  { cells }: Selected,
): string {
  const cell = at.value;
  if (cell < 0) return "";
  const name = card.cell === cell ? `cell ${card.name}` : nameOf(cell);
  const is = cells.includes(cell) && "selected";
  const all = `${count(cells.length)} selected in all`;
  return [trouble.value, name, wordsOfCell(colors, cell), is, all].filter(Boolean).join(", ");
}
