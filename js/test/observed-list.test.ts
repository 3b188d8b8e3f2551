/** What is seen to differ before there is a model. */
import { describe, expect, it } from "vitest";
import { state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

describe("observed regions", () => {
  const observed = [
    { region: "chr1:100-600", share1: 0.5, share2: 0.1, p: 2e-9, is_held_out: true },
    { region: "chr2:100-600", share1: 0.02, share2: 0.034, p: 0.2, is_held_out: true },
  ];

  it("are listed while there is no table, and color the cells", () => {
    const before = { da_columns: null, da_state: "none", training: "untrained" } as const;
    const { find: at, model, saved } = opened(state({ ...before, observed }));
    const rows = [...at("observed").querySelectorAll("tbody tr")];
    expect(rows.map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
      ["chr1:100-600", "50.0 %", "10.0 %", "+40.0 %", "2e-9"],
      ["chr2:100-600", "2.0 %", "3.4 %", "−1.4 %", "0.200"],
    ]);
    expect(at("observed").textContent).toContain("Observed, before training");
    expect(at("observed").textContent).toContain("held-out fragments");
    rows[1]?.querySelector("button")?.click();
    expect(saved).toContain("color_by");
    expect(rows[1]?.hasAttribute("data-active")).toBe(true);
    model.set("observed", []);
    expect(at("observed").hidden).toBe(true);
  });

  it("give way to a table", () => {
    const { find: at } = opened(state({ observed }));
    expect(at("observed").hidden).toBe(true);
  });
});
