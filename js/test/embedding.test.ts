/** What a person sees and draws; pictures are looked at in a browser. */
import { effect, signal } from "@preact/signals-core";
import { describe, expect, it, vi } from "vitest";
import type { EmbeddingState, ObsColumn } from "../src/contract";
import type { Scatter } from "../src/draw/scatter/scatter";
import type { Wire } from "../src/panel";
import { updateScene } from "../src/panels/embedding/scene";
import {
  cells,
  EMPTY,
  eachOnAnEmptyPage,
  end,
  FULL,
  floats,
  frame,
  GRID,
  INSIDE,
  line,
  NO_COLORS,
  opened,
  SIX,
  TYPES,
  UNTRAINED,
} from "./embedding-state";

eachOnAnEmptyPage();

it.each([EMPTY, UNTRAINED, FULL])(
  "asks nothing and writes nothing by being shown",
  async (state) => {
    const { sent, saved } = opened(state);
    await frame();
    expect([sent, saved]).toEqual([[], []]);
  },
);

it("lets go of everything when it ends", async () => {
  const { listening, el, sent, press } = opened({ selection: cells(1) });
  await frame();
  expect(listening()).toBeGreaterThan(0);
  end.abort();
  press("1", { on: el.querySelector("section") as Element });
  expect([listening(), sent, el.querySelector("canvas")]).toEqual([0, [], null]);
});

describe("before there is a picture", () => {
  it.each<[Partial<EmbeddingState>, string]>([
    [{ n_cells: 0 }, "Open counts first"],
    [{}, "Train to see the cells here"],
    [{ training: "running" }, "Training for the first time"],
    [{ training: "paused" }, "Training is paused"],
    [{ training: "trained" }, "The model is trained"],
    [
      {
        training: "trained",
        task: { name: "embedding", text: "UMAP", progress: -1, waiting: 0, can_halt: false },
      },
      "Placing the cells",
    ],
  ])("says what to do: %o", (state, title) => {
    const { at, find } = opened({ ...UNTRAINED, ...state });
    expect(at("awaited").hidden).toBe(false);
    expect(at("awaited").querySelector("b")?.textContent).toBe(title);
    expect(find(".pv-tools").hidden).toBe(true);
  });

  it("places the cells of a trained model by one press", () => {
    const { at, sent } = opened({ ...UNTRAINED, training: "trained" });
    expect(at("embed").hidden).toBe(false);
    at("embed").click();
    at("embed").click();
    expect(sent).toEqual([{ intent: "embed" }]);
  });

  it("trains by one press, and only once", () => {
    const { at, sent, answer } = opened(UNTRAINED);
    expect([at("train-here").hidden, at("embed").hidden]).toEqual([false, true]);
    at("train-here").click();
    at("train-here").click();
    expect(sent).toEqual([{ intent: "train" }]);
    answer({ training: "waiting" });
    expect(at("train-here").hidden).toBe(true);
  });

  it("gives way to the cells", async () => {
    const { at, find, answer } = opened(UNTRAINED);
    answer({ embedding: FULL.embedding, basis: "X_umap", bases: FULL.bases });
    await frame();
    expect([at("awaited").hidden, find(".pv-tools").hidden]).toEqual([true, false]);
    expect(find("canvas").dataset.drawn).toBe("100");
    expect(at("basis").closest<HTMLElement>(".pv-where-cells")?.hidden).toBe(false);
    expect(at<HTMLSelectElement>("basis").value).toBe("X_umap");
    expect(find(".pv-where-cells").textContent).toContain("from the file");
  });
});

