import { expect, it } from "vitest";
import type { Polygon } from "../src/draw/polygon";
import { extentOf, fitted, type View } from "../src/draw/scatter/camera";
import { createOutlines, tagPlace } from "../src/draw/scatter/outlines";

const extent = extentOf([0, 0, 10, 10]);
const VIEW: View = {
  width: 200,
  height: 200,
  inset: { top: 50, right: 50, bottom: 50, left: 50 },
  extent,
  camera: fitted(extent),
};
const SQUARE: Polygon = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
];

it("follows the view", () => {
  const { el, show, look } = createOutlines();
  show([{ kind: "group1", polygons: [SQUARE], tag: "group 1 · 9 cells" }]);
  const path = el.querySelector('path[data-outline="group1"]');
  look(VIEW);
  expect(path?.getAttribute("d")).toBe("M50.0,150.0L150.0,150.0L150.0,50.0L50.0,50.0Z");
  look({ ...VIEW, camera: { x: 5, y: 5, zoom: 0.5 } });
  expect(path?.getAttribute("d")).toBe("M75.0,125.0L125.0,125.0L125.0,75.0L75.0,75.0Z");
  expect(el.querySelector(".pv-tag")?.textContent).toBe("group 1 · 9 cells");
});

it("shows which side of a line is still missing", () => {
  const { el, draft, look } = createOutlines();
  look(VIEW);
  draft(SQUARE.slice(0, 3));
  expect(el.querySelector(".pv-draft-closing")?.getAttribute("d")).toBe("M150.0,50.0L50.0,150.0");
  draft(undefined);
  for (const path of el.querySelectorAll("path")) expect(path.getAttribute("d")).toBe("");
});

it("hides the tag of what is out of sight", () => {
  const { el, show, look } = createOutlines();
  show([{ kind: "group2", polygons: [SQUARE], tag: "group 2" }]);
  look({ ...VIEW, camera: { x: 500, y: 5, zoom: 1 } });
  expect(el.querySelector<HTMLElement>(".pv-tag")?.hidden).toBe(true);
});

it("sets a tag without a polygon at its anchor", () => {
  const { el, show, look } = createOutlines();
  show([{ kind: "group2", polygons: [], tag: "group 2", anchor: [5, 5] }]);
  look(VIEW);
  expect(el.querySelector<HTMLElement>(".pv-tag")?.hidden).toBe(false);
});

it("puts tags above, or below where there is no room, never on one another", () => {
  const box = { x0: 80, y0: 90, x1: 120, y1: 110 };
  const above = tagPlace(box, 60, VIEW, []);
  expect(above).toEqual({ x0: 100, y0: 65, x1: 160, y1: 85 });
  const second = tagPlace(box, 60, VIEW, above ? [above] : []);
  expect(second?.y0).toBe(115);
  expect(tagPlace({ ...box, y0: 20 }, 60, VIEW, [])?.y0).toBe(115);
});

it("keeps tags within the canvas", () => {
  const place = tagPlace({ x0: 190, y0: 90, x1: 260, y1: 110 }, 60, VIEW, []);
  expect(place?.x1).toBe(196);
});

it("shows what a brush went over as wide as it was, with a rim that its area leaves free", () => {
  const { el, show, look } = createOutlines();
  const dab = { path: [[5, 5] as const], radius: 1 };
  const way = { path: SQUARE.slice(0, 2), radius: 0.5 };
  show([{ kind: "group2", polygons: [], strokes: [dab, way], tag: "group 2" }]);
  look(VIEW); // 10 pixels for one unit
  const widths = (parts: string) =>
    [...el.querySelectorAll<SVGPathElement>(`${parts} > path`)].map((p) => p.style.strokeWidth);
  expect(widths(".pv-brushed")).toEqual(["20px", "10px"]);
  expect(widths("mask")).toEqual(["20px", "10px"]);
  expect(widths(".pv-brushed-rim")).toEqual(["23px", "13px"]);
  const mask = el.querySelector("mask")?.id;
  expect(el.querySelector(".pv-brushed-rim")?.getAttribute("mask")).toBe(`url(#${mask})`);
  expect(el.querySelector(".pv-brushed > path")?.getAttribute("d")).toBe("M100.0,100.0h0");
  expect(el.querySelector<HTMLElement>(".pv-tag")?.hidden).toBe(false);
});

it("draws the way of a brush as wide as it is, and a lasso after it as a line", () => {
  const { el, draft, look } = createOutlines();
  look(VIEW);
  const drawn = el.querySelector<SVGPathElement>(".pv-draft:not(.pv-draft-closing)");
  draft(SQUARE.slice(0, 3), 2);
  expect([drawn?.style.strokeWidth, drawn?.classList.contains("pv-band")]).toEqual(["40px", true]);
  expect(el.querySelector(".pv-draft-closing")?.getAttribute("d")).toBe("");
  draft(SQUARE.slice(0, 3));
  expect([drawn?.style.strokeWidth, drawn?.classList.contains("pv-band")]).toEqual(["", false]);
});

it("keeps the cell cursor on its cell", () => {
  const { el, mark, look } = createOutlines();
  mark([10, 0]);
  look(VIEW);
  const cursor = el.querySelector("svg > g:last-child");
  expect(cursor?.getAttribute("transform")).toBe("translate(150.0,150.0)");
  mark(undefined);
  expect(cursor?.getAttribute("visibility")).toBe("hidden");
});
