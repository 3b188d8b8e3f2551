/** What is the matter with the groups stands over the table, with what to do about shared cells. */
import { describe, expect, it } from "vitest";
import type { GroupWarning } from "../src/contract";
import { state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

const FEW: GroupWarning = { kind: "few cells", text: "Group 1 has 12 cells, fewer than 20." };
const SHARED: GroupWarning = { kind: "shared cells", text: "37 cells are in both groups." };

describe("warnings of the groups", () => {
  it("say the reason with a mark, beside the table they speak of", () => {
    const { text, isShown, set } = opened(state({ da_warnings: [FEW] }));
    expect(text("da-warnings")).toBe(`!${FEW.text}`);
    for (const da_state of ["estimate", "stale", "final"] as const) {
      set({ da_state });
      expect(isShown("da-warnings")).toBe(true);
    }
    set({ da_state: "running" });
    expect(isShown("da-warnings")).toBe(false);
    set({ da_state: "final", da_warnings: [] });
    expect(isShown("da-warnings")).toBe(false);
  });

  it.each(["leave out", "group 1", "group 2"] as const)("let shared cells go: %s", (choice) => {
    const { find, sent, el, set } = opened(state({ da_warnings: [FEW, SHARED] }));
    expect(el.querySelectorAll("[data-testid=da-warnings] button")).toHaveLength(3);
    find(`separate-${choice.replace(" ", "-")}`).click();
    expect(sent).toEqual([{ intent: "separate_groups", shared_cells: choice }]);
    set({ da_state: "stale" }); // these are no longer the groups of the table
    expect(el.querySelectorAll("[data-testid=da-warnings] button")).toHaveLength(0);
  });

  it("are left as they are when an estimate brings them again", () => {
    const { find, set } = opened(state({ da_warnings: [FEW] }));
    const [line] = find("da-warnings").children;
    set({ da_warnings: [{ ...FEW }], da_state: "estimate" });
    expect(find("da-warnings").children[0]).toBe(line);
    set({ da_warnings: [{ ...FEW, text: "Group 2 has 3 cells." }] });
    expect(find("da-warnings").children[0]).not.toBe(line);
  });
});
