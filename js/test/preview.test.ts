/** The preview in the embedding panel, and what is said of the cells that are selected in it. */
import { describe, expect, it } from "vitest";
import { cells, EMPTY, eachOnAnEmptyPage, FULL, opened } from "./embedding-state";

eachOnAnEmptyPage();

describe("a preview", () => {
  it("is announced while it is made, and labelled as one", () => {
    const { at, find, answer } = opened({ ...EMPTY, n_cells: 100, previewing: true });
    expect(at("awaited").textContent).toContain("Mapping the cells");
    expect(at("train-here").hidden).toBe(false);
    const sentence = "3 dimensions are confirmed by held-out fragments.";
    answer({
      ...FULL,
      ...{ basis: "X_preview", embedding_state: "current", training: "untrained" },
      bases: [{ name: "X_preview", n_dimensions: 2 }],
      ...{ previewing: false, preview_sentence: sentence },
    });
    const said = find(".pv-where-cells").lastElementChild as HTMLElement;
    expect([said.textContent, said.title]).toEqual(["preview, before training", sentence]);
    expect(at("stale").hidden).toBe(true);
  });

  it("is not called old while a model learns; then the cells can be embedded", () => {
    const state = { basis: "X_preview", embedding_state: "stale", training: "running" } as const;
    const { at, answer } = opened({ ...FULL, ...state });
    expect(at("stale").hidden).toBe(true);
    answer({ training: "trained" });
    expect(at("stale").hidden).toBe(false);
    expect(at("stale").textContent).toContain("the model is trained now");
    expect(at("embed-again").textContent).toBe("embed");
  });
});

describe("anything in here?", () => {
  it("is answered in the card of the selection", () => {
    const { at, sent, answer } = opened({ selection: cells(1, 2, 3) });
    expect(at("selection-answer").textContent).toBe("");
    at("check-selection").click();
    expect(sent).toEqual([{ intent: "check_selection" }]);
    expect(at("selection-answer").textContent).toBe("Testing these cells …");
    answer({ selection_sentence: "No structure beyond noise was found in these cells." });
    expect(at("selection-answer").textContent).toContain("No structure beyond noise");
    expect(at("check-selection").hidden).toBe(true);
    answer({ selection: cells(1), selection_sentence: "" });
    expect(at("selection-answer").textContent).toBe("");
    expect(at("check-selection").hidden).toBe(false);
  });
});
