/** Colors, legend and clusters of the embedding panel. */
import { describe, expect, it } from "vitest";
import type { EmbeddingState } from "../src/contract";
import { coloringOf, limitsOf, regionName } from "../src/panels/embedding/color-by";
import { EMPTY, eachOnAnEmptyPage, floats, NO_COLORS, opened, TYPES } from "./embedding-state";

eachOnAnEmptyPage();

describe("colors", () => {
  it("are chosen among columns", () => {
    const { pick, options, saved, model } = opened();
    const columns = ["n_counts (numbers)", "batch (3)", "cell_type (2)"];
    expect(options("color-by")).toEqual(["nothing", ...columns, "a region or gene…"]);
    pick("color-by", "batch");
    expect([saved, model.get("color_by")]).toEqual([["color_by"], "batch"]);
  });

  it("take a region by its name", () => {
    const { at, pick, saved, model, press } = opened();
    const field = at<HTMLInputElement>("color-by-region");
    pick("color-by", " a region");
    expect([document.activeElement, saved]).toEqual([field, []]);
    field.value = "chr7:1,000-1,500";
    expect(press("Enter", { on: field })).toBe(true); // else the select opens by the same key
    expect([saved, model.get("color_by")]).toEqual([["color_by"], "chr7:1000-1500"]);
    expect(at<HTMLSelectElement>("color-by").value).toBe("chr7:1000-1500");
    expect(field.closest("[hidden]")).not.toBeNull();
  });

  it("show the truth after a refusal, and that new ones are on their way", () => {
    const { at, pick, answer, find } = opened();
    const legend = () => find(".pv-legend").getAttribute("aria-busy");
    pick("color-by", "batch");
    expect(legend()).toBe("true");
    answer({ color_by: "cell_type" });
    expect([at<HTMLSelectElement>("color-by").value, legend()]).toEqual(["cell_type", "false"]);
    answer({ color_by: "chr1:1-2", colors: { ...NO_COLORS, title: "chr1:1-2, accessibility" } });
    expect(legend()).toBe("false");
  });

  it("are explained; a click on a category selects it in the mode that is set", () => {
    const { at, find, sent, card } = opened();
    const entries = [...find(".pv-legend-list").children].map((entry) => entry.textContent);
    expect(entries).toEqual(["T60", "B30", "unknown10"]);
    at("mode-add").click();
    find("[data-code='1']").click();
    expect(card()).toBe("selected: 30 cells");
    find("[data-code='0']").dispatchEvent(new MouseEvent("click", { bubbles: true, altKey: true }));
    const intent = { intent: "select_category", column: "cell_type" };
    expect(sent).toEqual([
      { ...intent, category: "B", mode: "add" },
      { ...intent, category: "T", mode: "subtract" },
    ]);
  });

  it("say the limits of numbers, and how many cells have none", () => {
    const values = floats([...Array.from({ length: 99 }, (_, i) => i), Number.NaN]);
    const title = "chr1:1-2, accessibility";
    const { find } = opened({ colors: { ...NO_COLORS, kind: "number", title, values } });
    const words = [...find(".pv-legend-bar").querySelectorAll("span")].map((s) => s.textContent);
    expect(words).toEqual(["1", "accessibility", "97", "", "no value"]);
  });

  it.each<[string, number[], [number, number]]>([
    ["a few outliers left out", [...Array.from({ length: 200 }, (_, i) => i), 1e6], [2, 198]],
    ["a rare yes kept", [...new Array(999).fill(0), 1], [0, 1]],
    ["all alike", [3, 3], [3, 3]],
    ["nothing known", [Number.NaN], [0, 0]],
    ["three digits", [0.12345, 0.98765], [0.123, 0.988]],
  ])("run between: %s", (_name, values, limits) => {
    expect(limitsOf(values)).toEqual(limits);
  });

  it("are plain where nothing is chosen", () => {
    expect(coloringOf(NO_COLORS)).toEqual({ kind: "none" });
    expect(coloringOf(TYPES)).toMatchObject({ kind: "categories", n: 2 });
  });

  it("find a region however its numbers are written", () => {
    expect(regionName(" chr7: 1,000,000 - 1,000,500 ")).toBe("chr7:1000000-1000500");
  });
});

describe("clusters", () => {
  it.each<[Partial<EmbeddingState>, string]>([
    [{ training: "untrained" }, "Train first"],
    [{ training: "running" }, "Train first"],
    [{ embedding_state: "stale" }, "Embed first"],
  ])("say what is missing: %o", (state, why) => {
    const { at } = opened(state);
    expect(at("cluster").disabled).toBe(true);
    expect(at("cluster-missing").textContent).toContain(why);
  });

  it("are found with a resolution above 0", () => {
    const { at, sent, answer } = opened();
    const resolution = at<HTMLInputElement>("resolution");
    expect([resolution.value, at("cluster-missing").textContent]).toEqual(["0.2", ""]);
    resolution.value = "0";
    at("cluster").click();
    expect([sent, resolution.getAttribute("aria-invalid")]).toEqual([[], "true"]);
    resolution.value = "0.7";
    at("cluster").click();
    expect(sent).toEqual([{ intent: "cluster", resolution: 0.7 }]);
    expect(at("cluster").textContent).toBe("Clustering…");
    answer({
      task: { name: "clustering", text: "Leiden", progress: -1, waiting: 0, can_halt: false },
    });
    expect(at("cluster").disabled).toBe(true);
    answer({ task: EMPTY.task });
    expect([at("cluster").disabled, at("cluster").textContent]).toEqual([false, "Cluster"]);
  });
});
