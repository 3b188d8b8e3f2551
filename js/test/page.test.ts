/** A saved page: its counts as Python packs them, what is chosen in it, and what it shows. */
import { beforeEach, describe, expect, it } from "vitest";
import { packed } from "../src/arrays";
import { openPage } from "../src/page";
import { cellChoice, comparedIn, NONE } from "../src/page/cell-choice";
import { genomeOf, type Stretch, stretchOf } from "../src/page/genome-window";
import { bySureness, observedTable } from "../src/page/observed-table";
import { openRegions } from "../src/page/open-regions";
import type { PageData, SavedComparison } from "../src/page/page-data";
import { regionsOf } from "../src/page/page-state";
import { markersOf } from "../src/page/saved-markers";
import { resize } from "./browser";
import text from "./open-regions.json?raw";

const given = JSON.parse(text) as { n_regions: number; open: number[][]; bytes: number[] };
const open = openRegions(Uint8Array.from(given.bytes), given.open.length, given.n_regions);

describe("open regions", () => {
  it("are those that Python packed", () => {
    for (const [cell, regions] of given.open.entries()) {
      const counted = open.count([cell]);
      expect(Array.from(counted.keys()).filter((region) => counted[region])).toEqual(regions);
    }
    expect([...open.seen([128])]).toEqual([0, 0, 1, 0]);
    expect([...open.seen([129])]).toEqual([0, 0, 0, 0]);
    expect([...open.seen([0, 1, 128])]).toEqual([2, 0, 1, 0]);
  });

  it("of a damaged page are refused", () => {
    const cut = Uint8Array.from(given.bytes.slice(0, -1));
    expect(() => openRegions(cut, given.open.length, given.n_regions)).toThrow(/damaged/);
  });
});

describe("what is observed to differ", () => {
  it("is the difference of the shares, and how sure it is once depth is taken out", () => {
    // cells 0 and 1 have regions 0 and 1 open, cells 2 to 5 region 1 alone
    const lengths = [2, 2, 1, 1, 1, 1].flatMap((n) => [n, 0, 0, 0]);
    const small = openRegions(Uint8Array.from([...lengths, 0, 1, 0, 1, 1, 1, 1, 1]), 6, 3);
    const pair = { first: [0, 1], second: [2, 3, 4, 5] };
    const table = observedTable(small, pair, { region: ["a", "b", "c"] });
    const { share1, share2, difference, root_deviance } = table.columns;
    expect([...(share1 ?? [])]).toEqual([1, 1, 0]);
    expect([...(share2 ?? [])]).toEqual([0, 1, 0]);
    expect([...(difference ?? [])]).toEqual([1, 0, 0]);
    // half of all 8 open regions are in the first cells: 2 of 2 have deviance 4 ln 2
    expect(root_deviance?.[0]).toBeCloseTo(Math.sqrt(4 * Math.log(2)));
    // 2 of 6 where 3 are expected
    const deviance = 2 * (2 * Math.log(2 / 3) + 4 * Math.log(4 / 3));
    expect(root_deviance?.[1]).toBeCloseTo(-Math.sqrt(deviance));
    expect([...bySureness(table)]).toEqual([0, 1, 2]);
  });
});

