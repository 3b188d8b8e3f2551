/** What else differs between the groups is named under the check, and can be matched. */
import { describe, expect, it } from "vitest";
import type { ObsDifference } from "../src/contract";
import { state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

const difference = (column: string, some: Partial<ObsDifference> = {}): ObsDifference => ({
  column,
  kind: "number",
  separation: 0.3,
  p_value: 1e-9,
  summary: "median 120 against 58",
  is_warning: false,
  ...some,
});
const DEPTH = difference("depth", { separation: 0.82, is_warning: true });
const BATCH = difference("batch", { kind: "category", summary: "a: 70% against 30%" });

describe("what else differs", () => {
  it("names the columns that alone may be the reason", () => {
    const { text, find } = opened(state({ da_differences: [DEPTH, BATCH] }));
    expect(text("da-differences-title")).toBe("The groups also differ strongly in depth.");
    expect(find("da-differences").dataset.warning).toBeDefined();
    expect(text("da-differences")).toContain("batch 0.30 · a: 70% against 30%");
  });

  it("counts them where there are many", () => {
    const many = ["a", "b", "c", "d", "e"].map((name) => difference(name, { is_warning: true }));
    const { text } = opened(state({ da_differences: many }));
    expect(text("da-differences-title")).toBe(
      "The groups also differ strongly in a, b, c and 2 more.",
    );
  });

  it("names the most different one otherwise, unless that is chance", () => {
    const { text, set } = opened(state({ da_differences: [BATCH] }));
    expect(text("da-differences-title")).toContain("differ most in batch (0.30 of 1)");
    set({ da_differences: [difference("depth", { p_value: 0.4 })] });
    expect(text("da-differences-title")).toBe("The groups are alike in depth and all columns.");
    expect(text("da-differences")).toContain("may be chance");
  });

  it("matches by a column of numbers on a click, and by no other", () => {
    const { el, sent } = opened(state({ da_differences: [DEPTH, BATCH] }));
    const buttons = el.querySelectorAll<HTMLElement>("[data-testid=match-by]");
    expect(buttons).toHaveLength(1);
    buttons[0]?.click();
    expect(sent).toEqual([{ intent: "match_by", column: "depth" }]);
  });

  it("is hidden where no table is final, and where there is nothing to say", () => {
    const { isShown, set } = opened(state({ da_differences: [DEPTH] }));
    expect(isShown("da-differences")).toBe(true);
    set({ da_state: "running" });
    expect(isShown("da-differences")).toBe(false);
    set({ da_state: "final", da_differences: [] });
    expect(isShown("da-differences")).toBe(false);
  });
});
