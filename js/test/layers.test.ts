/** The layers panel: what is shown, what is asked for, and what a busy hand may rely on. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LayerRow, LayersState } from "../src/contract";
import { labelsOf, placed } from "../src/draw/scatter/labels";
import panel from "../src/panels/layers";
import {
  CELLS_ROW,
  cells,
  eachOnAnEmptyPage,
  FULL,
  floats,
  frame,
  GRID,
  GROUPS_ROW,
  LABELS_ROW,
  opened as picture,
  TYPES,
} from "./embedding-state";
import { fakeModel } from "./fake-model";

const STATE: LayersState = {
  bases: [{ name: "X_umap", n_dimensions: 2 }],
  layer_rows: [CELLS_ROW, GROUPS_ROW, LABELS_ROW],
  n_cells: 100,
  notice: { number: 0, level: "info", text: "" },
  obs_columns: FULL.obs_columns,
  task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
};

let end: AbortController;
function opened(state: Partial<LayersState> = {}) {
  const fake = fakeModel({ ...STATE, ...state });
  const el = document.createElement("div");
  document.body.append(el);
  end = new AbortController();
  panel.render({ model: fake.model, el, signal: end.signal });
  const at = <E extends HTMLElement = HTMLInputElement>(id: string) =>
    el.querySelector<E>(`[data-testid="${id}"]`) as E;
  const item = (name: string) => el.querySelector<HTMLElement>(`[data-layer="${name}"]`);
  const part = (name: string, which: string) =>
    item(name)?.querySelector<HTMLElement>(`[data-part=${which}]`) as HTMLElement;
  const names = () => [...el.querySelectorAll(".pv-layer-name")].map((name) => name.textContent);
  const press = (key: string, on: Element, more: KeyboardEventInit = {}) =>
    on.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
    );
  const rows = (...layer_rows: LayerRow[]) => fake.model.set("layer_rows", layer_rows);
  const isShown = (id: string) => !at(id).closest("[hidden]");
  return { ...fake, el, at, item, part, names, press, rows, isShown };
}
const active = (row: LayerRow): LayerRow => ({ ...row, active: true });
const idle = (row: LayerRow): LayerRow => ({ ...row, active: false });

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  end?.abort();
  vi.useRealTimers();
  document.body.replaceChildren();
});

describe("the list", () => {
  it("shows the topmost first, says which is active and what colors it, and asks nothing", () => {
    const { names, item, sent, saved } = opened();
    expect(names()).toEqual(["labels", "groups", "cells"]);
    expect(item("cells")?.getAttribute("aria-current")).toBe("true");
    expect(item("cells")?.querySelector("em")?.textContent).toBe("cell_type");
    expect([sent, saved]).toEqual([[], []]);
  });

  it("hides and shows by the eye", () => {
    const { part, sent } = opened();
    expect(part("labels", "eye").getAttribute("aria-pressed")).toBe("false");
    part("cells", "eye").click();
    part("labels", "eye").click();
    expect(sent).toEqual([
      { intent: "set_layer", layer: "cells", setting: "visible", value: false },
      { intent: "set_layer", layer: "labels", setting: "visible", value: true },
    ]);
  });

  it("chooses by a click or by the arrows, and keeps the keyboard there", () => {
    const { part, press, rows, sent } = opened();
    part("groups", "name").click();
    part("cells", "name").focus();
    press("ArrowUp", part("cells", "name"));
    press("ArrowDown", part("cells", "name")); // there is none below
    const chosen = { intent: "choose_layer", layer: "groups" };
    expect(sent).toEqual([chosen, chosen]);
    rows(idle(CELLS_ROW), active(GROUPS_ROW), LABELS_ROW);
    expect(document.activeElement).toBe(part("groups", "name"));
  });

  it("renames by a double click or F2; Escape leaves the name, a taken one is Python's to settle", () => {
    const { part, at, press, names, sent } = opened();
    part("labels", "name").dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    at("layer-rename").value = "cells";
    press("Enter", at("layer-rename"));
    expect(sent).toEqual([
      { intent: "set_layer", layer: "labels", setting: "name", value: "cells" },
    ]);
    press("F2", part("cells", "name"));
    at("layer-rename").value = "other";
    press("Escape", at("layer-rename"));
    expect([names(), sent.length]).toEqual([["labels", "groups", "cells"], 1]);
  });

  it("does not take a name away while it is typed", () => {
    const { part, at, press, rows, names } = opened();
    press("F2", part("cells", "name"));
    at("layer-rename").value = "half";
    rows({ ...CELLS_ROW, opacity: 0.2 }, GROUPS_ROW);
    expect(at("layer-rename").value).toBe("half");
    press("Escape", at("layer-rename"));
    expect(names()).toEqual(["groups", "cells"]);
  });

  it("moves by buttons and keys, as far as there is room", () => {
    const { at, press, part, sent } = opened({
      layer_rows: [idle(CELLS_ROW), active(GROUPS_ROW), LABELS_ROW],
    });
    at("raise_layer").click();
    press("ArrowDown", part("groups", "name"), { altKey: true });
    expect(sent).toEqual([
      { intent: "move_layer", layer: "groups", to: 3 },
      { intent: "move_layer", layer: "groups", to: 0 },
    ]);
    const bottom = opened();
    expect(
      [bottom.at("lower_layer"), bottom.at("raise_layer")].map((b) => b.matches(":disabled")),
    ).toEqual([true, false]);
  });

  it("moves by dragging, to above or below the one it is dropped on", () => {
    const { item, sent } = opened();
    const drag = (type: string, on: string, clientY = 0) =>
      item(on)?.dispatchEvent(
        Object.assign(new MouseEvent(type, { bubbles: true, cancelable: true, clientY })),
      );
    drag("dragstart", "cells");
    drag("dragover", "labels", -1);
    expect(item("labels")?.dataset.drop).toBe("above");
    drag("drop", "labels", -1);
    drag("dragstart", "labels");
    drag("drop", "cells", 1);
    expect(sent).toEqual([
      { intent: "move_layer", layer: "cells", to: 3 },
      { intent: "move_layer", layer: "labels", to: 0 },
    ]);
  });

  it("adds and removes; the groups only when they are gone", () => {
    const { at, press, part, sent, rows, isShown } = opened();
    at("add_cells").click();
    at("add_labels").click();
    press("Delete", part("cells", "name"));
    expect(isShown("add_groups")).toBe(false);
    rows(CELLS_ROW);
    expect(isShown("add_groups")).toBe(true);
    at("add_groups").click();
    expect(sent).toEqual([
      { intent: "add_layer", kind: "cells" },
      { intent: "add_layer", kind: "labels" },
      { intent: "remove_layer", layer: "cells" },
      { intent: "add_layer", kind: "groups" },
    ]);
  });
});

describe("the controls", () => {
  const kinds: [string, LayerRow, string[]][] = [
    ["cells by categories", CELLS_ROW, ["layer-color_by", "layer-palette", "layer-size"]],
    [
      "cells by numbers",
      { ...CELLS_ROW, color_by: "n_counts" },
      ["layer-color_by", "layer-colormap", "layer-low", "layer-size"],
    ],
    ["cells by a region", { ...CELLS_ROW, color_by: "chr1:1-9" }, ["layer-colormap", "layer-low"]],
    ["groups", active(GROUPS_ROW), ["layer-fill", "layer-outline", "layer-opacity"]],
    ["labels", active(LABELS_ROW), ["layer-column", "layer-size", "layer-opacity"]],
  ];
  it.each(kinds)("are those of %s", (_, row, shown) => {
    const { isShown, at } = opened({ layer_rows: [row] });
    for (const id of shown) expect([id, isShown(id)]).toEqual([id, true]);
    const only = (id: string, kind: string) => expect(isShown(id)).toBe(row.kind === kind);
    only("layer-color_by", "cells");
    only("layer-fill", "groups");
    only("layer-column", "labels");
    expect(isShown("layer-palette") && isShown("layer-colormap")).toBe(false);
    expect(at("layer-opacity").valueAsNumber).toBe(row.opacity);
  });

  it("send what is chosen, for the active layer", () => {
    const { at, sent } = opened();
    for (const [id, value] of [
      ["layer-color_by", "batch"],
      ["layer-palette", "Okabe-Ito"],
    ] as const) {
      at(id).value = value;
      at(id).dispatchEvent(new Event("change"));
    }
    expect(sent).toEqual([
      { intent: "set_layer", layer: "cells", setting: "color_by", value: "batch" },
      { intent: "set_layer", layer: "cells", setting: "palette", value: "Okabe-Ito" },
    ]);
  });

  it("offer the colors of the AnnData where there are some, and show a person's own", () => {
    const { at, rows, model, sent } = opened();
    const texts = () => [...at("layer-palette").children].map((one) => one.textContent);
    const usual = ["24 colors", "Okabe-Ito", "Tol muted"];
    expect(texts()).toEqual(usual);
    const columns = model.get("obs_columns") as { name: string; colors: string[] }[];
    const with_colors = columns.map((one) => ({ ...one, colors: ["#00aa00", "#aa0000"] }));
    model.set("obs_columns", with_colors);
    expect(texts()).toEqual([...usual, "from the AnnData"]);
    rows({ ...CELLS_ROW, palette: { T: "#ff0000" } });
    expect(texts().at(-1)).toBe("own, 1 color");
    expect(at("layer-palette").value).toBe(" own");
    at("layer-palette").dispatchEvent(new Event("change"));
    expect(sent).toEqual([]);
    at("layer-palette").value = "adata";
    at("layer-palette").dispatchEvent(new Event("change"));
    expect(sent).toMatchObject([{ setting: "palette", value: "adata" }]);
  });

  it("send few of many places of a slider, the last always, and do not jump back meanwhile", () => {
    const { at, sent, rows } = opened();
    const slider = at("layer-opacity");
    for (let place = 1; place <= 50; place++) {
      slider.valueAsNumber = place / 100;
      slider.dispatchEvent(new Event("input"));
      vi.advanceTimersByTime(10);
    }
    rows({ ...CELLS_ROW, opacity: 0.11 }); // an answer to an earlier place
    expect(slider.valueAsNumber).toBe(0.5);
    vi.advanceTimersByTime(100);
    const values = (sent as { value: number }[]).map(({ value }) => value);
    expect(values.at(-1)).toBe(0.5);
    expect(values.length).toBeLessThan(12);
    vi.advanceTimersByTime(1000);
    expect(slider.valueAsNumber).toBe(0.11); // now what Python says counts
  });

  it("keep the keys of a slider to the slider", () => {
    const { at, press, sent } = opened();
    press("Delete", at("layer-opacity"));
    press("ArrowUp", at("layer-opacity"), { altKey: true });
    expect(sent).toEqual([]);
  });

  it("take contrast limits when both make sense, and let them fit again", () => {
    const { at, sent, rows } = opened({ layer_rows: [{ ...CELLS_ROW, color_by: "n_counts" }] });
    const type = (id: string, text: string) => {
      at(id).value = text;
      at(id).dispatchEvent(new Event("change"));
    };
    type("layer-low", "3");
    expect([sent, at("layer-low").getAttribute("aria-invalid")]).toEqual([[], "true"]);
    type("layer-high", "9");
    expect(sent).toEqual([
      { intent: "set_layer", layer: "cells", setting: "contrast_limits", value: [3, 9] },
    ]);
    const row = { ...CELLS_ROW, color_by: "n_counts" };
    at("layer-low").focus();
    at("layer-low").value = "5";
    rows({ ...row, contrast_limits: [3, 9] });
    expect(at("layer-low").value).toBe("3");
    at("layer-low").value = "5"; // being typed
    rows({ ...row, contrast_limits: [3, 8] });
    expect([at("layer-low").value, at("layer-high").value]).toEqual(["5", "8"]);
    at("layer-fit").click();
    expect((sent.at(-1) as { value: unknown }).value).toEqual([]);
  });
});

it("lets go when it ends", () => {
  const { listening } = opened();
  expect(listening()).toBeGreaterThan(0);
  end.abort();
  expect(listening()).toBe(0);
});

describe("names on the picture", () => {
  it("stand at the median of their cells, those without a cell nowhere", () => {
    const codes = Int16Array.from({ length: 100 }, (_, i) => (i < 30 ? 0 : 2));
    const labels = labelsOf(GRID, codes, ["few", "none", "many"]);
    expect(labels).toEqual([
      { text: "few", at: [1, 5], cells: 30 },
      { text: "many", at: [6, 5], cells: 70 },
    ]);
  });

  it("never stand over each other; one that finds no room is left out", () => {
    const same = Array.from({ length: 30 }, () => ({ x: 150, y: 50, width: 60, height: 12 }));
    const found = placed(same, { width: 300, height: 100 });
    expect(found[0]).toEqual([120, 44]);
    const there = found.filter((place) => place !== undefined);
    expect(there.length).toBeGreaterThan(4);
    expect(there.length).toBeLessThan(30);
    for (const [i, a] of there.entries()) {
      for (const b of there.slice(0, i)) {
        expect(Math.abs(a[0] - b[0]) >= 60 || Math.abs(a[1] - b[1]) >= 12).toBe(true);
      }
    }
  });

  it("do not overlap what is there already, nor do the tags of groups", () => {
    const size = { width: 300, height: 100 };
    const tag = { x0: 100, y0: 40, x1: 190, y1: 60 };
    const name = { x: 150, y: 50, width: 60, height: 12 };
    const [place] = placed([name], size, [tag]);
    expect(place).toEqual([120, 20]); // two lines above
    expect(placed([name], size, [{ x0: 0, y0: 0, x1: 300, y1: 100 }])).toEqual([undefined]);
  });

  it("stay in sight at the rim, and are gone with what they name", () => {
    const size = { width: 300, height: 100 };
    const at = (x: number) => placed([{ x, y: 50, width: 60, height: 12 }], size)[0];
    expect([at(4), at(297), at(-3)]).toEqual([[0, 44], [240, 44], undefined]);
  });
});

describe("in the picture", () => {
  beforeEach(() => vi.useRealTimers());
  eachOnAnEmptyPage();
  const labels = { ...LABELS_ROW, visible: true };

  it("names are shown when their layer is, and follow what colors the cells", async () => {
    const { el, answer } = picture({ layer_rows: [CELLS_ROW, labels] });
    const texts = () => [...el.querySelectorAll(".pv-label")].map((label) => label.textContent);
    await frame();
    expect(texts()).toEqual(["T", "B"]);
    answer({ layer_rows: [CELLS_ROW, { ...labels, column: "batch" }] });
    await frame();
    expect(texts()).toEqual([]); // until its names are there
    answer({ layer_colors: [{ ...TYPES, color_by: "batch", categories: ["a", "b"] }] });
    await frame();
    expect(texts()).toEqual(["a", "b"]);
    answer({ layer_rows: [CELLS_ROW, { ...labels, visible: false }] });
    await frame();
    expect(texts()).toEqual([]);
  });

  it("outlines and tags of groups go with their layer", async () => {
    const { answer, tags } = picture({ idx1: cells(1, 2) });
    await frame();
    expect(tags()).toEqual(["group 1 · 2 cells"]);
    answer({ layer_rows: [CELLS_ROW, { ...GROUPS_ROW, visible: false }] });
    await frame();
    expect(tags()).toEqual([]);
  });

  it("the legend has the palette and the limits of the layer that it speaks of", async () => {
    const values = floats(Array.from({ length: 100 }, (_, i) => i));
    const colors = { ...TYPES, kind: "number" as const, title: "depth, open regions", values };
    const row = { ...CELLS_ROW, contrast_limits: [20, 30], colormap: "magma" };
    const { find, answer } = picture({ colors, layer_rows: [row] });
    await frame();
    expect(find(".pv-legend-limits").textContent).toBe("20open regions30");
    answer({ colors: TYPES, layer_rows: [{ ...CELLS_ROW, palette: "Okabe-Ito" }] });
    await frame();
    expect(find(".pv-swatch[style]").getAttribute("style")).toContain("#e69f00");
  });

  const color = (find: (selector: string) => Element) =>
    find(".pv-swatch[style]").getAttribute("style");

  it("a person's own colors are drawn as they are, by their order or by the category", async () => {
    const { find, answer } = picture({ colors: TYPES });
    const show = async (palette: LayerRow["palette"]) => {
      answer({ layer_rows: [{ ...CELLS_ROW, palette }] });
      await frame();
      return color(find);
    };
    const [first, second] = TYPES.categories as [string, string];
    expect(await show(["#123456", "#654321"])).toContain("#123456, #123456");
    expect(await show({ [first]: "#abcdef" })).toContain("#abcdef, #abcdef");
    const usual = await show("24 colors");
    expect(await show({ [second]: "#abcdef" })).toBe(usual);
  });

  it("the colors of the AnnData are drawn where there are some, else the usual ones", async () => {
    const row = { ...CELLS_ROW, palette: "adata" };
    const { find, answer } = picture({ colors: TYPES, layer_rows: [row] });
    await frame();
    const usual = color(find);
    const { title: name, categories, counts } = TYPES;
    const colors = ["#00aa00", "#aa0000"];
    answer({ obs_columns: [{ name, kind: "category", categories, counts, colors, reason: "" }] });
    await frame();
    expect(color(find)).toContain("#00aa00, #00aa00");
    expect(color(find)).not.toBe(usual);
  });
});
