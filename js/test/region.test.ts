import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RegionState, RegionStrip, RegionTracks, WireArray } from "../src/contract";
import { commonMost, moved, possibleView, rowsOf, zoomed } from "../src/draw/genome/genome-data";
import { genomeLayout } from "../src/draw/genome/genome-drawing";
import panel from "../src/panels/region";
import { genomeDataOf } from "../src/panels/region/genome-tracks";
import { drawn, forget, resize, watching } from "./browser";
import { fakeModel } from "./fake-model";

const typed = <A extends Uint32Array | Uint8Array | Float32Array>(
  dtype: WireArray["dtype"],
  array: A,
  width?: number,
): WireArray => ({
  dtype,
  shape: width === undefined ? [array.length] : [array.length / width, width],
  data: new DataView(array.buffer),
});
const places = (width: number, ...values: number[]) =>
  typed("uint32", Uint32Array.from(values), width);
const shares = (width: number, ...values: number[]) =>
  typed("float32", Float32Array.from(values), width);
const bytes = (...values: number[]) => typed("uint8", Uint8Array.from(values));
const NONE = { ...shares(1), shape: [0, 0] };

const TRACKS: RegionTracks = {
  chromosome: "chr11",
  start: 50_000,
  end: 250_000,
  genes: ["MS4A1", "FAR"],
  gene_places: places(3, 120_000, 140_000, 1, 300_000, 310_000, 0),
  exons: places(3, 0, 120_000, 120_500, 0, 139_000, 140_000),
  regions: ["chr11:119500-120500", "chr11:180000-180500"],
  region_rows: typed("uint32", Uint32Array.of(7, 8)),
  region_places: places(2, 119_500, 120_500, 180_000, 180_500),
  regions_words: "",
  tracks: ["group 1", "group 2"],
  keys: ["1", "2"],
  n_cells: [787, 9446],
  column: "",
  observed: shares(2, 0.52, 0.1, 0.01, 0.12),
  expected: shares(2, 0.5, 0.11, 0.02, 0.12),
  expected_words: "Model: mean accessibility at the depth of the cells.",
  coverage: shares(4, 1, 9, 0, 2, 1, 0.5, 0, 0),
  coverage_words: "Coverage: cut sites.",
  cell_tracks: bytes(0, 1),
  cell_marks: places(3, 0, 119_600, 119_700, 1, 180_100, 180_200),
};
const WINDOW = { chromosome: "chr11", start: 100_000, end: 200_000 };
const COLUMN = { name: "cell_type", kind: "category" as const, categories: ["B", "T"] };
const STATE: RegionState = {
  color_by: "cell_type",
  is_shown: false,
  layer_rows: [],
  n_regions: 9,
  notice: { number: 0, level: "info", text: "" },
  obs_columns: [{ ...COLUMN, counts: [1, 2], colors: [], reason: "" }],
  region_marks: bytes(2, 0),
  region_strip: null,
  region_tracks: TRACKS,
  region_window: WINDOW,
  task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
  tracks_by: "",
};

describe("a view", () => {
  it("keeps what is pointed at while it zooms, and begins at the first base", () => {
    expect(zoomed({ start: 1000, end: 3000 }, 2, 1500)).toEqual({ start: 1250, end: 2250 });
    expect(zoomed({ start: 0, end: 1000 }, 0.5, 0)).toEqual({ start: 0, end: 2000 });
    expect(moved({ start: 100, end: 1100 }, -500)).toEqual({ start: 0, end: 1000 });
  });
  it("is neither too near nor too far", () => {
    expect(possibleView({ start: 1000, end: 1001 })).toEqual({ start: 901, end: 1101 });
    const { start, end } = zoomed({ start: 0, end: 4_000_000 }, 0.1);
    expect(end - start).toBe(5_000_000);
  });
});

