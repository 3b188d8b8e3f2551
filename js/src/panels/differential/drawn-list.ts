/** What is observed inside a line while it is drawn; it covers the table, which stays as it was. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { Columns } from "../../arrays";
import type { DifferentialIntent, DifferentialState, TopRegions } from "../../contract";
import { columnTracks } from "../../draw/grid/column-tracks";
import { blankRow, type GridColumn, ROW_HEIGHT, writeRow } from "../../draw/grid/row";
import type { Panel } from "../../panel";
import { h, say } from "../../ui/dom";
import { count, percent, signed } from "../../ui/format";
import { reachOf } from "../comparison/region-table";

const SAID = "Observed regions of the cells inside the line, while it is drawn.";

/** The list and what belongs to it. */
export interface DrawnList {
  el: HTMLElement;
  /** Stands in the head of the panel instead of what is said of the table. */
  title: HTMLElement;
  /** Says once that the list is there. */
  status: HTMLElement;
  /** Whether a line is drawn. */
  isShown: ReadonlySignal<boolean>;
}

/** Make the list. */
export function drawnList({
  wire,
  watch,
}: Pick<Panel<DifferentialState, DifferentialIntent>, "wire" | "watch">): DrawnList {
  const drawn = wire.read("drawn_regions");
  const isShown = computed(() => drawn.value.by === "observed");
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
      "aria-label": "Observed inside the line",
      "aria-readonly": "true",
      tabindex: 0,
      "data-testid": "da-drawn",
    },
    head,
    body,
  );
  const cells = h("span", {});
  const title = h(
    "span",
    { class: "pv-drawn-title", "data-testid": "da-drawn-title" },
    h("b", {}, "observed"),
    cells,
  );
  const status = h("span", { class: "pv-sr", role: "status" });
  watch(() => {
    if (isShown.value) return write(drawn.value);
    for (const part of [names, body]) part.replaceChildren();
  });
  function write({ regions, genes, n_cells, ...shares }: TopRegions) {
    const inside = Float64Array.from(shares.inside);
    const outside = Float64Array.from(shares.outside);
    const differences = inside.map((share, at) => share - (outside[at] as number));
    const by = regions.map(() => "observed");
    const table: Columns = {
      columns: { region: regions, gene: genes, differences, inside, outside, by },
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
    regions.forEach((name, row) => {
      if (!body.children[row]) body.append(blankRow(tracks.columns, "da-drawn-row"));
      const element = body.children[row] as HTMLElement;
      writeRow(element, tracks.columns, table, { index: row, row, name, selected: false });
    });
    body.style.height = `${regions.length * ROW_HEIGHT}px`;
    const unit = n_cells === 1 ? "cell" : "cells";
    cells.textContent = ` · ${count(n_cells)} ${unit} inside the line against all others`;
  }
  watch(() => {
    el.hidden = !isShown.value;
    say(status, isShown.value ? SAID : "");
    if (isShown.value) el.scrollTop = 0;
  });
  return { el, title, status, isShown };
}

function columnsOf(reach: () => number): GridColumn[] {
  const share = { kind: "number", format: (value: number) => percent(value), width: 86 } as const;
  return [
    { key: "region", label: "region", kind: "region", width: 188, grow: 1, look: "mono" },
    { key: "gene", label: "gene", kind: "text", width: 120, grow: 1 },
    {
      key: "differences",
      label: "difference",
      title: "share inside less share outside",
      kind: "number",
      format: (value) => signed(value, 3),
      width: 190,
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
