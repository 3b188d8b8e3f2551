/** What is typed above the columns of the table, as the session keeps it. */
import { describe, expect, it, vi } from "vitest";
import { state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

describe("filters", () => {
  it("are kept by the session when one stops typing, and follow Python", () => {
    const { type, saved, model, set, regions, find } = opened();
    type("da-filter-region", "chr2", "input");
    expect(saved).not.toContain("table_filters");
    vi.advanceTimersByTime(400);
    expect(model.get("table_filters")).toEqual([{ column: "region", text: "chr2" }]);
    set({ table_filters: [{ column: "prob_da", text: "> 0.99" }] });
    expect(regions()).toEqual(["chr1:100-600"]);
    expect(find<HTMLInputElement>("da-filter-region").value).toBe("");
    find("da-clear-filters").click();
    vi.advanceTimersByTime(400);
    expect(model.get("table_filters")).toEqual([]);
  });

  it("are there from the beginning, and go with their columns", () => {
    const table_filters = [{ column: "prob_da", text: "> 0.99" }];
    const { regions, find, set, model } = opened(state({ table_filters }));
    expect(regions()).toEqual(["chr1:100-600"]);
    expect(find<HTMLInputElement>("da-filter-prob_da").value).toBe("> 0.99");
    set({ table_columns: [{ name: "region", width: 0, is_shown: true }] });
    expect(regions().length).toBe(3);
    vi.advanceTimersByTime(400);
    expect(model.get("table_filters")).toEqual([]);
  });
});