it("puts genes whose names would touch into rows, and says for which there is none", () => {
  const items = [
    { left: 0, right: 50 },
    { left: 40, right: 90 },
    { left: 45, right: 60 },
    { left: 60, right: 70 },
  ];
  expect(rowsOf(items, 2)).toEqual([0, 1, -1, 0]);
});

const data = () => genomeDataOf(TRACKS, bytes(2, 0), [], []);

it("scales all tracks by the largest value in sight", () => {
  const far = { start: 150_000, end: 200_000 };
  expect(commonMost(data(), WINDOW, ({ coverage }) => coverage)).toBe(9);
  expect(commonMost(data(), far, ({ coverage }) => coverage)).toBe(0);
  expect(commonMost(data(), far, ({ observed }) => observed, data().regions)).toBeCloseTo(0.12);
});

it("gives tracks the room there is, and single cells theirs below", () => {
  const size = { width: 800, height: 400 };
  const without = genomeLayout(data(), WINDOW, size, false);
  const withCells = genomeLayout(data(), WINDOW, size, true);
  expect(without.height).toBeLessThanOrEqual(400);
  expect(withCells.height).toBe(without.height + 2 * 2 + 8);
  const low = genomeLayout(data(), WINDOW, { width: 800, height: 60 }, false);
  expect(low.track).toBeGreaterThan(40);
});

it("leaves marks out that are of other regions", () => {
  expect(data().regions.map(({ mark }) => mark)).toEqual([2, 0]);
  expect(genomeDataOf(TRACKS, bytes(1), [], []).regions.map(({ mark }) => mark)).toEqual([0, 0]);
});

it("colors categories as the cells are", () => {
  const of = { ...TRACKS, column: "cell_type", keys: ["c0", "c1"] };
  const layer = { color_by: "cell_type", palette: { T: "#123456" } } as never;
  const [, second] = genomeDataOf(of, bytes(), [layer], STATE.obs_columns).tracks;
  expect(second?.color({ colors: { canvas: "#000000" } })).toBe("#123456");
});

