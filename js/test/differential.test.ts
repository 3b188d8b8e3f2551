import { describe, expect, it, vi } from "vitest";
import type { DifferentialState } from "../src/contract";
import { resize, watching } from "./browser";
import { cells, columns, flags, floats, nothing, REGIONS, state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

it("asks and writes nothing by being drawn", () => {
  const { sent, saved } = opened();
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual([]);
  expect(saved).toEqual([]);
});

describe("the line above the table", () => {
  it("says what was compared, how, and how much of it differs", () => {
    const { text } = opened();
    expect(text("da-title")).toBe(
      "group 1 (300) vs group 2 (520) · two-sided · δ 0.05 · 2 of 3 at FDR 0.05",
    );
  });

  it("describes the table that is shown, not settings that changed since", () => {
    const { set, text } = opened();
    set({ delta: 0.2, fdr_target: 0.1, estimand: "log2", da_state: "running" });
    expect(text("da-title")).toContain("δ 0.05 · 2 of 3 at FDR 0.05");
    const asked = { ...state().da_settings, delta: 0.2, fdr_target: 0.1, estimand: "log2" };
    set({ da_settings: asked as DifferentialState["da_settings"], da_state: "estimate" });
    expect(text("da-title")).toContain("δ 0.2 log2 · 2 of 3 at FDR 0.1");
  });
});

describe("the state", () => {
  it.each<[Partial<DifferentialState>, string]>([
    [{ regions: [], training: "untrained", idx1: cells(0), idx2: cells(0) }, "open data first"],
    [
      { training: "untrained", idx1: cells(0), idx2: cells(0) },
      "train a model first, then lasso two groups",
    ],
    [{ training: "untrained" }, "train a model first"],
    [
      { training: "running", idx1: cells(0), idx2: cells(0) },
      "lasso two groups; training continues",
    ],
    [{ training: "running" }, "compares when training ends"],
    [{ training: "paused", live: false }, "press Compare when it is trained"],
    [{ idx1: cells(0), idx2: cells(0) }, "lasso two groups"],
    [{ idx2: cells(0) }, "select cells for group 2"],
    [{ live: false }, "press Compare"],
  ])("before a comparison says what to do next: %#", (some, expected) => {
    expect(opened(nothing(some)).text("da-state")).toBe(expected);
  });

  it.each<[Partial<DifferentialState>, string]>([
    [
      {
        da_state: "waiting",
        task: { name: "training", text: "", progress: 0, waiting: 1, can_halt: false },
      },
      "waits for training",
    ],
    [{ da_state: "waiting" }, "waits for its turn"],
    [{ da_state: "running", da_progress: 0.12 }, "comparing, 12 %"],
    [{ da_state: "cancelled" }, "cancelled"],
    [{ da_state: "failed" }, "failed"],
  ])("without a table: %#", (some, expected) => {
    expect(opened(nothing(some)).text("da-state")).toBe(expected);
  });

  it.each<[Partial<DifferentialState>, string]>([
    [
      { da_state: "estimate", da_n_samples: 128, da_progress: 0.63 },
      "first estimate, 128 draws a group · refining 63 %",
    ],
    [
      { da_state: "estimate", da_n_samples: 1024, da_progress: 0.7 },
      "estimate, 1,024 draws a group · refining 70 %",
    ],
    [{ da_state: "final" }, "final, 5,000 draws a group"],
    [{ da_state: "final", da_from_before: true }, "final, 5,000 draws a group · from before"],
    [{ da_state: "running", da_progress: 0.1 }, "comparing, 10 % · showing the previous table"],
    [{ da_state: "stale" }, "stale"],
    [{ da_state: "cancelled", da_n_samples: 128 }, "cancelled · showing 128 draws a group"],
    [{ da_state: "failed" }, "failed · showing the previous table"],
  ])("with a table: %#", (some, expected) => {
    const { text, find } = opened(state(some));
    expect(text("da-state")).toBe(expected);
    expect(find("da-state").dataset.state).toBe(some.da_state);
  });

  it("shows progress and Cancel only while something goes on", () => {
    const { isShown, set, find, sent } = opened(state({ da_state: "estimate", da_progress: 0.63 }));
    expect(find("da-progress").getAttribute("aria-valuenow")).toBe("63");
    find("da-cancel").click();
    expect(sent).toEqual([{ intent: "cancel" }]);
    for (const name of ["final", "stale", "cancelled", "failed", "none"] as const) {
      set({ da_state: name });
      expect([name, isShown("da-cancel"), isShown("da-progress")]).toEqual([name, false, false]);
    }
    set({ da_state: "waiting" });
    expect(isShown("da-cancel")).toBe(true);
  });

  it("that is stale offers to compute again, unless a group is empty", () => {
    const { find, isShown, set, sent, text } = opened();
    expect(isShown("da-stale")).toBe(false);
    set({ da_state: "stale" });
    expect(text("da-stale")).toContain("Groups or settings changed");
    expect(isShown("da-compare")).toBe(false); // one button is enough
    find("da-recompute").click();
    expect(sent).toEqual([{ intent: "compare" }]);
    set({ idx2: cells(0) });
    expect(isShown("da-recompute")).toBe(false);
    expect(isShown("da-stale")).toBe(true);
  });

  it.each<[Partial<DifferentialState>, string | false]>([
    [{ live: false }, "Compare"],
    [{ live: false, idx1: cells(0) }, false],
    [{ live: false, training: "untrained" }, false],
    [{ da_state: "cancelled" }, "Compare again"],
    [{ da_state: "failed" }, "Compare again"],
    [{ da_state: "running" }, false],
  ])("items to compare where that makes sense: %#", (some, label) => {
    const { isShown, text } = opened(nothing(some));
    expect(isShown("da-compare") && text("da-compare")).toBe(label);
  });
});

describe("the table", () => {
  it("begins with what is confirmed, then what is called, each by size of effect", () => {
    const { regions, set, find } = opened();
    expect(regions()).toEqual([REGIONS[1], REGIONS[0], REGIONS[2]]);
    set({ da_columns: { ...columns(), is_confirmed: flags(1, 0, 0) } });
    expect(regions()).toEqual(REGIONS);
    expect(find("da-header-prob_da").getAttribute("aria-sort")).toBe("none");
  });

  it("orders regions of equal probability by size of effect", () => {
    const { regions, find } = opened(
      state({ da_columns: { ...columns(), prob_da: floats(1, 1, 1) } }),
    );
    find("da-header-prob_da").querySelector("button")?.click();
    expect(regions()).toEqual([REGIONS[1], REGIONS[0], REGIONS[2]]);
  });

  it("has equal effects by probability, and what is not a number last", () => {
    const { regions, set } = opened(
      state({
        da_columns: {
          ...columns(),
          effect_size: floats(0.5, -0.5, 0.5),
          is_da_fdr: flags(1, 1, 1),
        },
      }),
    );
    expect(regions()).toEqual([REGIONS[1], REGIONS[0], REGIONS[2]]);
    set({
      da_columns: {
        ...columns(),
        effect_size: floats(Number.NaN, -0.5, 0.5),
        is_da_fdr: flags(1, 1, 1),
      },
    });
    expect(regions()).toEqual([REGIONS[1], REGIONS[2], REGIONS[0]]);
  });

  it("writes every column as the formats say", () => {
    const { rows } = opened();
    const written = (at: number) =>
      [...(rows()[at]?.children ?? [])].map((c) => c.textContent?.trim());
    expect(written(0)).toEqual([
      "chr1:100-600",
      "+0.423",
      "0.998",
      "yes",
      "26.0 %",
      "1.0 %",
      "0.500",
      "0.077",
      "+0.250",
      "+6.26",
    ]);
    expect(written(1).slice(1, 5)).toEqual(["−0.310", "0.960", "yes", "5.0 %"]);
    expect(written(2)[3]).toBe("");
  });

  it("says on its heads what a positive number means, by the field's own name", () => {
    const { find } = opened();
    expect(find("da-header-effect_size").title).toBe(
      "effect_size: est_prob1 - est_prob2, positive if more open in group 1",
    );
    for (const name of Object.keys(columns())) {
      expect(find(`da-header-${name}`).title).toContain(name);
    }
  });

  it("lets the largest effect fill its bar by a round number", () => {
    const { rows } = opened();
    const bar = rows()[0]?.querySelector<HTMLElement>(".pv-bar > i");
    expect(bar?.style.width).toBe(`${(50 * (0.4226 / 0.5)).toFixed(1)}%`);
    expect(bar?.dataset.sign).toBe("+");
  });

  it("tells the credible interval of an effect on hover", () => {
    const { rows, set } = opened();
    const hint = () => rows()[0]?.children[1]?.getAttribute("title") ?? "";
    expect(hint()).toBe("");
    const interval = { effect_low: floats(-0.5, 0.2, 0), effect_high: floats(-0.1, 0.6, 0.02) };
    set({ da_columns: { ...columns(), ...interval } });
    expect(hint()).toBe("95 % credible interval: +0.200 to +0.600");
  });

  it("counts the rows that filters leave, and lets them go again", () => {
    const { type, text, isShown, find, regions } = opened();
    expect(text("da-shown")).toBe("3 rows");
    expect(isShown("da-clear-filters")).toBe(false);
    type("da-filter-is_da_fdr", "yes", "input");
    type("da-filter-effect_size", "> 0", "input");
    expect(regions()).toEqual(["chr1:100-600"]);
    expect(text("da-shown")).toBe("1 of 3 rows");
    find("da-clear-filters").click();
    expect(text("da-shown")).toBe("3 rows");
    expect(find<HTMLInputElement>("da-filter-effect_size").value).toBe("");
  });

  it("writes the filters that were typed last when the panel closes", () => {
    const { type, end, model } = opened();
    type("da-filter-effect_size", "> 0", "input");
    end.abort();
    expect(model.get("table_filters")).toEqual([{ column: "effect_size", text: "> 0" }]);
  });

  it("keeps sort, filter and mark while estimates get better", () => {
    const { type, find, set, regions, marked } = opened(
      state({ da_state: "estimate", da_n_samples: 128, color_by: "chr7:100-600" }),
    );
    find("da-header-effect_size").querySelector("button")?.click();
    type("da-filter-is_da_fdr", "yes", "input");
    set({ da_columns: { ...columns(), effect_size: floats(0.9, 0.1, 0) }, da_state: "final" });
    expect(regions()).toEqual(["chr7:100-600", "chr1:100-600"]);
    expect(marked()).toBe("chr7:100-600");
  });
});

describe("the order of the rows", () => {
  it("is written when a name is clicked, and follows Python", () => {
    const { find, set, regions, saved, model } = opened();
    expect(regions()[0]).toBe("chr1:100-600"); // the largest effect
    find("da-header-region").querySelector("button")?.click();
    expect(saved).toContain("sort_by");
    expect(model.get("sort_by")).toEqual([{ column: "region", ascending: true }]);
    set({ sort_by: [{ column: "effect_size", ascending: true }] });
    expect(regions()).toEqual(["chr7:100-600", "chr2:100-600", "chr1:100-600"]);
    set({ sort_by: [] });
    expect(regions()[0]).toBe("chr1:100-600");
  });

  it("is there from the beginning where the session has one", () => {
    const sort_by = [{ column: "region", ascending: false }];
    expect(opened(state({ sort_by })).regions()[0]).toBe("chr7:100-600");
  });
});

describe("no table", () => {
  it("says what will be listed there, and has no CSV", () => {
    const { isShown, text, find } = opened(nothing());
    expect(isShown("da-grid")).toBe(false);
    expect(text("da-empty")).toContain("Regions that differ between group 1 and group 2");
    expect(find<HTMLButtonElement>("da-csv").disabled).toBe(true);
    expect(isShown("da-shown")).toBe(false);
  });

  it("gives way to one, and comes back", () => {
    const { isShown, set, regions, find } = opened(nothing());
    set({ da_columns: columns(), da_state: "estimate" });
    expect(isShown("da-grid")).toBe(true);
    expect(isShown("da-empty")).toBe(false);
    expect(regions().length).toBe(3);
    expect(find("da-filter-prob_da")).toBeTruthy();
    set({ da_columns: null, da_state: "none" });
    expect(isShown("da-grid")).toBe(false);
    expect(isShown("da-empty")).toBe(true);
  });

  it("is said too while the regions are of other data than the table", () => {
    const { isShown, set, regions } = opened();
    set({ regions: ["chr9:1-2"] });
    expect(isShown("da-grid")).toBe(false);
    set({ da_columns: null, da_state: "none" });
    set({ da_columns: { prob_da: floats(0.5) }, da_state: "final" });
    expect(isShown("da-grid")).toBe(true);
    expect(regions()).toEqual(["chr9:1-2"]);
  });

  it("stays until the regions of a table that came before them are there", () => {
    const { isShown, set, regions } = opened(nothing({ regions: ["chr9:1-2"] }));
    set({ da_columns: columns(), da_state: "final" });
    expect(isShown("da-grid")).toBe(false);
    set({ regions: REGIONS });
    expect(regions().length).toBe(3);
  });
});

describe("a region", () => {
  it("that is clicked colors the cells", () => {
    const { rows, model, saved, marked } = opened();
    rows()[1]?.click();
    expect(model.get("color_by")).toBe("chr7:100-600");
    expect(saved).toEqual(["color_by"]);
    expect(marked()).toBe("chr7:100-600");
  });

  it("that keys go to colors the cells, and Enter changes nothing more", () => {
    const { press, model, saved } = opened();
    for (const key of ["ArrowDown", "Enter"]) press(key);
    vi.advanceTimersByTime(1000);
    expect(model.get("color_by")).toBe("chr1:100-600");
    expect(saved).toEqual(["color_by"]);
  });

  it("is written at once, and of many that keys run through only the last", () => {
    const { press, saved, model, marked } = opened();
    for (const key of ["Home", "ArrowDown", "ArrowDown"]) press(key);
    expect(model.get("color_by")).toBe("chr1:100-600");
    expect(marked()).toBe("chr2:100-600");
    vi.advanceTimersByTime(1000);
    expect(model.get("color_by")).toBe("chr2:100-600");
    expect(saved).toEqual(["color_by", "color_by"]);
  });

  it("chosen elsewhere is marked, and another color removes the mark", () => {
    const { set, marked, saved } = opened();
    set({ color_by: "chr2:100-600" });
    expect(marked()).toBe("chr2:100-600");
    set({ color_by: "cell_type" });
    expect(marked()).toBeUndefined();
    expect(saved).toEqual([]);
  });

  it("that Python refuses is marked no more", () => {
    const { rows, set, marked } = opened();
    rows()[0]?.click();
    set({ color_by: "cell_type" }); // the truth comes back
    expect(marked()).toBeUndefined();
  });

  it("chosen elsewhere while the tab is hidden is in sight when it is shown", () => {
    const n = 1000;
    const many = Array.from({ length: n }, (_, i) => `chr1:${i}0-${i}9`);
    const prob_da = floats(...Array.from({ length: n }, (_, i) => 1 - i / n));
    const { grid, set, show, marked } = opened(
      state({ regions: many, da_columns: { prob_da }, color_by: "cell_type" }),
    );
    let top = 0;
    const move = (to: number) => {
      if (grid.clientHeight > 0) top = to; // what is hidden does not scroll
    };
    Object.defineProperty(grid, "scrollTop", { get: () => top, set: move });
    resize(grid, 0, 0);
    set({ color_by: many[900] as string });
    vi.advanceTimersByTime(10_000);
    show();
    expect(marked()).toBe(many[900]);
  });
});

it("shows a refusal when it is outside of a viewer", () => {
  const { set, text } = opened();
  set({ notice: { number: 1, level: "error", text: "fdr_target is 0; use a number." } });
  expect(text("notice")).toContain("fdr_target is 0");
});

it("does nothing once it has ended", () => {
  const { end, press, rows, listening, saved, sent, grid, find } = opened();
  press("Home");
  press("ArrowDown");
  end.abort();
  vi.advanceTimersByTime(60_000);
  rows()[0]?.click();
  press("Enter");
  find("da-cancel").click();
  expect(listening()).toBe(0);
  expect(watching(grid)).toBe(0);
  expect(saved).toEqual(["color_by"]);
  expect(sent).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