describe("the picture", () => {
  it("says what it shows, and counts no cell without a place", async () => {
    const points = Float32Array.from(GRID);
    points[0] = Number.NaN;
    const { find } = opened({ embedding: floats(points, [100, 2]) });
    await frame();
    expect(find("canvas").dataset.drawn).toBe("99");
  });

  it("keeps its place while colors change, and when the same cells come again", async () => {
    const { press, scatter, answer } = opened();
    press("+");
    await frame();
    const before = scatter.dataset.view;
    answer({ colors: NO_COLORS, color_by: "", embedding: floats(GRID, [100, 2]) });
    await frame();
    expect(scatter.dataset.view).toBe(before);
    press("Home", { on: scatter.closest("section") as Element });
    await frame();
    expect(scatter.dataset.view).not.toBe(before);
  });

  it("names the groups beside their lines, but not all others", async () => {
    const outlines = [line(1, SIX.flat())];
    const rest = Array.from({ length: 94 }, (_, i) => i);
    const { tags, answer } = opened({ idx1: cells(...INSIDE), idx2: cells(1), outlines });
    await frame();
    expect(tags()).toEqual(["group 1 · 6 cells", "group 2 · 1 cell"]);
    answer({ idx2: cells(...rest) });
    await frame();
    expect(tags()).toEqual(["group 1 · 6 cells"]);
  });

  it("shows the values inside a group, and where it is by its line alone", () => {
    const show = vi.fn();
    const now = { cells: new Uint32Array(0), polygons: [], strokes: [], by: "lasso" };
    const values = floats(new Float32Array(100));
    const colors = signal(TYPES);
    const state = { ...FULL, idx1: cells(...INSIDE), outlines: [line(1, [0, 0])] };
    const read = (key: keyof EmbeddingState) => (key === "colors" ? colors : signal(state[key]));
    const scatter = { show, surface: document.body, scene: { points: [] } };
    const wire = { read } as unknown as Wire<EmbeddingState, never>;
    const panel = { wire, watch: effect, ended: new AbortController().signal };
    updateScene(scatter as unknown as Scatter, signal(now), panel);
    const group1 = () => show.mock.calls.findLast(([changes]) => changes.group1)?.[0].group1;
    expect(Array.from(group1().cells)).toEqual(INSIDE);
    colors.value = { ...NO_COLORS, kind: "number", title: "n_counts", values };
    expect(group1()).toMatchObject({ tag: "group 1 · 6 cells", polygons: [[[0, 0]]] });
    expect(group1().cells).toHaveLength(0);
  });

  it("says when the model has changed since, and embeds again", () => {
    const { at, sent, answer } = opened({ embedding_state: "stale" });
    expect(at("stale").hidden).toBe(false);
    at("embed-again").click();
    expect(sent).toEqual([{ intent: "embed" }]);
    expect(at("embed-again").hidden).toBe(true);
    answer({
      task: {
        name: "embedding",
        text: "placing 100 cells (UMAP)",
        progress: -1,
        waiting: 0,
        can_halt: false,
      },
    });
    expect(at("stale").textContent).toContain("placing 100 cells (UMAP)");
    answer({ embedding_state: "current", task: EMPTY.task });
    expect(at("stale").hidden).toBe(true);
  });
});