describe("the panel", () => {
  let end: AbortController;
  beforeEach(() => {
    end?.abort();
    end = new AbortController();
    forget();
    vi.useRealTimers();
  });

  function opened(some: Partial<RegionState> = {}) {
    const fake = fakeModel({ ...STATE, ...some } as unknown as Record<string, unknown>);
    const el = document.createElement("div");
    document.body.replaceChildren(el);
    panel.render({ model: fake.model, el, signal: end.signal });
    const at = <E extends HTMLElement = HTMLElement>(id: string) =>
      el.querySelector<E>(`[data-testid="${id}"]`) ?? expect.fail(`no ${id}`);
    const plot = at("region-plot");
    resize(at("region-keys"), 1000, 300);
    resize(plot, 1000, 300);
    const point = (type: string, x: number, more: MouseEventInit = {}) =>
      plot.dispatchEvent(
        new PointerEvent(type, { clientX: x, clientY: 100, screenX: x, button: 0, ...more }),
      );
    const press = (key: string) => {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
      at("region-keys").dispatchEvent(event);
      return event;
    };
    const where = at<HTMLInputElement>("region-where");
    return { ...fake, el, at, plot, point, press, where };
  }
  const words = () =>
    drawn.filter(({ call }) => call === "fillText").map(({ with: [text] }) => text);

  it("draws genes by name, tracks with their cells, and one scale", () => {
    const { plot } = opened();
    expect(words()).toContain("MS4A1");
    expect(words()).not.toContain("FAR"); // out of sight
    expect(words()).toContain("group 1 · 787 cells");
    expect(words().filter((text) => text === "0–9 · open in 0–52 %").length).toBeGreaterThan(1);
    expect(plot.getAttribute("aria-label")).toContain("Genes: MS4A1. 2 regions, 1 of them called.");
    expect(plot.getAttribute("aria-label")).toContain("group 1 up to 52.0 %");
  });

  it("says what is drawn, also where there is no coverage", () => {
    const { at, model } = opened();
    expect(at("region-words").textContent).toContain("Lines, by the model: mean accessibility");
    const tracks = { ...TRACKS, coverage: NONE, expected: NONE, coverage_words: "No fragments." };
    model.set("region_tracks", tracks);
    expect(at("region-panel").querySelector("summary")?.textContent).toBe(
      "bars: share of open cells · No fragments.",
    );
    expect(words()).toContain("open in 0–52 %");
  });

  it("says how many of too many regions are shown", () => {
    const regions_words = "2 of 10,000 regions are shown, an even sample.";
    const { at } = opened({ region_tracks: { ...TRACKS, regions_words } });
    const brief = at("region-panel").querySelector("summary")?.textContent;
    expect(brief).toMatch(/^2 of 10,000 regions · bars/);
    expect(at("region-words").textContent).toContain(regions_words);
  });

  it("without a window says what to do", () => {
    const { at, plot } = opened({ region_window: null, region_tracks: null });
    expect(plot.getAttribute("aria-label")).toBe("Genome, nothing shown yet");
    expect(at("region-empty").textContent).toContain("Type a gene");
    expect(at("region-keys").closest("[hidden]")).not.toBeNull();
  });

  it("says that it is being found out, and draws no other chromosome's tracks", () => {
    const { at, model, where } = opened();
    model.set("region_window", { ...WINDOW, chromosome: "chr2" });
    expect(where.value).toBe("chr2:100,000-200,000");
    expect(at<HTMLOutputElement>("region-state").value).toBe("updating");
    model.set("region_window", { ...WINDOW, start: 240_000, end: 340_000 }); // some of it is known
    expect(at("region-plot").hasAttribute("data-stale")).toBe(false);
    model.set("region_window", { ...WINDOW, start: 250_000, end: 350_000 });
    expect(at("region-plot").hasAttribute("data-stale")).toBe(true);
    expect(at("region-plot").getAttribute("aria-label")).toBe("Genome, updating");
    model.set("region_tracks", null);
    expect(at<HTMLOutputElement>("region-state").value).toBe("updating");
    expect(at("region-plot").hasAttribute("data-stale")).toBe(true);
  });

  it("asks for what is typed", () => {
    const { where, sent, at } = opened();
    where.value = " cd79a ";
    where.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    expect(sent.splice(0)).toEqual([{ intent: "show_region", where: "cd79a" }]);
    const file = at<HTMLInputElement>("region-fragments");
    file.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" })); // empty
    file.value = "a/fragments.tsv.gz";
    file.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    expect(sent).toEqual([{ intent: "use_fragments", path: "a/fragments.tsv.gz" }]);
  });

  it("moves and zooms by keys, and asks once when they rest", () => {
    vi.useFakeTimers();
    const { plot, press, sent, where } = opened();
    expect(press("ArrowRight").defaultPrevented).toBe(true);
    press("+");
    expect(where.value).toBe("chr11:150,000-200,000");
    const label = plot.getAttribute("aria-label");
    expect(label).toMatch(/^chr11:150,000-200,000\. No genes\. 1 region, 0 of them called\./);
    expect(press("x").defaultPrevented).toBe(false);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([{ intent: "show_region", where: "chr11:150,000-200,000" }]);
  });

  it("moves with the pointer, and does not jump back while it is held", () => {
    vi.useFakeTimers();
    const { point, sent, model, where } = opened();
    point("pointerdown", 500);
    point("pointermove", 400);
    expect(where.value).toBe("chr11:110,000-210,000");
    vi.advanceTimersByTime(1000); // it rests
    expect(sent.splice(0)).toEqual([{ intent: "show_region", where: "chr11:110,000-210,000" }]);
    model.set("region_window", { ...WINDOW });
    expect(where.value).toBe("chr11:110,000-210,000");
    point("pointermove", 300);
    point("pointerup", 300);
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([{ intent: "show_region", where: "chr11:120,000-220,000" }]);
  });

  it("zooms by the wheel once the pointer has moved here", () => {
    const { plot, point, where } = opened();
    const wheel = () =>
      plot.dispatchEvent(new WheelEvent("wheel", { deltaY: -100, clientX: 500, cancelable: true }));
    expect(wheel()).toBe(true);
    expect(where.value).toBe("chr11:100,000-200,000");
    point("pointermove", 490);
    point("pointermove", 500);
    expect(wheel()).toBe(false);
    expect(where.value).not.toBe("chr11:100,000-200,000");
  });

  it("says the values of the region under the pointer, and a click colors the cells by it", () => {
    const { plot, point, model, saved } = opened();
    const tip = plot.querySelector<HTMLElement>(".pv-tip");
    point("pointermove", 200, { clientY: 60 });
    expect(tip?.textContent).toContain("called and confirmed");
    expect(tip?.textContent).toContain("group 1: open in 52.0 % (model 50.0 %)");
    saved.splice(0);
    point("pointerdown", 200);
    point("pointerup", 200);
    expect(model.get("color_by")).toBe("chr11:119500-120500");
    expect(saved).toEqual(["color_by"]);
    point("pointermove", 600);
    expect(tip?.hidden).toBe(true);
  });

  it("tells Python whether it is in sight", () => {
    const { at, model } = opened();
    resize(at("region-panel"), 1000, 300);
    expect(model.get("is_shown")).toBe(true);
    resize(at("region-panel"), 0, 0);
    expect(model.get("is_shown")).toBe(false);
  });

  it("compares what is chosen, and shows single cells", () => {
    const { at, model } = opened();
    const by = at<HTMLSelectElement>("region-by");
    expect([...by.options].map(({ value }) => value)).toEqual(["", "cell_type"]);
    by.value = "cell_type";
    by.dispatchEvent(new Event("change"));
    expect(model.get("tracks_by")).toBe("cell_type");
    forget();
    at<HTMLInputElement>("region-cells").click();
    const rows = drawn.filter(
      ({ call, with: [, , , height] }) => call === "fillRect" && height === 1.5,
    );
    expect(rows.length).toBeGreaterThan(1);
  });

  it("shows the single cells of the region that colors them, group by group", () => {
    const { at, model } = opened();
    expect(at("region-strip").hidden).toBe(true);
    const strip: RegionStrip = {
      ...{ region: "chr11:119500-120500", column: "", words: "Dots: counts." },
      ...{ tracks: ["group 1", "group 2"], keys: ["1", "2"], n_cells: [787, 9446] },
      ...{ shares: shares(2, 0.5, 0.01), means: shares(2, 1.25, 0.01) },
      ...{ dot_tracks: bytes(0, 0, 1), dot_counts: shares(3, 0, 3, 1), expected: NONE },
    };
    model.set("region_strip", strip);
    const plot = at("region-strip-plot");
    expect(plot.getAttribute("aria-label")).toBe(
      "group 1, 787 cells: mean count 1.25, open in 50.0 %; " +
        "group 2, 9,446 cells: mean count 0.01, open in 1.0 %",
    );
    resize(plot, 300, 124);
    forget();
    model.set("region_strip", { ...strip, expected: shares(3, 0.4, 0.3, 0.6, 0.02, 0, 0.1) });
    expect(drawn.filter(({ call }) => call === "arc").length).toBe(3);
    expect(plot.getAttribute("aria-label")).toContain("open in 50.0 % · model 40.0 %");
    const widths = drawn.filter(({ call }) => call === "fillRect").map(({ with: [, , w] }) => w);
    expect((widths[0] as number) / (widths[1] as number)).toBeCloseTo(50);
    model.set("region_strip", null);
    expect(at("region-strip").hidden).toBe(true);
  });

  it("lets go of everything when it ends", () => {
    const { at, plot, listening } = opened();
    end.abort();
    expect([listening(), watching(plot), watching(at("region-panel"))]).toEqual([0, 0, 0]);
  });
});
