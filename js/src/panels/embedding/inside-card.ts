/** The card beside a line: in which regions the cells inside differ most from all others. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { EmbeddingState, TopRegions } from "../../contract";
import { boundsOf, type Point } from "../../draw/polygon";
import { toScreen, type View } from "../../draw/scatter/camera";
import type { Drawing } from "../../draw/scatter/lasso";
import type { Scatter } from "../../draw/scatter/scatter";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import { count, percent } from "../../ui/format";
import type { Pen } from "./pen";
import type { Selected } from "./selection";

const N_REGIONS = 5; // the panel of the comparison lists more
const AWAY = 14; // px between the line and the card
const TOP = 46; // px that the toolbar covers
const BOTTOM = 26; // px between the card of the selection and the edge

/** What each number is, in words. */
const KINDS = {
  "": ["", ""],
  observed: ["observed", "Share of the cells in which the region is seen open"],
  model: ["by the model", "How open the region is by the model, a first estimate"],
} as const;
const BUSY = "The kernel is busy with a cell. Cells are counted here; regions come when it ends.";

/** What the card shows. */
export interface InsideCard {
  drawing: ReadonlySignal<Drawing | undefined>;
  pen: Pen;
  selected: ReadonlySignal<Selected>;
  /** The card of the selection, which this one never covers. */
  below: HTMLElement;
}

/** Make the card; it is there while a line is drawn and while cells are selected, and lets every pointer through. */
export function insideCard(
  { drawing, pen, selected, below }: InsideCard,
  scatter: Scatter,
  { wire, watch }: Pick<Panel<EmbeddingState, never>, "wire" | "watch">,
): HTMLElement {
  const [selected_regions, n_cells] = [wire.read("selected_regions"), wire.read("n_cells")];
  const [kind, cells, note] = [h("b"), h("span", { class: "pv-dim" }), h("p", { class: "pv-dim" })];
  const rows = h("tbody");
  const heads = ["region", "inside", "outside"].map((head) => h("th", { scope: "col" }, head));
  const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), rows);
  const card = h(
    "div",
    {
      class: "pv-inside",
      role: "group",
      "aria-label": "Regions that differ most from all other cells",
      "data-testid": "inside-card",
    },
    h("div", {}, kind, " ", cells),
    table,
    note,
  );
  const found = computed<TopRegions | undefined>(() => {
    if (drawing.value) return pen.found.value;
    const n = selected.value.cells.length;
    if (n === 0 || n === n_cells.value) return undefined;
    return pen.found.value ?? (selected_regions.value.by ? selected_regions.value : undefined);
  });
  const isBusy = computed(() => drawing.value !== undefined && pen.late.value);
  watch(() => {
    const known = found.value;
    card.hidden = !known && !isBusy.value;
    note.textContent = isBusy.value ? BUSY : "";
    note.hidden = !isBusy.value;
    table.hidden = !known || known.regions.length === 0;
    const [word, help] = KINDS[known?.by ?? ""];
    kind.textContent = word;
    table.title = help;
    cells.textContent = known ? `${cellsOf(known.n_cells)} against all others` : "";
    card.dataset.by = known?.by ?? "";
    rows.replaceChildren(...(known ? rowsOf(known) : []));
  });
  watch(() => {
    void found.value;
    void isBusy.value;
    const line = drawing.value ?? lineOf(selected.value);
    if (!scatter.view || card.hidden) return;
    const lowest = scatter.view.height - below.offsetHeight - 2 * BOTTOM - card.offsetHeight;
    place(card, scatter.view, line, lowest);
    card.toggleAttribute("data-cramped", !drawing.value && lowest < TOP);
  });
  return card;
}

const cellsOf = (n: number): string => `${count(n)} ${n === 1 ? "cell" : "cells"}`;

function rowsOf({ regions, genes, inside, outside }: TopRegions): HTMLElement[] {
  return regions.slice(0, N_REGIONS).map((region, i) => {
    const gene = genes[i];
    const name = [
      gene ? h("b", {}, gene) : "",
      h("span", { class: gene ? "pv-mono pv-dim pv-if-wide" : "pv-mono" }, region),
    ];
    const shares = [inside[i], outside[i]].map((share) => h("td", {}, percent(share ?? NaN)));
    return h("tr", {}, h("td", {}, ...name), ...shares);
  });
}

function lineOf({ polygons, strokes }: Selected): Pick<Drawing, "polygon" | "radius"> | undefined {
  const [polygon, stroke] = [polygons.at(-1), strokes.at(-1)];
  if (polygon) return { polygon, radius: 0 };
  return stroke && { polygon: stroke.path, radius: stroke.radius };
}

/** Put the card beside the line, where there is room, or on the other side than the pointer. */
function place(
  card: HTMLElement,
  view: View,
  line: Pick<Drawing, "polygon" | "radius"> | undefined,
  lowest: number,
): void {
  const { offsetWidth: width } = card;
  let [x, y] = [view.width - width - 8, TOP];
  if (line && line.polygon.length > 0) {
    const { x0, x1, y0, y1 } = boundsOf(line.polygon);
    const [left, top] = toScreen(view, [x0 - line.radius, y1 + line.radius]);
    const [right] = toScreen(view, [x1 + line.radius, y0]);
    if (right + AWAY + width < view.width) x = right + AWAY;
    else if (left - AWAY - width > 0) x = left - AWAY - width;
    else if (toScreen(view, line.polygon.at(-1) as Point)[0] > view.width / 2) x = 0;
    y = Math.max(TOP, Math.min(top, lowest));
  }
  card.style.transform = `translate(${Math.round(Math.max(4, x))}px, ${Math.round(y)}px)`;
}