describe("the lasso", () => {
  it("asks with the line in data coordinates, and shows at once what is inside", async () => {
    const { draw, sent, card } = opened();
    expect(card()).toBe("");
    await draw(SIX);
    const { polygon, ...rest } = sent[0] as { polygon: number[] };
    expect(rest).toEqual({ intent: "lasso", mode: "new" });
    for (const [i, value] of polygon.entries()) {
      expect(value).toBeCloseTo(SIX.flat()[i] as number, 9);
    }
    expect(card()).toBe("lasso: 6 cells");
  });

  it("lets Python's answer count", async () => {
    const { draw, answer, card } = opened();
    await draw(SIX);
    answer({ selection: cells(1, 2), outlines: [line(0, SIX.flat())] });
    expect(card()).toBe("lasso: 2 cells");
    await draw(SIX);
    answer({ notice: { number: 1, level: "error", text: "no" } });
    expect(card()).toBe("lasso: 2 cells");
  });

  it("adds and subtracts by the buttons and by keys that are held", async () => {
    const { at, draw, sent, card } = opened({ selection: cells(0, 25) });
    at("mode-add").click();
    await draw(SIX);
    expect(card()).toBe("lasso: 7 cells");
    at("mode-subtract").click();
    await draw(SIX);
    expect(card()).toBe("lasso: 1 cell");
    at("mode-new").click();
    await draw(SIX, { shiftKey: true });
    await draw(SIX, { altKey: true });
    const modes = sent.map((intent) => (intent as { mode: string }).mode);
    expect(modes).toEqual(["add", "subtract", "add", "subtract"]);
  });

  it("shows while drawing what the line does, and how many it holds", async () => {
    const { at, point, card } = opened();
    await frame();
    point("pointerdown", SIX[0] as number[], { shiftKey: true });
    for (const corner of SIX.slice(1)) point("pointermove", corner, { shiftKey: true });
    await frame();
    expect(card()).toBe("adding: 6 cells");
    expect(at("mode-add").getAttribute("aria-checked")).toBe("true");
    expect(at("make-group-1").closest("[hidden]")).not.toBeNull();
    point("pointerup", SIX[3] as number[], { shiftKey: true });
    expect(at("mode-new").getAttribute("aria-checked")).toBe("true");
    expect(card()).toBe("lasso: 6 cells");
  });

  it("says why a line selected nothing, and lets go of what was selected", async () => {
    const { draw, sent, at, answer } = opened({ selection: cells(1) });
    await draw([
      [4.2, 4.2],
      [4.8, 4.2],
      [4.8, 4.8],
    ]);
    expect(sent).toEqual([{ intent: "clear_selection" }]);
    answer({ selection: cells() });
    expect(at("embedding-said").textContent).toBe("No cell is inside that line.");
  });

  it("says when the kernel is busy, until there is an answer", async () => {
    const { draw, at, answer } = opened();
    await frame();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await draw(SIX);
    vi.advanceTimersByTime(1900);
    expect(at("embedding-said").textContent).toBe("");
    vi.advanceTimersByTime(200);
    expect(at("embedding-said").textContent).toContain("busy");
    answer({ undo_label: "lasso" });
    expect(at("embedding-said").textContent).toBe("");
  });
});

describe("what is selected", () => {
  it.each<[string, object]>([
    ["make-group-1", { intent: "make_group", number: 1, against_rest: false }],
    ["make-group-2", { intent: "make_group", number: 2, against_rest: false }],
    ["vs-rest", { intent: "make_group", number: 1, against_rest: true }],
    ["clear-selection", { intent: "clear_selection" }],
  ])("goes on by the button %s", (id, intent) => {
    const { at, sent, surface } = opened({ selection: cells(1, 2) });
    at(id).click();
    expect(sent).toEqual([intent]);
    expect(document.activeElement).toBe(surface); // the keyboard goes on with the picture
  });

  it("is counted, and the card goes when there is nothing", () => {
    const { at, card, answer } = opened({ selection: cells(...GRID.keys()) });
    expect(at("selection-count").textContent).toBe("200");
    expect(card()).toBe("selected: 200 cells");
    answer({ selection: cells() });
    expect(card()).toBe("");
  });
});

