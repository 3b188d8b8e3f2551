import { describe, expect, it } from "vitest";
import type { DifferentialState } from "../src/contract";
import { state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

describe("the settings", () => {
  it("unfold", () => {
    const { find, isShown } = opened();
    expect(isShown("da-question")).toBe(false);
    find("da-settings").click();
    expect(isShown("da-question")).toBe(true);
    expect(find("da-settings").getAttribute("aria-expanded")).toBe("true");
  });

  it("are written when they make sense", () => {
    const { type, find, model, saved } = opened(state({ batch_key: "donor" }));
    find("da-sides-one").click();
    type("da-delta", "0.1");
    type("da-fdr-target", "0.01");
    type("da-estimand", "log2");
    type("da-level", "cell");
    find("da-batch-correction").click();
    const fields = ["two_sided", "delta", "fdr_target", "estimand", "level", "batch_correction"];
    expect(saved).toEqual(fields);
    const held = saved.map((name) => model.get(name));
    expect(held).toEqual([false, 0.1, 0.01, "log2", "cell", true]);
  });

  it.each([
    ["da-delta", "-0.1"],
    ["da-delta", ""],
    ["da-fdr-target", "1.5"],
    ["da-fdr-target", "-1"],
  ])("that are invalid are marked and not sent: %s %s", (id, text) => {
    const { type, saved } = opened();
    const field = type(id, text);
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(saved).toEqual([]);
  });

  it("that Python refuses come back as they were", () => {
    const { type, set, find } = opened();
    type("da-fdr-target", "0");
    set({ fdr_target: 0.05 });
    expect(find<HTMLInputElement>("da-fdr-target").value).toBe("0.05");
    expect(find("da-fdr-target").getAttribute("aria-invalid")).toBeNull();
  });

  it("follow what is set in Python", () => {
    const { set, find } = opened();
    set({ two_sided: false, delta: 0.3, estimand: "log2", level: "group", live: false });
    expect(find("da-sides-one").getAttribute("aria-checked")).toBe("true");
    expect(find<HTMLInputElement>("da-delta").value).toBe("0.3");
    expect(find<HTMLSelectElement>("da-estimand").value).toBe("log2");
    expect(find<HTMLSelectElement>("da-level").value).toBe("group");
    expect(find<HTMLInputElement>("da-live").checked).toBe(false);
  });

  it("say why there is no batch correction", () => {
    const { find, set } = opened();
    const box = find<HTMLInputElement>("da-batch-correction");
    expect(box.disabled).toBe(true);
    expect(box.closest("label")?.textContent).toContain("no batch column");
    set({ batch_key: "donor" });
    expect(box.disabled).toBe(false);
    expect(box.closest("label")?.title).toContain("donor");
  });

  it.each<[Partial<DifferentialState>, string]>([
    [{}, "counts: accessibility differs by 0.05 or more, |p1 − p2| ≥ 0.05"],
    [{ two_sided: false }, "counts: more open in group 1 by 0.05 or more, p1 − p2 ≥ 0.05"],
    [
      { estimand: "log2", delta: 1, two_sided: false },
      "counts: log2(p1 / p2) ≥ 1, that is 2-fold, more open in group 1",
    ],
    [
      { estimand: "log2", delta: 1 },
      "counts: log2(p1 / p2) ≥ 1, that is 2-fold, or the reverse, whichever is likelier",
    ],
  ])("explain what delta means then: %#", (some, expected) => {
    expect(opened(state(some)).text("da-explained")).toBe(expected);
  });

  it("switch the live comparison", () => {
    const { find, model, saved } = opened();
    find("da-live").click();
    expect(model.get("live")).toBe(false);
    expect(saved).toEqual(["live"]);
  });
});
