/** What donors say stands over the table; the region in color has a dot for each under it. */
import { describe, expect, it } from "vitest";
import type { DonorCheck, ObsColumn } from "../src/contract";
import { state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

const check = (some: Partial<DonorCheck> = {}): DonorCheck => ({
  column: "donor",
  design: "paired",
  donors1: ["a", "b"],
  donors2: ["a", "b"],
  left_out: [],
  n_called: 100,
  n_signs: 80,
  n_agree: 70,
  n_significant: 30,
  is_held_out: true,
  sentence: "In 2 of 2 donors the sign agrees for 88% of 80 called regions.",
  ...some,
});
const column = (name: string, kind: ObsColumn["kind"] = "category"): ObsColumn => ({
  name,
  kind,
  categories: ["a", "b"],
  counts: [5, 5],
  colors: [],
  reason: "",
});

describe("the sentence of the donors", () => {
  it.each<[Partial<DonorCheck>, string, string]>([
    [{}, "✓", "supported"],
    [{ n_agree: 40 }, "!", "mixed"],
    [{ n_signs: 0, n_agree: 0 }, "–", "nothing called"],
    [{ design: "refused" }, "?", "mixed"],
  ])("has a mark besides its color: %o", (some, mark, verdict) => {
    const { text, find } = opened(state({ da_donors: check(some) }));
    expect(text("da-donors")).toBe(`${mark}${check().sentence}`);
    expect(find("da-donors").dataset.verdict).toBe(verdict);
  });

  it("is there with a table whose donors were compared", () => {
    const { isShown, set } = opened(state({ da_donors: check() }));
    expect(isShown("da-donors")).toBe(true);
    set({ da_state: "running" });
    expect(isShown("da-donors")).toBe(false);
    set({ da_state: "final", da_donors: null });
    expect(isShown("da-donors")).toBe(false);
  });

  it("says on hover who does not count, and which fragments do", () => {
    const some = { left_out: ["c"], is_held_out: false };
    const { find } = opened(state({ da_donors: check(some) }));
    expect(find("da-donors").title).toContain("Too few cells to count: c.");
    expect(find("da-donors").title).toContain("fitted to these fragments");
  });
});

describe("the dots of the donors", () => {
  const dots = [
    { group: 1, donor: "a", rate: 4 },
    { group: 1, donor: "b", rate: 2 },
    { group: 2, donor: "a", rate: 0 },
  ];

  it("lie from 0 to the largest rate of both groups, named on hover", () => {
    const { find, isShown, set } = opened(state({ donor_dots: dots, color_by: "chr1:1-2" }));
    const seen = [...find("da-donor-dots").querySelectorAll<HTMLElement>(".pv-swatch")];
    expect(seen.map((dot) => dot.style.left)).toEqual(["100%", "50%", "0%"]);
    expect(seen.map((dot) => dot.title)).toEqual(["a: 4.00", "b: 2.00", "a: 0.00"]);
    expect(find("da-donor-dots").ariaLabel).toContain("b in group 1 2.00");
    set({ donor_dots: [] });
    expect(isShown("da-donor-dots")).toBe(false);
  });

  it("have a place where all rates are zero", () => {
    const none = dots.map((dot) => ({ ...dot, rate: 0 }));
    const { find } = opened(state({ donor_dots: none }));
    const [first] = find("da-donor-dots").querySelectorAll<HTMLElement>(".pv-swatch");
    expect(first?.style.left).toBe("0%");
  });
});

it("a column of categories can be chosen as donors, and none again", () => {
  const { type, isShown, model, set, find } = opened();
  find("da-settings").click();
  expect(isShown("da-donor")).toBe(false); // no column could be one
  set({ obs_columns: [column("donor"), column("depth", "number")] });
  expect(isShown("da-donor")).toBe(true);
  type("da-donor", "donor");
  expect(model.get("donor")).toBe("donor");
  type("da-donor", "");
  expect(model.get("donor")).toBeNull();
});
