/** An embedding panel that stands on a page, with a small grid of cells to draw on. */
import { afterEach, beforeEach, vi } from "vitest";
import { packed } from "../src/arrays";
import type { Colors, EmbeddingState, LayerRow, Outline, WireArray } from "../src/contract";
import panel from "../src/panels/embedding";
import { resize } from "./browser";
import { NO_REGIONS } from "./comparison-state";
import { fakeModel } from "./fake-model";

export const cells = (...list: number[]) => packed("uint32", Uint32Array.from(list)) as WireArray;
export const floats = (list: ArrayLike<number>, shape?: number[]) =>
  packed("float32", Float32Array.from(list), shape) as WireArray;
/** Cells on a grid: cell 10 x + y stands at (x, y), both from 0 to 9. */
export const GRID = Array.from({ length: 200 }, (_, i) =>
  i % 2 ? (i >> 1) % 10 : Math.floor(i / 20),
);
export const NO_COLORS: Colors = {
  kind: "none",
  title: "",
  codes: packed("int16", new Int16Array(0)) as WireArray,
  categories: [],
  counts: [],
  values: floats([]),
  color_by: "",
};
/** The first 60 cells are T, the next 30 are B, the last ten have no category. */
const CODES = Int16Array.from({ length: 100 }, (_, i) => (i < 60 ? 0 : i < 90 ? 1 : -1));
export const TYPES: Colors = {
  ...NO_COLORS,
  kind: "category",
  title: "cell_type",
  codes: packed("int16", CODES) as WireArray,
  categories: ["T", "B"],
  counts: [60, 30],
  color_by: "cell_type",
};
const ROW: LayerRow = {
  kind: "cells",
  name: "cells",
  visible: true,
  opacity: 1,
  active: false,
  in_legend: false,
  basis: "",
  color_by: "",
  colormap: "",
  contrast_limits: [],
  palette: "",
  size: 0,
  fill: false,
  outline: false,
  column: "",
};
export const CELLS_ROW: LayerRow = {
  ...ROW,
  opacity: 0.85,
  active: true,
  in_legend: true,
  basis: "X_umap",
  color_by: "cell_type",
  colormap: "viridis",
  palette: "24 colors",
};
export const GROUPS_ROW: LayerRow = {
  ...ROW,
  kind: "groups",
  name: "groups",
  fill: true,
  outline: true,
};
export const LABELS_ROW: LayerRow = {
  ...ROW,
  kind: "labels",
  name: "labels",
  visible: false,
  size: 12,
};
export const EMPTY: EmbeddingState = {
  bases: [],
  basis: "",
  color_by: "",
  colors: NO_COLORS,
  drawn_regions: NO_REGIONS,
  embedding: floats([], [0, 2]),
  embedding_state: "none",
  group_names: ["", ""],
  idx1: cells(),
  idx2: cells(),
  layer_colors: [],
  layer_rows: [CELLS_ROW, GROUPS_ROW, LABELS_ROW],
  cell_details: { cell: -1, name: "", n_counts: 0, n_regions: 0 },
  n_cells: 0,
  named_groups: [],
  notice: { number: 0, level: "info", text: "" },
  obs_columns: [],
  outlines: [],
  preview_sentence: "",
  previewing: false,
  selection: cells(),
  selected_regions: NO_REGIONS,
  selection_sentence: "",
  shown_dimensions: [0, 1],
  task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
  training: "untrained",
  undo_label: "",
  redo_label: "",
};
export const FULL: EmbeddingState = {
  ...EMPTY,
  bases: [
    { name: "X_umap", n_dimensions: 2 },
    { name: "X_peakvi", n_dimensions: 10 },
  ],
  basis: "X_umap",
  color_by: "cell_type",
  colors: TYPES,
  embedding: floats(GRID, [100, 2]),
  embedding_state: "current",
  n_cells: 100,
  obs_columns: [
    { name: "n_counts", kind: "number", categories: [], counts: [], colors: [], reason: "" },
    {
      name: "batch",
      kind: "category",
      categories: ["a", "b", "c"],
      counts: [50, 30, 20],
      colors: [],
      reason: "",
    },
    {
      name: "cell_type",
      kind: "category",
      categories: ["T", "B"],
      counts: [60, 30],
      colors: [],
      reason: "",
    },
  ],
  training: "trained",
};
export const UNTRAINED: EmbeddingState = { ...EMPTY, n_cells: 100 };

