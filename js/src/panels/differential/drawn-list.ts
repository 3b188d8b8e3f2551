/** What differs inside a line: observed while it is drawn, then by the model; it covers the table, which stays as it was. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { Columns } from "../../arrays";
import type { DifferentialIntent, DifferentialState, TopRegions } from "../../contract";
import { columnTracks } from "../../draw/grid/column-tracks";
import { blankRow, type GridColumn, ROW_HEIGHT, writeRow } from "../../draw/grid/row";
import type { Panel } from "../../panel";
import { button, h, say } from "../../ui/dom";
import { count, percent, signed } from "../../ui/format";
import { reachOf } from "../comparison/region-table";

const SAID = {
  "": "",
  observed: "Observed regions of the cells inside the line.",
  model: "Regions of the selected cells, by the model.",
};
const KINDS = { "": "", observed: "observed", model: "by the model, a first estimate" };

/** The list and what belongs to it. */
export interface DrawnList {
  el: HTMLElement;
  /** Stands in the head of the panel instead of what is said of the table. */
  title: HTMLElement;
  /** Says once that the list is there. */
  status: HTMLElement;
  /** Whether a line is drawn, or its cells are selected until the list is closed. */
  isShown: ReadonlySignal<boolean>;
}

let made = 0;

/** Make the list; `color` colors the cells by a region. */
export function drawnList(
  color: (region: string) => void,
  { wire, watch, ended }: Panel<DifferentialState, DifferentialIntent>,
): DrawnList {
  const [drawn, color_by] = [wire.read("drawn_regions"), wire.read("color_by")];
  const isShown = computed(() => drawn.value.by !== "");
  const isOfSelection = computed(() => isShown.value && drawn.value.question === 0);
  const id = `pv-drawn-${++made}`;
  let reach = 1;
  const known = columnsOf(() => reach);
  const tracks = columnTracks(known);
  const names = h("div", { class: "pv-grid-row", role: "row" });
  const head = h("div", { class: "pv-grid-head", role: "rowgroup" }, names);
  const body = h("div", { class: "pv-grid-body", role: "rowgroup" });
  const el = h(
    "div",
    {
      class: "pv-grid pv-drawn",
      role: "grid",
      "aria-label": "Regions that differ inside the line",
      "aria-readonly": "true",
      tabindex: 0,
      "data-testid": "da-drawn",
    },
    head,
    body,
  );
  const [kind, cells] = [h("b"), h("span")];
  const goBack = () => wire.ask({ intent: "stop_looking" });
  const back = button("Close list", goBack, {
    ended,
    kind: "ghost",
    testid: "da-drawn-close",
    title: "Go back to the table (Escape)",
  });
  const title = h(
    "span",
    { class: "pv-drawn-title", "data-testid": "da-drawn-title" },
    kind,
    cells,
    back,
  );
  const status = h("span", { class: "pv-sr", role: "status" });
  watch(() => {
    if (isShown.value) return write(drawn.value);
    for (const part of [names, body]) part.replaceChildren();
  });
  function write({ regions, genes, n_cells, by, ...shares }: TopRegions) {
    const inside = Float64Array.from(shares.inside);
    const outside = Float64Array.from(shares.outside);
    const differences = inside.map((share, at) => share - (outside[at] as number));
    const sources = regions.map(() => by);
    const table: Columns = {
      columns: { region: regions, gene: genes, differences, inside, outside, by: sources },
      n_rows: regions.length,
    };
    reach = reachOf(differences);
    const hasGenes = genes.some((gene) => gene !== "");
    if (tracks.take((key) => key !== "gene" || hasGenes) || !names.hasChildNodes()) {
      names.replaceChildren(...tracks.columns.map(headOf));
      body.replaceChildren();
      tracks.apply(el, [head, body]);
    }
    while (body.children.length > regions.length) body.lastElementChild?.remove();
    el.removeAttribute("aria-activedescendant");
    regions.forEach((name, row) => {
      if (!body.children[row]) body.append(blankRow(tracks.columns, "da-drawn-row"));
      const element = body.children[row] as HTMLElement;
      const selected = name === color_by.value;
      element.id = `${id}-${row}`;
      if (selected) el.setAttribute("aria-activedescendant", element.id);
      writeRow(element, tracks.columns, table, { index: row, row, name, selected });
    });
    body.style.height = `${regions.length * ROW_HEIGHT}px`;
    const unit = n_cells === 1 ? "cell" : "cells";
    const place = isOfSelection.value ? `selected ${unit}` : `${unit} inside the line`;
    kind.textContent = KINDS[by];
    cells.textContent = ` · ${count(n_cells)} ${place} against all others`;
  }
  watch(() => {
    el.hidden = !isShown.value;
    if (isShown.value) el.scrollTop = 0;
  });
  watch(() => {
    back.hidden = !isOfSelection.value;
    say(status, SAID[drawn.value.by]);
  });
  const pick = ({ target }: Event) => {
    const row = (target as Element).closest<HTMLElement>("[data-region]");
    if (row?.dataset.region) color(row.dataset.region);
  };
  const move = (event: KeyboardEvent) => {
    const { regions } = drawn.peek();
    const at = regions.indexOf(color_by.peek());
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: regions.length - 1 }[
      event.key
    ];
    const region = next === undefined ? undefined : regions[next];
    if (region) color(region);
    else if (event.key === "Escape" && isOfSelection.peek()) goBack();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  body.addEventListener("click", pick, { signal: ended });
  el.addEventListener("keydown", move, { signal: ended });
  return { el, title, status, isShown };
}

function columnsOf(reach: () => number): GridColumn[] {
  const share = { kind: "number", format: (value: number) => percent(value), width: 86 } as const;
  return [
    { key: "region", label: "region", kind: "region", width: 188, grow: 1, look: "mono" },
    { key: "gene", label: "gene", kind: "text", width: 92, grow: 1 },
    {
      key: "differences",
      label: "difference",
      title: "share inside less share outside",
      kind: "number",
      format: (value) => signed(value, 3),
      width: 160,
      grow: 1,
      get bar() {
        return reach();
      },
    },
    { ...share, key: "inside", label: "open inside", title: "share of the cells inside the line" },
    { ...share, key: "outside", label: "outside", title: "share of all other cells" },
    { key: "by", label: "by", kind: "text", width: 92, look: "dim" },
  ];
}

function headOf({ label, kind, title }: GridColumn, at: number): HTMLElement {
  const numeric = kind === "number" ? " pv-num" : "";
  const cell = { role: "columnheader", "aria-colindex": at + 1, title };
  return h("div", { class: `pv-head-cell${numeric}`, ...cell }, h("span", {}, label));
}
