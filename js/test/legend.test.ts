import { afterEach, expect, it, vi } from "vitest";
import { createLegend, type LegendContent } from "../src/draw/scatter/legend";

const NAMES = ["CD14 Mono", "CD4 T", "B", "NK"];
const COUNTS = Int32Array.of(5200, 480, 0, 7);
const CATEGORIES: LegendContent = {
  kind: "categories",
  title: "cell_type",
  names: NAMES,
  counts: COUNTS,
};
let end: AbortController;

function legend() {
  end = new AbortController();
  const onHover = vi.fn();
  const onPick = vi.fn();
  const { el, show } = createLegend({ ended: end.signal, onHover, onPick });
  document.body.append(el);
  const rows = () => [...el.querySelectorAll("li")].filter((row) => !row.hidden);
  const entry = (code: number) => el.querySelector<HTMLElement>(`[data-code="${code}"]`);
  return { el, show, onHover, onPick, rows, entry };
}
const over = (target: Element | null) =>
  target?.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));

afterEach(() => {
  end.abort();
  document.body.replaceChildren();
});

it("names each category with its color and its cells, and leaves out those without", () => {
  const { el, show, rows } = legend();
  show(CATEGORIES);
  expect(rows().map((row) => row.textContent)).toEqual(["CD14 Mono5,200", "CD4 T480", "NK7"]);
  expect(el.querySelector("h3")?.textContent).toBe("Legendcell_type");
  expect(el.querySelector(".pv-swatch")?.getAttribute("style")).toContain("light-dark(#0a7648");
});

it("keeps a category's own color when others have no cells", () => {
  const { show, entry } = legend();
  show(CATEGORIES);
  const style = (code: number) => entry(code)?.querySelector(".pv-swatch")?.getAttribute("style");
  expect(style(3)).toContain("#3c33b1"); // the fourth color, though the third row
});

it("says how many cells have no category", () => {
  const { show, rows } = legend();
  show({ ...CATEGORIES, unknown: 12 });
  expect(rows().at(-1)?.textContent).toBe("unknown12");
  expect(rows().at(-1)?.querySelector("button")).toBeNull();
});

it("tells what is pointed at, once for each change", () => {
  const { el, show, onHover, entry } = legend();
  show(CATEGORIES);
  over(entry(1));
  over(entry(1)?.firstElementChild ?? null);
  over(entry(3));
  el.querySelector("ul")?.dispatchEvent(new PointerEvent("pointerleave"));
  expect(onHover.mock.calls).toEqual([[1], [3], [undefined]]);
});

it("points with the keyboard too, and picks with a click", () => {
  const { show, onHover, onPick, entry } = legend();
  show(CATEGORIES);
  entry(1)?.focus();
  expect(onHover).toHaveBeenLastCalledWith(1);
  entry(1)?.click();
  expect(onPick.mock.calls).toEqual([[1]]);
});

it("points at nothing any more when it shows something else", () => {
  const { show, onHover, entry } = legend();
  show(CATEGORIES);
  over(entry(0));
  show({ kind: "none" });
  expect(onHover).toHaveBeenLastCalledWith(undefined);
});

it("offers a search from thirteen categories on", () => {
  const { el, show, rows } = legend();
  const names = Array.from({ length: 30 }, (_, i) => `Cluster ${i}`);
  show({ kind: "categories", title: "leiden", names, counts: new Array(30).fill(1) });
  const search = el.querySelector("input") as HTMLInputElement;
  expect(search.hidden).toBe(false);
  search.value = "ster 2";
  search.dispatchEvent(new Event("input"));
  expect(rows()).toHaveLength(11); // 2 and 20 to 29
  search.value = "monocyte";
  search.dispatchEvent(new Event("input"));
  expect(rows()).toHaveLength(0);
  expect(el.textContent).toContain("No category of that name.");
  show(CATEGORIES);
  expect([search.hidden, rows().length]).toEqual([true, 3]);
});

it("shows a bar with limits and unit for values", () => {
  const { el, show } = legend();
  show({ kind: "values", title: "n_counts", limits: [210, 48_000], unit: "counts", unknown: 3 });
  const limits = el.querySelector(".pv-legend-limits");
  expect([...(limits?.children ?? [])].map((child) => child.textContent)).toEqual([
    "210",
    "counts",
    "48k",
  ]);
  expect(el.querySelector("ul")?.hidden).toBe(true);
  expect(el.textContent).toContain("no value3");
});

it("hides when there is nothing to explain, and lets go when it ends", () => {
  const { el, show, onPick, entry } = legend();
  expect(el.hidden).toBe(true);
  show(CATEGORIES);
  expect(el.hidden).toBe(false);
  end.abort();
  entry(0)?.click();
  expect(onPick).not.toHaveBeenCalled();
});
