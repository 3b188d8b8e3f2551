/** Selecting in the embedding panel: brush, neighbors, inversion, cell cursor, cards, other bases. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  cells,
  eachOnAnEmptyPage,
  end,
  floats,
  frame,
  INSIDE,
  line,
  opened,
  SIX,
} from "./embedding-state";

eachOnAnEmptyPage();

describe("the brush", () => {
  it("asks with its way and its radius in data coordinates, and shows at once what it touched", async () => {
    const { draw, press, sent, card } = opened();
    press("b");
    await draw([
      [2, 5],
      [2, 6],
      [2, 7],
    ]);
    const { path, radius, ...rest } = sent[0] as { path: number[]; radius: number };
    expect(rest).toEqual({ intent: "brush", mode: "new" });
    for (const [i, value] of [2, 5, 2, 6, 2, 7].entries()) expect(path[i]).toBeCloseTo(value, 6);
    expect(radius).toBeGreaterThan(0);
    expect(card()).toMatch(/^brush: \d+ cells$/);
  });

  it("changes its size by keys and by its slider, which is there only for it", () => {
    const { at, press, find } = opened();
    const size = at<HTMLInputElement>("brush-radius");
    expect(size.hidden).toBe(true);
    press("]"); // not the brush's yet
    press("b");
    expect([size.hidden, size.value]).toEqual([false, "16"]);
    press("]");
    expect(size.value).toBe("20");
    for (let i = 0; i < 30; i++) press("[");
    expect(size.value).toBe("3");
    size.value = "50";
    size.dispatchEvent(new Event("input"));
    const move = new PointerEvent("pointermove", { clientX: 9, clientY: 9 });
    find(".pv-surface").dispatchEvent(move);
    expect(find(".pv-brush").style.width).toBe("100px");
  });

  it("has its stroke shown as a band, for the selection and for a group", async () => {
    const stroke = { ...line(0, [1, 1, 2, 2]), radius: 0.5 };
    const { el, answer } = opened({ selection: cells(1), outlines: [stroke] });
    const bands = (kind: string) => el.querySelectorAll(`.pv-brushed[data-outline=${kind}] > *`);
    await frame();
    expect(bands("pending")).toHaveLength(1);
    answer({ selection: cells(), idx1: cells(1), outlines: [{ ...stroke, group: 1 }] });
    await frame();
    expect([bands("pending").length, bands("group1").length]).toEqual([0, 1]);
  });

  it("says when it touched nothing", async () => {
    const { draw, press, at, sent } = opened();
    press("b");
    await draw([[-30, 4]]);
    expect(sent).toEqual([]);
    expect(at("embedding-said").textContent).toBe("The brush touched no cell.");
  });
});

/** Between the cells. */
const NOWHERE = [
  [1.2, 1.2],
  [1.8, 1.2],
  [1.8, 1.8],
];

describe("a selection", () => {
  it("keeps what is also inside, by the mode and by Shift and Alt", async () => {
    const { at, draw, sent, card } = opened({ selection: cells(1, 25, 26) });
    at("mode-intersect").click();
    await draw(SIX);
    expect(card()).toBe("lasso: 2 cells");
    at("mode-new").click();
    await draw(SIX, { shiftKey: true, altKey: true });
    expect(sent.map((intent) => (intent as { mode: string }).mode)).toEqual([
      "intersect",
      "intersect",
    ]);
  });

  it("is emptied by what it is intersected with, as Python does", async () => {
    const { at, draw, sent, card, answer } = opened({ selection: cells(1, 25) });
    await draw(NOWHERE, { shiftKey: true, altKey: true });
    expect(sent).toEqual([{ intent: "lasso", polygon: expect.anything(), mode: "intersect" }]);
    expect(card()).toBe("");
    answer({ selection: cells() });
    expect(at("embedding-said").textContent).toBe("No cell is inside that line.");
    await draw(NOWHERE, { shiftKey: true, altKey: true }); // nothing to take away from
    expect(sent).toHaveLength(1);
  });

  it.each(["add", "subtract"])("stays by the mode %s, and the reason is shown", async (mode) => {
    const { at, draw, sent, card, answer } = opened({ selection: cells(1, 25) });
    at(`mode-${mode}`).click();
    await draw(NOWHERE);
    expect([sent, card()]).toEqual([[], "selected: 2 cells"]);
    expect(at("embedding-said").textContent).toBe(
      "No cell is inside that line. The selection is unchanged.",
    );
    answer({ selection: cells(7) });
    expect(at("embedding-said").textContent).toBe("");
  });

  it("is inverted at once", () => {
    const { press, sent, card } = opened({ selection: cells(...INSIDE) });
    press("i");
    expect(sent).toEqual([{ intent: "invert_selection" }]);
    expect(card()).toBe("selected: 94 cells");
  });

  it("grows by as many neighbors as the card says", () => {
    const { press, at, sent } = opened({ selection: cells(1) });
    expect(at("grow-selection").textContent).toContain("by 15");
    press("]");
    expect(at("grow-selection").textContent).toContain("by 20");
    at("grow-selection").click();
    for (let i = 0; i < 9; i++) press("[");
    press("k");
    expect(sent).toEqual([
      { intent: "grow_selection", k: 20 },
      { intent: "grow_selection", k: 5 },
    ]);
  });

  it("is all that is in sight", async () => {
    const { press, sent, card, scatter } = opened();
    await frame();
    press("a");
    expect(card()).toBe("rectangle: 100 cells");
    for (let i = 0; i < 6; i++) press("+");
    await frame();
    press("a");
    const [x0, y0, x1, y1] = JSON.parse(scatter.dataset.view ?? "");
    const { polygon } = sent[1] as { polygon: number[] };
    expect(polygon).toEqual([x0, y0, x1, y0, x1, y1, x0, y1]);
    expect(Number.parseInt(card().split(" ")[1] as string, 10)).toBeLessThan(100);
  });
});

