/** Logic that the browser and Python both have: tests/session/test_shared_logic.py reads the same cases. */
import { expect, it } from "vitest";
import { brushing, cellsInside, type Point } from "../src/draw/polygon";
import { combined } from "../src/draw/scatter/combine";
import { limitsOf } from "../src/panels/embedding/color-by";
import text from "./selecting.json?raw";

type Place = readonly (number | null)[];
const cases = JSON.parse(text) as {
  polygons: { name: string; points: Place[]; polygon: Point[]; cells: number[] }[];
  brushes: { name: string; points: Place[]; path: Point[]; radius: number; cells: number[] }[];
  combinations: Record<"before" | "drawn" | "new" | "add" | "subtract" | "intersect", number[]>[];
  contrast_limits: { name: string; values?: (number | null)[]; n?: number; limits: number[] }[];
};

const flat = (points: Place[]) => Float64Array.from(points.flat(), (value) => value ?? Number.NaN);

it.each(cases.polygons)("cells in a polygon: $name", ({ points, polygon, cells }) => {
  expect([...cellsInside(flat(points), polygon)]).toEqual(cells);
});

it.each(cases.brushes)("cells that a brush touches: $name", ({ points, path, radius, cells }) => {
  const [start, ...rest] = path;
  const brush = brushing(flat(points), radius, start as Point);
  for (const at of rest) brush.to(at);
  expect([...brush.cells()]).toEqual(cells);
});

it.each(cases.combinations)("selections combine: %j", ({ before, drawn, ...expected }) => {
  for (const mode of ["add", "subtract", "intersect"] as const) {
    expect([...combined(before, drawn, mode)]).toEqual(expected[mode]);
  }
  expect([...combined(before, drawn, "new")].sort((a, b) => a - b)).toEqual(expected.new);
});

it.each(cases.contrast_limits)("contrast limits: $name", ({ values, n = 0, limits }) => {
  const numbers = values ?? Array.from({ length: n }, (_, i) => i);
  expect(limitsOf(numbers.map((value) => value ?? Number.NaN))).toEqual(limits);
});