describe("keys", () => {
  const pressed = (el: HTMLElement) =>
    [...el.querySelectorAll(".pv-tool-set [aria-pressed=true]")].map((b) => b.textContent);

  it.each([
    ["p", "Pan"],
    ["L", "Lasso"],
    ["r", "Rectangle"],
    ["g", "Polygon"],
  ])("choose a tool: %s", (key, tool) => {
    const { press, el } = opened();
    press("r");
    expect(press(key)).toBe(true);
    expect(pressed(el)).toEqual([tool]);
  });

  it.each<[string, KeyboardEventInit, object]>([
    ["1", {}, { intent: "make_group", number: 1, against_rest: false }],
    ["2", {}, { intent: "make_group", number: 2, against_rest: false }],
    ["i", {}, { intent: "invert_selection" }],
    ["k", {}, { intent: "grow_selection", k: 15 }],
    ["I", { shiftKey: true }, { intent: "make_group", number: 1, against_rest: true }],
    ["Escape", {}, { intent: "clear_selection" }],
    ["z", { ctrlKey: true }, { intent: "undo" }],
    ["z", { metaKey: true }, { intent: "undo" }],
    ["Z", { ctrlKey: true, shiftKey: true }, { intent: "redo" }],
    ["y", { metaKey: true }, { intent: "redo" }],
  ])("do what the buttons do: %s %o", (key, held, intent) => {
    const { press, sent } = opened({ selection: cells(1), undo_label: "lasso", redo_label: "x" });
    const outside = vi.fn();
    document.body.addEventListener("keydown", outside, { signal: end.signal });
    expect(press(key, held)).toBe(true);
    expect([sent, outside.mock.calls]).toEqual([[intent], []]);
  });

  it("act on the groups when nothing is selected", () => {
    const { press, sent } = opened({ idx1: cells(1) });
    press("x");
    press("I", { shiftKey: true });
    expect(sent).toEqual([{ intent: "swap_groups" }, { intent: "against_rest" }]);
  });

  it.each(["1", "x", "k", "Escape", "q"])("are left to others where they do nothing: %s", (key) => {
    const { press, sent } = opened();
    const outside = vi.fn();
    document.body.addEventListener("keydown", outside, { signal: end.signal });
    expect(press(key)).toBe(false);
    expect([sent, outside.mock.calls.length]).toEqual([[], 1]);
  });

  it.each(["resolution", "color-by", "color-by-region"])("never act in a field: %s", (id) => {
    const { press, at, sent, el } = opened({ selection: cells(1), idx1: cells(2) });
    for (const key of ["1", "x", "p"]) expect(press(key, { on: at(id) })).toBe(false);
    expect([sent, pressed(el)]).toEqual([[], ["Lasso"]]);
  });

  it("cancel a line first, then the selection", async () => {
    const { press, point, sent, card } = opened({ selection: cells(1) });
    await frame();
    point("pointerdown", SIX[0] as number[]);
    point("pointermove", SIX[1] as number[]);
    await frame();
    expect(card()).toContain("drawing");
    press("Escape", { on: document.querySelector("section") as Element });
    expect([card(), sent]).toEqual(["selected: 1 cell", []]);
    press("Escape");
    expect(sent).toEqual([{ intent: "clear_selection" }]);
  });
});

describe("the view", () => {
  it("comes near what is selected, else the groups, and back to all", async () => {
    const { at, scatter, answer } = opened({ selection: cells(0, 1, 10, 11) });
    await frame();
    const width = () => {
      const [x0 = 0, , x1 = 0] = JSON.parse(scatter.dataset.view ?? "[]");
      return x1 - x0;
    };
    const whole = width();
    at("fit-selection").click();
    await frame();
    const near = width();
    expect(near).toBeLessThan(whole / 3);
    at("zoom-out").click();
    await frame();
    expect(width()).toBeCloseTo(1.5 * near, 6);
    at("fit").click();
    await frame();
    expect(width()).toBeCloseTo(whole, 6);
    answer({ selection: cells() });
    expect(at<HTMLButtonElement>("fit-selection").disabled).toBe(true);
    answer({ idx1: cells(0, 11) });
    at("fit-selection").click();
    await frame();
    expect(width()).toBeLessThan(whole / 3);
  });

  it("says how many cells have no place", async () => {
    const places = Float32Array.from(GRID);
    places.fill(Number.NaN, 0, 6);
    const { find } = opened({ embedding: floats(places, [100, 2]) });
    expect(find(".pv-where-cells").textContent).toContain("3 cells have no place");
  });
});

describe("columns that cannot be chosen", () => {
  const column = (name: string, reason: string): ObsColumn => ({
    name,
    kind: "none",
    categories: [],
    counts: [],
    colors: [],
    reason,
  });

  it("are offered with the reason, and it is said where one is chosen", () => {
    const why = "1,204 categories; at most 200 can be colored";
    const { at, answer } = opened({ obs_columns: [...FULL.obs_columns, column("barcode", why)] });
    const options = [...at("color-by").querySelectorAll("option")];
    const barcode = options.find(({ value }) => value === "barcode");
    expect(barcode?.disabled).toBe(true);
    expect(barcode?.textContent).toBe(`barcode (${why})`);
    const grouped = [...at("groups-by-column").querySelectorAll("option")];
    expect(grouped.find(({ value }) => value === "barcode")?.disabled).toBe(true);
    expect(grouped.find(({ value }) => value === "n_counts")?.textContent).toBe(
      "n_counts (numbers)",
    );
    expect(at("not-colored").hidden).toBe(true);
    answer({ color_by: "barcode" });
    expect(at("not-colored").textContent).toBe(`Not colored by barcode: ${why}.`);
  });
});