describe("the cell cursor", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  const started = async (state = {}) => {
    const all = opened(state);
    vi.useRealTimers();
    await frame();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    all.press("c");
    const spoken = () => {
      vi.advanceTimersByTime(300);
      return all.at("screen-reader-text").textContent;
    };
    const asked = () => {
      const wishes = all.sent as { intent: string }[];
      return wishes.filter(({ intent }) => intent !== "show_cell_details");
    };
    return { ...all, spoken, asked };
  };

  it("begins at the middle and goes to the next cell, described in words", async () => {
    const { press, spoken, answer } = await started();
    expect(spoken()).toMatch(/^cell \d+, T, 0 selected in all$/);
    const begun = Number(spoken()?.match(/\d+/)?.[0]);
    press("ArrowRight"); // cell 10 x + y stands at (x, y)
    expect(spoken()).toContain(`cell ${begun + 10},`);
    press("ArrowUp");
    expect(spoken()).toContain(`cell ${begun + 11},`);
    answer({ cell_details: { cell: begun + 11, name: "AAAC-1", n_counts: 3, n_regions: 2 } });
    expect(spoken()).toBe("cell AAAC-1, T, 0 selected in all");
  });

  it("selects by Enter and by Space, and takes away what it selected", async () => {
    const { press, surface, asked, answer } = await started();
    press("Enter");
    const [{ cells: chosen }] = asked() as unknown as [{ cells: number[] }];
    expect(asked()).toEqual([{ intent: "select", cells: chosen, mode: "add" }]);
    answer({ selection: cells(...chosen) });
    press(" ");
    surface.dispatchEvent(new KeyboardEvent("keyup", { key: " " }));
    expect(asked()[1]).toEqual({ intent: "select", cells: chosen, mode: "subtract" });
  });

  it("takes the way along with Shift, and asks once, or before anything else is asked", async () => {
    const { press, asked, card } = await started();
    for (let i = 0; i < 3; i++) press("ArrowLeft", { shiftKey: true });
    expect([card(), asked()]).toEqual(["selected: 4 cells", []]);
    vi.advanceTimersByTime(400);
    expect(asked()).toHaveLength(1);
    press("ArrowUp", { shiftKey: true });
    press("1");
    const intents = asked().map(({ intent }) => intent);
    expect(intents).toEqual(["select", "select", "make_group"]);
  });

  it("says where there is no cell further on, and goes away by Escape", async () => {
    const { press, spoken, find } = await started();
    for (let i = 0; i < 12; i++) press("ArrowDown");
    expect(spoken()).toMatch(/^no cell further down, cell \d+/);
    const ring = find(".pv-outlines svg > g:last-child");
    expect(ring.getAttribute("visibility")).toBe("visible");
    press("Escape");
    expect([spoken(), ring.getAttribute("visibility")]).toEqual(["", "hidden"]);
  });

  it("stays on its cell in another embedding, and goes when its cell has gone", async () => {
    const { press, spoken, answer, fake } = await started().then((all) => ({ ...all, fake: all }));
    const before = spoken();
    const turned = Float32Array.from({ length: 200 }, (_, i) => -i);
    answer({ embedding: { ...floats(turned), shape: [100, 2] }, basis: "X_peakvi" });
    expect(spoken()).toBe(before);
    answer({ embedding: { ...floats(new Float32Array(4)), shape: [2, 2] } });
    expect(spoken()).toBe("");
    expect(press("Enter")).toBe(false);
    expect(fake.asked()).toEqual([]);
  });

  it("stops when the panel ends", async () => {
    const { press, sent } = await started();
    press("ArrowRight", { shiftKey: true });
    const n = sent.length;
    end.abort();
    vi.advanceTimersByTime(1000);
    press("Enter");
    expect(sent).toHaveLength(n);
  });
});

