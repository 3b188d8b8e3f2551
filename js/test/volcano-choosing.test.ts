/** Regions that are drawn round in the volcano plot, or taken by keys, become a set. */
import { beforeEach, expect, it } from "vitest";
import { forget } from "./browser";
import { columns, REGIONS } from "./comparison-state";
import { around, middlesOf, opened, press } from "./opened-volcano";

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
  forget();
});

it("keeps the regions that are drawn round as a set, and colors by none of them", () => {
  const page = opened(end);
  around(page, -0.4, -0.2);
  expect(page.text("volcano-chosen")).toBe("1 region");
  around(page, 0.3, 0.44, { shiftKey: true });
  expect(page.text("volcano-chosen")).toBe("2 regions");
  around(page, 0.3, 0.44, { altKey: true });
  (page.find("volcano-set-name") as HTMLInputElement).value = " open in 2 ";
  page.find("volcano-keep").click();
  expect(page.sent).toEqual([{ intent: "name_rows", name: "open in 2", rows: [0] }]);
  expect(page.text("volcano-chosen")).toBe("1 region"); // it may be refused
  page.set({ n_kept: 1 });
  expect(page.isShown("volcano-chosen")).toBe(false);
  expect((page.find("volcano-set-name") as HTMLInputElement).value).toBe("");
  expect(page.saved).toEqual([]);
});

it("lets the others recede while some are chosen, and brings them back by Escape", () => {
  const page = opened(end);
  const classes = () => middlesOf([-0.3104, 0.4226, 0.01], [0.96, 0.9981, 0.2]);
  const before = classes();
  const surface = around(page, 0.3, 0.44);
  expect(classes()[1]).toBe(before[1]);
  expect(classes()[0]).toBeLessThan(before[0] as number);
  press(surface, "Escape");
  expect(classes()).toEqual(before);
  expect(page.isShown("volcano-chosen")).toBe(false);
});

it("takes regions one by one with keys, says each, and names the set", () => {
  const page = opened(end);
  const surface = page.plot.querySelector(".pv-surface") as HTMLElement;
  press(surface, "c"); // the dot next to the middle
  expect(page.plot.querySelector(".pv-tip")?.textContent).toContain(REGIONS[2]);
  press(surface, "Enter", "ArrowUp", "ArrowRight", "Enter", "n");
  expect(page.text("volcano-chosen")).toBe("2 regions");
  expect(document.activeElement).toBe(page.find("volcano-set-name"));
  press(page.find("volcano-set-name"), "Enter");
  expect(page.sent).toEqual([{ intent: "name_rows", name: "", rows: [1, 2] }]);
  expect(document.activeElement).toBe(page.find("volcano-set-name"));
  page.set({ n_kept: 1 });
  expect(document.activeElement).toBe(surface);
  press(surface, " ", "+", "Home"); // nothing to move
  expect(surface.dataset.tool).toBe("lasso");
});

it("keeps what is chosen while numbers improve, and forgets it with other regions", () => {
  const page = opened(end);
  around(page, 0.3, 0.44);
  page.set({ da_columns: columns(), da_state: "final" });
  expect(page.text("volcano-chosen")).toBe("1 region");
  page.set({ regions: ["chr9:1-2"] });
  expect(page.isShown("volcano-chosen")).toBe(false);
});

it("keeps what was chosen since a set was asked for", () => {
  const page = opened(end);
  around(page, -0.4, -0.2);
  page.find("volcano-keep").click();
  around(page, 0.3, 0.44);
  page.set({ n_kept: 1 });
  expect(page.text("volcano-chosen")).toBe("1 region");
});
