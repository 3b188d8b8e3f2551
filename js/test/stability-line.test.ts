/** How stable a table is stands over it; redraws are asked for in the settings. */
import { describe, expect, it } from "vitest";
import { state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

const check = (n_called: number, n_stable: number) => ({
  n_redraws: 20,
  n_called,
  n_stable,
  sentence: `${n_stable} of ${n_called} called regions stay called.`,
});

describe("the line of the redraws", () => {
  it.each([
    [100, 80, "○", "stable"],
    [100, 79, "!", "mixed"],
    [0, 0, "–", "nothing called"],
  ])("of %i called and %i stable has the mark %s", (n_called, n_stable, mark, verdict) => {
    const da_stability = check(n_called, n_stable);
    const { text, find } = opened(state({ da_stability }));
    expect(text("da-stability")).toBe(`${mark}${da_stability.sentence}`);
    expect(find("da-stability").dataset.verdict).toBe(verdict);
  });

  it("is there with the table that was redrawn", () => {
    const { isShown, set } = opened(state({ da_stability: check(10, 9) }));
    expect(isShown("da-stability")).toBe(true);
    set({ da_state: "running" });
    expect(isShown("da-stability")).toBe(false);
    set({ da_state: "final", da_stability: null });
    expect(isShown("da-stability")).toBe(false);
  });

  it("is asked for by a box in the settings", () => {
    const { find, model, set } = opened();
    const box = find<HTMLInputElement>("da-stability-asked");
    expect(box.checked).toBe(false);
    box.click();
    expect(model.get("stability")).toBe(true);
    set({ stability: false });
    expect(box.checked).toBe(false);
  });
});
