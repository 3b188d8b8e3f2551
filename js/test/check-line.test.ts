/** What held-out fragments say of a table stands over it, in words and with a mark. */
import { describe, expect, it } from "vitest";
import type { Check } from "../src/contract";
import { state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

const check = (some: Partial<Check> = {}): Check => ({
  verdict: "supported",
  n_called: 838,
  n_signs: 820,
  n_agree: 738,
  n_confirmed: 612,
  n_testable: 700,
  expected_agreement: 0.934,
  sentence: "838 regions called; 90% agree in sign with held-out fragments, 612 confirmed.",
  ...some,
});

describe("the line of held-out fragments", () => {
  it("says the sentence, and in how many regions the rest could be confirmed", () => {
    const { text, find } = opened(state({ da_check: check() }));
    expect(text("da-check")).toBe(`✓${check().sentence}`);
    expect(find("da-check").title).toBe(
      "Supported by held-out fragments. 700 of 838 called regions have enough held-out fragments " +
        "to be confirmed. If every estimate were right, 93 % of the signs would agree.",
    );
  });

  it.each([
    ["mixed", "!"],
    ["noise", "✕"],
    ["too few fragments", "?"],
    ["nothing called", "–"],
  ] as const)("marks %s by more than a color", (verdict, mark) => {
    const { text, find } = opened(state({ da_check: check({ verdict, n_called: 0 }) }));
    expect(text("da-check").startsWith(mark)).toBe(true);
    expect(find("da-check").dataset.verdict).toBe(verdict);
  });

  it("says so when nothing was checked", () => {
    expect(opened(state({ da_check: null })).text("da-check")).toContain("Not checked");
  });

  it("stands over a final table only, and over one that is stale", () => {
    const { isShown, set } = opened(state({ da_check: check() }));
    expect(isShown("da-check")).toBe(true);
    set({ da_state: "stale" });
    expect(isShown("da-check")).toBe(true);
    for (const da_state of ["none", "waiting", "running", "estimate", "failed"] as const) {
      set({ da_state });
      expect(isShown("da-check")).toBe(false);
    }
  });

  it("follows the table", () => {
    const { text, set } = opened(state({ da_check: check() }));
    set({ da_check: check({ verdict: "noise", sentence: "387 regions called." }) });
    expect(text("da-check")).toBe("✕387 regions called.");
  });
});
