/** The cells of a page: tools over them, and a card that says what to do with those selected. */
import { signal } from "@preact/signals-core";
import { numbers } from "../arrays";
import { labelsOf } from "../draw/scatter/labels";
import { createLasso, type Drawing, type Tool } from "../draw/scatter/lasso";
import { createScatter, type Scatter } from "../draw/scatter/scatter";
import type { PanelLifetime } from "../panel";
import { coloringOf } from "../panels/embedding/color-by";
import { button, h, segmented } from "../ui/dom";
import { count } from "../ui/format";
import type { Chosen } from "./cell-choice";
import type { PageState } from "./page-state";

const TOOLS = [
  { value: "lasso", label: "Lasso", title: "Draw around cells (L)" },
  { value: "rectangle", label: "Rectangle", title: "Drag a rectangle over cells (R)" },
  { value: "polygon", label: "Polygon", title: "Click corners around cells (G)" },
  { value: "brush", label: "Brush", title: "Paint over cells (B)" },
  { value: "pan", label: "Pan", title: "Drag the map (P, or hold Space); the wheel zooms" },
] as const;
const KEYS: Readonly<Record<string, Tool>> = {
  ...{ l: "lasso", r: "rectangle", g: "polygon", b: "brush", p: "pan" },
};
const LABEL = "Cells. Draw around some, then press 1 or 2 to make a group; Home shows all";
const NO_CELLS = new Uint32Array(0);

/** The cells. */
export interface CellsStage {
  el: HTMLElement;
  /** Take a tool by its key; false where none has it. */
  press(key: string): boolean;
}

/** Make the cells. */
export function cellsStage(state: PageState, { watch, ended }: PanelLifetime): CellsStage {
  const el = h("div", { class: "pv-stage" });
  const inset = { top: 46, right: 16, bottom: 48, left: 16 };
  const scatter = createScatter(el, { ended, label: LABEL, inset });
  scatter.surface.dataset.testid = "page-surface";
  const drawing = signal<Drawing | undefined>(undefined);
  const lasso = createLasso(scatter, {
    ended,
    onDraw: (line) => {
      drawing.value = line;
    },
    onEnd: state.choice.draw,
    onClear: state.choice.clear,
  });
  const take = (tool: Tool) => {
    lasso.tool = tool;
    tools.value = tool;
  };
  const tools = segmented<Tool>(TOOLS, take, {
    ...{ ended, label: "What a drag does", testid: "tool", value: "lasso" },
  });
  const fit = button("Show all", () => scatter.fit(), { ended, title: "Show all cells (Home)" });
  el.append(h("div", { class: "pv-tools" }, tools.el, fit));
  el.append(selectionCard(state, drawing, { watch, ended }));
  el.append(h("div", { class: "pv-where-cells" }, state.data.basis));
  showScene(state, scatter, watch);
  return {
    el,
    press(key) {
      const tool = KEYS[key];
      if (tool) take(tool);
      return tool !== undefined;
    },
  };
}

/** Keep the scatter up to date. */
function showScene(state: PageState, scatter: Scatter, watch: PanelLifetime["watch"]) {
  const { data, colors, choice, pointed, labels } = state;
  const points = numbers(data.points);
  scatter.show({ points });
  watch(() => {
    const now = colors.value;
    const settings = now.color_by === data.color_by ? (data.settings ?? undefined) : undefined;
    const coloring = coloringOf(now, settings, data.columns);
    scatter.show({
      layers: [
        { kind: "cells", coloring, opacity: 0.85, legend: true },
        { kind: "groups", fill: true, outline: true, opacity: 1 },
      ],
    });
  });
  watch(() => {
    const { kind, codes, categories } = colors.value;
    const isNamed = labels.value && kind === "category";
    const names = isNamed ? labelsOf(points, numbers(codes), categories) : [];
    scatter.show({ labels: [{ labels: names, size: 12, opacity: 1 }] });
  });
  watch(() => scatter.show({ highlight: pointed.value }));
  watch(() => {
    const isValues = colors.value.kind === "number"; // a line alone shows where a group is
    const shown = (number: 1 | 2, { cells, polygons, strokes }: Chosen) => {
      if (cells.length === 0) return undefined;
      const isRest = polygons.length + strokes.length === 0 && 2 * cells.length > data.n_cells;
      const tag = isRest ? undefined : `group ${number} · ${count(cells.length)} cells`;
      return { cells: isValues ? NO_CELLS : cells, polygons, strokes, tag };
    };
    const { selection, group1, group2 } = choice.now.value;
    scatter.show({
      group1: shown(1, group1),
      group2: shown(2, group2),
      pending: selection.cells.length > 0 ? selection : undefined,
    });
  });
}

/** How many cells are selected, and the steps that follow. */
function selectionCard(
  { choice }: PageState,
  drawing: { value: Drawing | undefined },
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const counted = h("span", {
    class: "pv-pending-count",
    role: "status",
    "data-testid": "page-selected",
  });
  const step = (
    key: string,
    label: string,
    run: () => void,
    kind: "plain" | "group1" | "group2" = "plain",
  ) => {
    const element = button(label, run, {
      ended,
      kind,
      testid: `page-${label.replaceAll(" ", "-")}`,
    });
    if (key) element.prepend(h("kbd", {}, key));
    return element;
  };
  const steps = h(
    "div",
    { class: "pv-pending-steps" },
    step("1", "group 1", () => choice.makeGroup(1), "group1"),
    step("2", "group 2", () => choice.makeGroup(2), "group2"),
    step("⇧1", "vs rest", choice.againstRest),
    step("I", "invert", choice.invert),
    step("Esc", "clear", choice.clear),
  );
  const attributes = { class: "pv-pending", role: "group", "aria-label": "Selected cells" };
  const card = h("div", attributes, counted, steps);
  watch(() => {
    const { cells } = choice.now.value.selection;
    const line = drawing.value;
    card.hidden = !line && cells.length === 0;
    steps.hidden = line !== undefined;
    counted.setAttribute("aria-live", line ? "off" : "polite");
    counted.textContent = `${line ? "drawing: " : ""}${count(line?.count ?? cells.length)} cells`;
  });
  return card;
}