describe("the choice of cells", () => {
  const drawn = (cells: number[], operation: "new" | "add" | "subtract" = "new") =>
    ({
      tool: "lasso",
      operation,
      polygon: [[0, 0]],
      radius: 0,
      cells: Uint32Array.from(cells),
    }) as const;
  const sizes = ({ now }: ReturnType<typeof cellChoice>) =>
    [now.value.selection, now.value.group1, now.value.group2].map(({ cells }) => [...cells]);

  it("makes groups that share no cell, and each step is undone", () => {
    const choice = cellChoice(NONE, NONE, 6);
    expect(choice.canUndo).toBe(false);
    choice.draw(drawn([0, 1, 2]));
    choice.makeGroup(1);
    choice.draw(drawn([2, 3]));
    choice.draw(drawn([4], "add"));
    choice.makeGroup(2);
    expect(sizes(choice)).toEqual([[], [0, 1], [2, 3, 4]]);
    expect(choice.now.value.group2.polygons).toHaveLength(2);
    expect(choice.now.value.group1.polygons).toEqual([]); // its line holds cells that left it
    expect(choice.canUndo).toBe(true);
    choice.undo();
    expect(sizes(choice)).toEqual([[2, 3, 4], [0, 1, 2], []]);
    choice.againstRest();
    expect(sizes(choice)).toEqual([[], [2, 3, 4], [0, 1, 5]]);
  });

  it("compares the selection first, then the groups", () => {
    const choice = cellChoice(NONE, NONE, 4);
    expect(comparedIn(choice.now.value, 4)).toBeUndefined();
    choice.draw(drawn([1]));
    const rest = comparedIn(choice.now.value, 4);
    expect(Array.from(rest?.second ?? [])).toEqual([0, 2, 3]);
    choice.makeGroup(1);
    expect(comparedIn(choice.now.value, 4)?.words).toContain("all others");
    choice.draw(drawn([3]));
    choice.makeGroup(2);
    expect(comparedIn(choice.now.value, 4)?.words).toBe("group 1 and group 2");
  });
});

const NAME = "</script><b>B</b>";
const none = packed("int16", new Int16Array(0));
const few = (...values: number[]) => packed("uint32", Uint32Array.from(values));
const short = (...values: number[]) => packed("uint16", Uint16Array.from(values));
const TRACKS: NonNullable<PageData["tracks"]> = {
  chromosomes: ["chr1", "chr2"],
  ...{ codes: short(0, 0, 0, 1), starts: few(1000, 70_000, 500_000, 1000) },
  ends: few(1500, 70_500, 500_500, 1500),
  genes: {
    names: ["A", "B"],
    ...{ codes: short(0, 1), starts: few(900, 900), ends: few(3000, 3000) },
    ...{ is_forward: packed("uint8", Uint8Array.of(1, 0)), n_exons: short(2, 1) },
    exons: few(900, 1000, 2000, 3000, 900, 950),
  },
};
const NONE_PACKED = { counts: "", model: "", script: "" };
const noCells = { cells: packed("uint32", new Uint32Array(0)), lines: [] };

const data = (): PageData => ({
  title: NAME,
  facts: ["4 cells x 20,000 regions"],
  note: "For you <b>",
  ...{ n_cells: 4, n_regions: 20_000, cells: ["a", "b", "c", "d"], basis: "X_umap, 1 and 2" },
  regions: Array.from({ length: 20_000 }, (_, i) => `chr1:${i}-${i + 1}`),
  genes: null,
  points: packed("float32", Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1), [4, 2]) as PageData["points"],
  columns: [
    {
      name: "type",
      kind: "category",
      categories: [NAME, "T"],
      counts: [1, 3],
      colors: [],
      reason: "",
    },
  ],
  colors: [
    {
      ...{ kind: "category", title: "type", categories: [NAME, "T"], counts: [1, 3] },
      codes: packed("int16", Int16Array.of(0, 1, 1, 1)),
      values: { ...none, dtype: "float32" },
      color_by: "type",
    },
  ],
  ...{
    color_by: "type",
    settings: null,
    labels: false,
    comparison: null,
    model: null,
    without_model: "No model.",
  },
  tracks: TRACKS,
  markers: null,
  ...({ group1: noCells, group2: noCells } as Pick<PageData, "group1" | "group2">),
  named: [
    { name: NAME, color: "#123456", cells: packed("uint32", Uint32Array.of(0, 3)) },
  ] as unknown as PageData["named"],
});

it("a gene has the regions in its promoter and body", () => {
  const genes = {
    ...{ texts: [], codes: null, names: ["A", "B"] },
    starts: packed("uint32", Uint32Array.of(0, 1, 3)),
    members: packed("uint32", Uint32Array.of(5, 1, 2)),
  };
  const page = { ...data(), genes } as PageData;
  expect([...(regionsOf(page, "B") as Uint32Array)]).toEqual([1, 2]);
  expect(regionsOf(page, "C")).toBeUndefined();
});

