/** The groups of the embedding panel. */
import { describe, expect, it } from "vitest";
import { cells, eachOnAnEmptyPage, FULL, opened } from "./embedding-state";

eachOnAnEmptyPage();

describe("the groups", () => {
  it("are counted with all others", () => {
    const { at, answer } = opened();
    expect(at("swap").closest("[hidden]")).not.toBeNull();
    answer({ idx1: cells(1, 2, 3), idx2: cells(4) });
    const counts = ["group-1-count", "group-2-count", "rest-count"].map((id) => at(id).textContent);
    expect(counts).toEqual(["3", "1", "96"]);
    expect(at("swap").closest("[hidden]")).toBeNull();
  });

  it("are swapped, cleared and undone by buttons", () => {
    const { at, sent, answer } = opened({ idx1: cells(1), undo_label: "make group" });
    expect(at("undo-selection").textContent).toBe("undo make group");
    for (const id of ["swap", "clear-groups", "undo-selection"]) at(id).click();
    expect(sent).toEqual([
      { intent: "swap_groups" },
      { intent: "clear_groups" },
      { intent: "undo" },
    ]);
    answer({ undo_label: "" });
    expect(at("undo-selection").hidden).toBe(true);
  });

  it("offer group 1 against the rest only where that is something else", () => {
    const { at, sent, answer } = opened({ idx2: cells(4) });
    expect(at("against-rest").hidden).toBe(true);
    answer({ idx1: cells(1) });
    at("against-rest").click();
    expect(sent).toEqual([{ intent: "against_rest" }]);
    answer({ idx2: cells(0, ...Array.from({ length: 98 }, (_, i) => i + 2)) });
    expect(at("against-rest").hidden).toBe(true);
  });

  it("come from one or two categories of a column", () => {
    const { at, pick, options, sent } = opened();
    expect(options("groups-by-column")).toEqual([
      "n_counts (numbers)",
      "batch (3)",
      "cell_type (2)",
    ]);
    expect(at<HTMLSelectElement>("groups-by-column").value).toBe("cell_type"); // it is shown
    at("groups-set").click();
    pick("groups-by-column", "batch");
    pick("groups-by-1", "b");
    expect(options("groups-by-2")).toEqual(["all others", "a (50)", "c (20)"]);
    pick("groups-by-2", "=c");
    at("groups-set").click();
    expect(sent).toEqual([
      { intent: "groups_by", column: "cell_type", group1: "T", group2: null },
      { intent: "groups_by", column: "batch", group1: "b", group2: "c" },
    ]);
  });

  it("keep what is chosen in the form while other columns come", () => {
    const { at, pick, answer } = opened();
    pick("groups-by-column", "batch");
    pick("groups-by-1", "c");
    answer({ obs_columns: [...FULL.obs_columns], color_by: "n_counts" });
    expect(at<HTMLSelectElement>("groups-by-column").value).toBe("batch");
    expect(at<HTMLSelectElement>("groups-by-1").value).toBe("c");
    answer({ obs_columns: [] });
    expect(at("groups-by").hidden).toBe(true);
  });
});
