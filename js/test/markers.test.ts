/** The markers panel: a column is chosen, its markers are found, shown and taken along. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { packed } from "../src/arrays";
import type { MarkersState, WireArray } from "../src/contract";
import panel from "../src/panels/markers";
import { resize } from "./browser";
import { fakeModel } from "./fake-model";

const numbers = (...list: number[]) => packed("float32", Float32Array.from(list)) as WireArray;
const EMPTY: MarkersState = {
  color_by: "",
  marker_columns: null,
  marker_genes: [],
  marker_regions: [],
  markers_work: { state: "none", column: "", finding: "", text: "", progress: 0 },
  n_cells: 0,
  notice: { number: 0, level: "info", text: "" },
  obs_columns: [],
  shown_groups: [],
  task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
  training: "untrained",
};
const column = (name: string, ...categories: string[]) => ({
  ...{ name, categories, colors: [], reason: "", counts: categories.map(() => 9) },
  kind: categories.length > 0 ? ("category" as const) : ("number" as const),
});
const READY: MarkersState = {
  ...EMPTY,
  n_cells: 90,
  training: "trained",
  color_by: "cell_type",
  obs_columns: [column("n_counts"), column("batch", "a", "b"), column("cell_type", "B", "T")],
};
const FOUND: Partial<MarkersState> = {
  markers_work: { state: "final", column: "cell_type", finding: "", text: "", progress: 0 },
  shown_groups: [
    { name: "B", n_cells: 40, n_called: 1, n_rows: 2 },
    { name: "T", n_cells: 50, n_called: 3, n_rows: 1 },
  ],
  marker_regions: ["chr1:1-2", "chr2:1-2", "chr1:1-2"],
  marker_genes: ["MS4A1", "", "MS4A1"],
  marker_columns: {
    effect_size: numbers(0.5, 0.25, 0.125),
    emp_prob1: numbers(0.5, 0.25, 0.125),
    is_da_fdr: packed("uint8", Uint8Array.of(1, 0, 1)) as WireArray,
  },
};

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

function opened(state: Partial<MarkersState> = {}) {
  const fake = fakeModel({ ...READY, ...state });
  const el = document.createElement("div");
  document.body.append(el);
  panel.render({ model: fake.model, el, signal: end.signal });
  const at = <E extends HTMLElement = HTMLButtonElement>(id: string) =>
    el.querySelector<E>(`[data-testid="${id}"]`) as E;
  resize(at("markers-grid"), 900, 200);
  const rows = () => [...el.querySelectorAll<HTMLElement>("[data-testid=marker-row]")];
  const answer = (changes: Partial<MarkersState>) => {
    for (const [name, value] of Object.entries(changes)) fake.model.set(name, value);
  };
  return { ...fake, at, rows, answer };
}

describe("the markers panel", () => {
  it.each([
    [{ n_cells: 0 }, "Open data first."],
    [{ training: "untrained" }, "Train a model first"],
    [{ training: "running" }, "when training has ended"],
    [{ obs_columns: [column("n_counts")] }, "press Cluster"],
    [{}, "compares each category"],
  ] as const)("says what comes first: %j", (state, text) => {
    const { at } = opened(state as Partial<MarkersState>);
    expect(at("markers-empty").textContent).toContain(text);
    expect(at("find-markers").disabled).toBe(!text.startsWith("compares"));
  });

  it("finds the markers of the column that colors the cells, or of another", () => {
    const { at, sent, answer } = opened();
    at("find-markers").click();
    at<HTMLSelectElement>("markers-column").value = "batch";
    at("find-markers").click();
    const text = "B, 1 of 2";
    const running = { state: "running", column: "", finding: "batch" } as const;
    answer({ markers_work: { ...running, text, progress: 0.25 } });
    expect(at("markers-state").textContent).toBe(`batch: ${text}`);
    expect(at("markers-progress").ariaValueNow).toBe("25");
    expect(at("find-markers").hidden).toBe(true);
    at("cancel-markers").click();
    expect(sent).toEqual([
      { intent: "find_markers", column: "cell_type" },
      { intent: "find_markers", column: "batch" },
      { intent: "cancel_markers" },
    ]);
  });

  it("shows them, colors the cells by a row and compares its category", () => {
    const { at, rows, sent, answer } = opened(FOUND);
    expect(at("markers-state").textContent).toBe(
      "cell_type: 2 categories against the rest; 4 called",
    );
    expect(rows().map((row) => row.firstElementChild?.textContent)).toEqual(["B", "B", "T"]);
    expect(at("compare-category").disabled).toBe(true);
    rows()[2]?.click();
    expect(rows()[2]?.ariaSelected).toBe("true");
    at("compare-category").click();
    expect(sent).toEqual([{ intent: "compare_category", column: "cell_type", category: "T" }]);
    const work = { column: "cell_type", finding: "", text: "", progress: 0 };
    answer({ markers_work: { ...work, state: "running", finding: "batch" } });
    at("compare-category").click(); // the table is still of the former column
    expect(sent[1]).toEqual(sent[0]);
    answer({ color_by: "batch" });
    expect(at("compare-category").disabled).toBe(true);
    answer({ markers_work: { ...work, state: "stale" } });
    expect(at("markers-state").textContent).toContain("before the latest changes");
  });

  it("saves the visible rows with their categories", async () => {
    const { at } = opened(FOUND);
    const saved: Blob[] = [];
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
      saved.push(blob as Blob);
      return "blob:";
    });
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    at("save-markers").click();
    expect((await saved[0]?.text())?.split("\n")).toEqual([
      "group,region,effect_size,emp_prob1,is_da_fdr,gene",
      "B,chr1:1-2,0.5,0.5,True,MS4A1",
      "B,chr2:1-2,0.25,0.25,False,",
      "T,chr1:1-2,0.125,0.125,True,MS4A1",
      "",
    ]);
  });
});