describe("the card of a cell", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  const pointed = async (state = {}) => {
    const all = opened(state);
    vi.useRealTimers();
    await frame();
    const rest = async (at: number[]) => {
      const [x0, y0, x1, y1] = JSON.parse(all.scatter.dataset.view ?? "");
      const [x = 0, y = 0] = at;
      const clientX = (400 * (x - x0)) / (x1 - x0);
      const clientY = (320 * (y1 - y)) / (y1 - y0);
      const event = new PointerEvent("pointermove", { buttons: 0, clientX, clientY });
      all.surface.dispatchEvent(event);
      await frame();
    };
    return { ...all, rest, tip: () => all.at("cell-card") };
  };

  it("comes after a rest, asks Python for one cell, and says at once what is known", async () => {
    const { rest, tip, sent, answer } = await pointed({ idx1: cells(25) });
    await rest([2, 4]);
    await rest([2, 5]);
    expect(tip().hidden).toBe(true);
    await vi.waitFor(() => expect(tip().hidden).toBe(false));
    expect(sent).toEqual([{ intent: "show_cell_details", cell: 25 }]); // not the one that was passed by
    expect(tip().innerText ?? tip().textContent).toContain("cell 25");
    expect(tip().textContent).toContain("cell_type  T");
    expect(tip().textContent).toContain("group 1");
    answer({ cell_details: { cell: 24, name: "other", n_counts: 1, n_regions: 1 } });
    expect(tip().textContent).not.toContain("other");
    answer({ cell_details: { cell: 25, name: "AAAC-1", n_counts: 1377, n_regions: 1210 } });
    expect(tip().textContent).toContain("AAAC-1");
    expect(tip().textContent).toContain("1,377 counts, 1,210 open regions");
    await rest([2.5, 5.5]);
    expect(tip().hidden).toBe(true);
  });

  it("is beside the pointer and lets it through", async () => {
    const { rest, tip } = await pointed();
    await rest([2, 5]);
    await vi.waitFor(() => expect(tip().hidden).toBe(false));
    expect(tip().className).toContain("pv-tip"); // pointer-events: none
    expect(tip().getAttribute("aria-hidden")).toBe("true");
    expect(tip().style.transform).toMatch(/^translate\(\d+px, \d+px\)$/);
  });
});

describe("other embeddings", () => {
  it("are chosen by name, and by two dimensions where there are more", () => {
    const { at, pick, options, sent, answer } = opened();
    expect(options("basis")).toEqual(["X_umap", "X_peakvi"]);
    expect(at("dimension-1").closest("[hidden]")).not.toBeNull();
    pick("basis", "X_peakvi");
    answer({ basis: "X_peakvi" });
    expect(at("dimension-1").closest("[hidden]")).toBeNull();
    expect(options("dimension-2")).toHaveLength(10);
    pick("dimension-2", "4");
    pick("dimension-1", "1"); // the other's: they change places
    expect(sent).toEqual([
      { intent: "show_basis", basis: "X_peakvi", dimensions: [0, 1] },
      { intent: "show_basis", basis: "X_peakvi", dimensions: [0, 4] },
      { intent: "show_basis", basis: "X_peakvi", dimensions: [1, 0] },
    ]);
  });

  it("show the lines that were drawn in them, and no others", async () => {
    const drawn = [line(1, SIX.flat()), { ...line(0, SIX.flat()), basis: "X_peakvi" }];
    const state = { idx1: cells(1), selection: cells(2), outlines: drawn };
    const { el, answer } = opened(state);
    const paths = () =>
      [...el.querySelectorAll<SVGPathElement>("path[data-outline]")]
        .filter((path) => path.getAttribute("d"))
        .map((path) => path.dataset.outline);
    await frame();
    expect(paths()).toEqual(["group1"]);
    answer({ basis: "X_peakvi" });
    await frame();
    expect(paths()).toEqual(["pending"]);
    answer({ shown_dimensions: [1, 0] });
    await frame();
    expect(paths()).toEqual([]);
  });
});