/** A line that was drawn in the UMAP. */
export const line = (group: number, polygon: number[]): Outline => ({
  group,
  polygon,
  basis: "X_umap",
  dimensions: [0, 1],
  radius: 0,
});

/** Ends the panel that was opened last. */
export let end: AbortController;
export function opened(state: Partial<EmbeddingState> = {}) {
  const fake = fakeModel({ ...FULL, ...state });
  const el = document.createElement("div");
  document.body.append(el);
  end = new AbortController();
  panel.render({ model: fake.model, el, signal: end.signal });
  const at = <E extends HTMLElement = HTMLButtonElement>(id: string) =>
    el.querySelector<E>(`[data-testid="${id}"]`) as E;
  const find = <E extends HTMLElement = HTMLElement>(selector: string) =>
    el.querySelector<E>(selector) as E;
  const [scatter, surface] = [find(".pv-scatter"), find(".pv-surface")];
  for (const sized of [scatter, surface]) resize(sized, 400, 320);
  const press = (key: string, more: KeyboardEventInit & { on?: Element } = {}) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
    (more.on ?? surface).dispatchEvent(event);
    return event.defaultPrevented;
  };
  const answer = (changes: Partial<EmbeddingState>) => {
    for (const [name, value] of Object.entries(changes)) fake.model.set(name, value);
  };
  const pick = (id: string, value: string) => {
    at<HTMLSelectElement>(id).value = value;
    at(id).dispatchEvent(new Event("change"));
  };
  const options = (id: string) =>
    [...at<HTMLSelectElement>(id).options].map(({ textContent }) => textContent);
  /** Pixels of a place in data coordinates, by what the page says. */
  const pixel = ([x, y]: readonly number[]) => {
    const [x0, y0, x1, y1] = JSON.parse(scatter.dataset.view ?? "");
    const [dx, dy] = [(x as number) - x0, y1 - (y as number)];
    return [(400 * dx) / (x1 - x0), (320 * dy) / (y1 - y0)];
  };
  const point = (type: string, at: readonly number[], more: PointerEventInit = {}) => {
    const [clientX, clientY] = pixel(at);
    const init = { clientX, clientY, pointerId: 1, button: 0, buttons: 1, ...more };
    surface.dispatchEvent(new PointerEvent(type, init as PointerEventInit));
  };
  const draw = async (corners: readonly number[][], more: PointerEventInit = {}) => {
    if (!scatter.dataset.view) await frame();
    point("pointerdown", corners[0] as number[], more);
    for (const corner of corners.slice(1)) point("pointermove", corner, more);
    point("pointerup", corners.at(-1) as number[], more);
  };
  const card = () =>
    at("pending").hidden ? "" : (at("pending").firstElementChild?.textContent ?? "");
  const tags = () => [...el.querySelectorAll(".pv-tag")].map((tag) => tag.textContent);
  const all = { ...fake, el, at, find, press, answer, pick, options, point, draw, card, tags };
  return { ...all, scatter, surface };
}
export const frame = () =>
  new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
/** Round the six cells with x of 2 and 3 and y from 5 to 7. */
export const SIX = [
  [1.5, 4.5],
  [3.5, 4.5],
  [3.5, 7.5],
  [1.5, 7.5],
];
export const INSIDE = [25, 26, 27, 35, 36, 37];

/** Without a graphics card, and each test on an empty page. */
export function eachOnAnEmptyPage() {
  beforeEach(() => {
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  });
  afterEach(() => {
    end.abort();
    vi.useRealTimers();
    vi.restoreAllMocks();
    document.body.replaceChildren();
  });
}
