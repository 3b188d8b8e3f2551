import { expect, it } from "vitest";
import type { Point } from "../src/draw/polygon";
import {
  extentOf,
  fitted,
  normalised,
  panned,
  projection,
  scaleOf,
  toData,
  toScreen,
  type View,
  zoomed,
} from "../src/draw/scatter/camera";
import { nearestOf } from "../src/draw/scatter/nearest";

const POINTS = Float32Array.of(-3, 10, 5, 12, 1, 11, Number.NaN, 0);
const INSET = { top: 40, right: 20, bottom: 10, left: 20 };

function viewOf(changes: Partial<View> = {}): View {
  const extent = extentOf(POINTS);
  return { width: 640, height: 450, inset: INSET, extent, camera: fitted(extent), ...changes };
}

it("finds the extent of what has a place", () => {
  expect(extentOf(POINTS)).toEqual({ x: 1, y: 11, halfX: 4, halfY: 1, half: 4 });
});

it("normalises to -1 to 1 with one scale for both axes", () => {
  const result = normalised(POINTS, extentOf(POINTS));
  expect([...result.slice(0, 6)]).toEqual([-1, -0.25, 1, 0.25, 0, 0]);
  expect(result[6]).toBeNaN();
});

it("fits everything into the room between the insets", () => {
  const view = viewOf();
  expect(scaleOf(view)).toBe(600 / 8);
  expect(toScreen(view, [-3, 11])).toEqual([20, 240]);
  expect(toScreen(view, [5, 12])).toEqual([620, 240 - 75]);
});

it("leads back from the screen to the data exactly", () => {
  const view = viewOf({ camera: { x: 0.1234567, y: 11.7, zoom: 37.3 } });
  for (const at of [
    [0, 0],
    [640, 450],
    [17.25, 333.5],
  ] as Point[]) {
    const [x, y] = toScreen(view, toData(view, at));
    expect(x).toBeCloseTo(at[0], 9);
    expect(y).toBeCloseTo(at[1], 9);
  }
});

it("keeps what is under the pointer there while it zooms", () => {
  const view = viewOf({ camera: { x: 2, y: 10.5, zoom: 3 } });
  const at: Point = [123, 77];
  const before = toData(view, at);
  const after = toData({ ...view, camera: zoomed(view, 1.7, at) }, at);
  expect(after[0]).toBeCloseTo(before[0], 12);
  expect(after[1]).toBeCloseTo(before[1], 12);
});

it("stops zooming at its ends", () => {
  const view = viewOf();
  expect(zoomed(view, 1e9, [0, 0]).zoom).toBe(500);
  expect(zoomed(view, 1e-9, [0, 0]).zoom).toBe(0.2);
});

it("moves the data with the pointer", () => {
  const view = viewOf({ camera: { x: 2, y: 10.5, zoom: 3 } });
  const grabbed = toData(view, [100, 100]);
  const moved = { ...view, camera: panned(view, 30, -20) };
  const [x, y] = toScreen(moved, grabbed);
  expect(x).toBeCloseTo(130, 9);
  expect(y).toBeCloseTo(80, 9);
});

it("puts a cell where the graphics card puts it", () => {
  const view = viewOf({ camera: { x: 0.7, y: 11.2, zoom: 2.5 } });
  const { middle, scale, offset } = projection(view, view.width, view.height);
  const cell: Point = [4.5, 10.25];
  const [xn = 0, yn = 0] = normalised(Float32Array.from(cell), view.extent);
  const clipX = (xn - middle[0]) * scale[0] + offset[0];
  const clipY = (yn - middle[1]) * scale[1] + offset[1];
  const [x, y] = toScreen(view, cell);
  expect(((clipX + 1) / 2) * view.width).toBeCloseTo(x, 3);
  expect(((1 - clipY) / 2) * view.height).toBeCloseTo(y, 3);
});

it("shows one cell, or none, without dividing by zero", () => {
  for (const points of [Float32Array.of(7, 8), Float32Array.of()]) {
    const extent = extentOf(points);
    const view = viewOf({ extent, camera: fitted(extent) });
    expect(toScreen(view, [extent.x, extent.y])).toEqual([320, 240]);
    expect(Number.isFinite(scaleOf(view))).toBe(true);
  }
});

it("finds the nearest cell, the same as by looking at all", () => {
  const points = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i * i) * 5);
  points[40] = Number.NaN;
  const nearest = nearestOf(points);
  for (let i = 0; i < 50; i++) {
    const at: Point = [Math.cos(i) * 5, Math.sin(3 * i) * 5];
    let [least, expected] = [0.4, -1];
    for (let cell = 0; cell < 1000; cell++) {
      const far = Math.hypot(
        (points[2 * cell] as number) - at[0],
        (points[2 * cell + 1] as number) - at[1],
      );
      if (far < least) [least, expected] = [far, cell];
    }
    expect(nearest(at, 0.4)).toBe(expected);
  }
  expect(nearest([100, 100], 1)).toBe(-1);
});
