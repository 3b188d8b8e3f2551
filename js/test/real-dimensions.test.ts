/** The part of the data panel that says how many dimensions of the cells are real. */
import { afterEach, describe, expect, it } from "vitest";
import { OPEN, opened } from "./opened-data";

afterEach(() => document.body.replaceChildren());

describe("real dimensions", () => {
  const bars = [
    { z: 40, is_confirmed: true, follows_depth: false },
    { z: 12, is_confirmed: false, follows_depth: true },
    { z: -0.4, is_confirmed: false, follows_depth: false },
  ];

  it("are said in a sentence, and by bars for eyes and ears", () => {
    const sentence = "1 dimension is confirmed by held-out fragments.";
    const { at } = opened({ ...OPEN, components: bars, dimensions_sentence: sentence });
    expect(at("dimensions-said").textContent).toBe(sentence);
    expect(at("component-bars").getAttribute("aria-label")).toBe(
      "1 of 3 components confirmed; standard deviations above chance, confirmed above 4: 40, 12, −0.4",
    );
    expect(at("test-dimensions").hidden).toBe(true);
  });

  it("are tested on request where they were not", () => {
    const { at, sent, model } = opened(OPEN);
    expect(at("component-bars").hidden).toBe(true);
    expect(at("dimensions-said").textContent).toBe("Not tested.");
    at("test-dimensions").click();
    expect(sent).toEqual([{ intent: "preview" }]);
    model.set("previewing", true);
    expect(at("dimensions-said").textContent).toBe("Testing the cells …");
    expect(at("test-dimensions").hidden).toBe(true);
  });
});
