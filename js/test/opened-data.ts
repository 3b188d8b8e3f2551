/** A data panel on the page. */
import { packed } from "../src/arrays";
import type { DataState, WireArray } from "../src/contract";
import panel from "../src/panels/data";
import { fakeModel } from "./fake-model";

/** A column of whole numbers as Python sends it. */
export const column = (...values: number[]) =>
  packed("uint32", Uint32Array.from(values)) as WireArray;

export const EMPTY: DataState = {
  access: { opening: true, saving: true, variables: true },
  source: "",
  n_cells: 0,
  n_regions: 0,
  n_cells_opened: 0,
  n_regions_opened: 0,
  regions_per_cell: column(),
  cells_per_region: column(),
  filter_settings: null,
  filter_warning: "",
  recoverable: "",
  previewing: false,
  components: [],
  confirmed_from: 4,
  dimensions_sentence: "",
  obs_columns: [],
  batch_key: null,
  held_out: 0.2,
  training: "untrained",
  undo_label: "",
  redo_label: "",
  datasets: [{ name: "pbmc10k", text: "Blood cells; built in" }],
  variables: [],
  directory: "/data/run 1",
  entries: [
    { name: "filtered", path: "/data/run 1/filtered", kind: "counts", size: 0 },
    { name: "old", path: "/data/run 1/old", kind: "folder", size: 0 },
    { name: "cells.h5ad", path: "/data/run 1/cells.h5ad", kind: "counts", size: 34_100_000 },
  ],
  notice: { number: 0, level: "info", text: "" },
  task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
};
/** Ten cells with 10, 20, ... 100 open regions; six regions in 1, 2, 5, 10, 10, 10 cells. */
export const OPEN: DataState = {
  ...EMPTY,
  source: "/data/run 1/filtered",
  n_cells: 10,
  n_regions: 6,
  n_cells_opened: 10,
  n_regions_opened: 6,
  regions_per_cell: column(...Array.from({ length: 10 }, (_, i) => 10 * (i + 1))),
  cells_per_region: column(1, 2, 5, 10, 10, 10),
};

/** The panel on the page. */
export function opened(state: Partial<DataState> = {}) {
  const fake = fakeModel({ ...EMPTY, ...state });
  const el = document.createElement("div");
  document.body.append(el);
  const end = new AbortController();
  panel.render({ model: fake.model, el, signal: end.signal });
  const at = <E extends HTMLElement = HTMLButtonElement>(id: string) =>
    el.querySelector<E>(`[data-testid="${id}"]`) as E;
  const type = (id: string, value: string) => {
    at<HTMLInputElement>(id).value = value;
    at(id).dispatchEvent(new Event("change"));
  };
  const kept = () => [at("kept-cells").textContent, at("kept-regions").textContent];
  const press = (id: string, key: string) =>
    at(id).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  return { ...fake, el, end, at, type, kept, press };
}