describe("the genome", () => {
  const cells = [{ name: "all", n_cells: 4, open: [2, 1, 0, 4], color: () => "" }];
  const names = ["a", "b", "c", "d"];

  it("around a region has what is near it on its chromosome", () => {
    const around = stretchOf(TRACKS, [0], "") as Stretch;
    expect(around).toEqual({ code: 0, start: 0, end: 51_500 });
    const wide = { ...around, end: 80_000 };
    const drawn = genomeOf(TRACKS, names, wide, cells, (row) => (row === 1 ? 2 : 0));
    expect(drawn.regions.map(({ name, mark }) => [name, mark])).toEqual([
      ["a", 0],
      ["b", 2],
    ]);
    expect(drawn.tracks[0]?.observed).toEqual([0.5, 0.25]);
    const [gene, ...more] = drawn.genes;
    expect([gene?.name, more.length]).toEqual(["A", 0]);
    expect(gene?.exons).toEqual([
      [900, 1000],
      [2000, 3000],
    ]);
  });

  it("around a gene is that of the gene, and nothing else has one", () => {
    expect(stretchOf(TRACKS, [], "B")).toEqual({ code: 1, start: 0, end: 53_000 });
    expect(stretchOf(TRACKS, [], "cell_type")).toBeUndefined();
    expect(stretchOf(TRACKS, [0, 1], "of regions alone")?.end).toBe(120_500);
  });
});

describe("the page", () => {
  let root: HTMLElement;
  const at = (testid: string) => root.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
  const press = (key: string) =>
    at("page")?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));

  beforeEach(() => {
    root = document.createElement("div");
    document.body.replaceChildren(root);
  });

  it.each([
    [true, "not finished · of the groups as they were saved, not of those on the map"],
    [false, "of earlier groups · not of those on the map"],
  ])("says whether the table is of the cells on the map: %j", (is_of_now, words) => {
    const effect_size = packed("float32", Float32Array.of(0.5, 0.25));
    const columns = { effect_size } as unknown as SavedComparison["columns"];
    const state = words.split(" · ")[0] ?? "";
    const comparison = { title: "a vs b", is_of_now, state, columns, sentences: [] };
    openPage(root, { ...data(), comparison }, NONE_PACKED);
    expect(at("page-saved-words")?.textContent).toBe(`a vs b · ${state}`);
    at("page-named")?.click();
    press("2");
    expect(at("page-saved-words")?.textContent).toBe(`a vs b · ${words}`);
  });

  it("shows the saved markers, of which one region may have several rows", () => {
    const effect_size = packed("float32", Float32Array.of(0.5, 0.25, 0.125));
    const rows = packed("uint32", Uint32Array.of(7, 9, 7));
    const markers = {
      ...{ column: "type", is_of_now: false, groups: [NAME, NAME, "T"], regions: rows },
      columns: { effect_size },
    };
    const table = markersOf({ ...data(), markers });
    expect(table?.columns.region).toEqual(["chr1:7-8", "chr1:9-10", "chr1:7-8"]);
    expect(new Set(table?.columns.row as string[]).size).toBe(3);
    openPage(root, { ...data(), markers }, NONE_PACKED);
    at("page-table-markers")?.click();
    expect(at("page-markers-words")?.textContent).toContain("of earlier weights");
  });

  it("shows names as text, and makes groups of a category by keys", () => {
    openPage(root, data(), NONE_PACKED);
    resize(at("page-surface")?.parentElement as HTMLElement, 400, 300);
    expect(root.querySelector("b b, script")).toBeNull();
    expect(root.querySelector("h1")?.textContent).toBe(NAME);
    expect(at("page-note")?.textContent).toBe("For you <b>");
    expect(document.activeElement).toBe(at("page"));
    root.querySelector<HTMLElement>("[data-code='1']")?.click();
    expect(at("page-selected")?.textContent).toBe("3 cells");
    press("1");
    expect(at("page-group-1-count")?.textContent).toBe("3");
    at("page-named")?.click();
    expect(at("page-selected")?.textContent).toBe("2 cells");
    press("2");
    expect(at("page-group-2-count")?.textContent).toBe("2");
    expect(at("page-group-1-count")?.textContent).toBe("2");
    press("Escape");
    expect(at("page-observed-words")?.textContent).toContain("without counts");
  });
});
