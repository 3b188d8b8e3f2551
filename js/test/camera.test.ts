import { expect, it } from "vitest";
import type { Point } from "../src/draw/polygon";
import {
  baseOf,
  extentOf,
  fitted,
  fittedTo,
  panned,
  projection,
  rounding,
  scaleOf,
  split,
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

it("zooms until neighboring numbers are apart on the screen, and no farther", () => {
  const view = viewOf();
  expect(zoomed(view, 1e-9, [0, 0]).zoom).toBe(0.2);
  const near = { ...view, camera: zoomed(view, 1e300, [320, 240]) };
  expect(scaleOf(near) * 11).toBeCloseTo(2 ** 44, -3);
  expect(toScreen(near, toData(near, [1, 2]))[0]).toBeCloseTo(1, 1);
});

it("reaches a cloud beside a far cell", () => {
  for (const far of [1e2, 1e6, 1e12, 1e30]) {
    const points = Float64Array.of(far, far, 0, 0, 1e-3, 0, 0, 1e-3);
    const extent = extentOf(points);
    let view = viewOf({ extent, camera: fitted(extent) });
    for (let i = 0; i < 5000 && scaleOf(view) < 1e5; i++) {
      view = { ...view, camera: zoomed(view, 1.2, toScreen(view, [0, 0])) };
    }
    expect(toScreen(view, [1e-3, 0])[0] - toScreen(view, [0, 0])[0]).toBeGreaterThan(99);
    const whole = viewOf({ extent, camera: fitted(extent) });
    const cloud = { ...whole, camera: fittedTo(whole, extentOf(points.subarray(2))) };
    const [left, right] = [toScreen(cloud, [0, 0])[0], toScreen(cloud, [1e-3, 0])[0]];
    expect(right - left).toBeGreaterThan(200);
    expect([left > 20, right < 620]).toEqual([true, true]);
  }
});

it("fits one cell by moving there, no nearer", () => {
  const view = viewOf({ camera: { x: 0, y: 11, zoom: 3 } });
  expect(fittedTo(view, extentOf([5, 12]))).toEqual({ x: 5, y: 12, zoom: 3 });
});

it("rounds what is drawn to far less than a pixel, however large the numbers are", () => {
  for (const scale of [1e-30, 1e-3, 1, 1e6, 1e30]) {
    const points = Float64Array.of(0, 0, scale, scale);
    const extent = extentOf(points);
    const view = viewOf({ extent, camera: fitted(extent) });
    const round = rounding(view);
    for (const at of [
      [123.4, 99.9],
      [7, 8],
    ] as Point[]) {
      const rounded = round(toData(view, at));
      const [x, y] = toScreen(view, rounded);
      expect(Math.max(Math.abs(x - at[0]), Math.abs(y - at[1]))).toBeLessThan(0.02);
      expect(round(rounded)).toEqual(rounded);
      expect(String(rounded[0].toPrecision(15)).replace(/0+(e|$)/, "$1").length).toBeLessThan(14);
    }
  }
});

it("moves the data with the pointer", () => {
  const view = viewOf({ camera: { x: 2, y: 10.5, zoom: 3 } });
  const grabbed = toData(view, [100, 100]);
  const moved = { ...view, camera: panned(view, 30, -20) };
  const [x, y] = toScreen(moved, grabbed);
  expect(x).toBeCloseTo(130, 9);
  expect(y).toBeCloseTo(80, 9);
});

/** What the graphics card computes, in float32 after each step. */
function onCard(points: Float64Array, cell: number, view: View): Point {
  const f = Math.fround;
  const base = baseOf(points, view.extent);
  const { eye, scale, offset } = projection(view, base, view.width, view.height);
  const [x, y] = ([0, 1] as const).map((axis) => {
    const from = ((points[2 * cell + axis] as number) - (axis ? base.y : base.x)) / base.unit;
    const [high, low] = split(from);
    const away = f(f(high - f(eye[0][axis])) + f(low - f(eye[1][axis])));
    return f(f(away * f(scale[axis])) + f(offset[axis]));
  }) as [number, number];
  return [((x + 1) / 2) * view.width, ((1 - y) / 2) * view.height];
}

it("puts a cell where the graphics card puts it, from however near and beside whatever cell", () => {
  for (const far of [5, 1e4, 1e8, 1e12, 1e30]) {
    const points = Float64Array.of(far, -far, 0.1, 0.2, 0.1001, 0.2002, 0.3, 0.1, 0.2, 0.2);
    const extent = extentOf(points);
    for (const camera of [
      fitted(extent),
      { x: 0.1, y: 0.2, zoom: extent.half },
      { x: 0.1, y: 0.2, zoom: extent.half * 1e3 },
    ]) {
      const view = viewOf({ extent, camera });
      for (const cell of [1, 2, 3]) {
        const [x, y] = toScreen(view, [points[2 * cell] as number, points[2 * cell + 1] as number]);
        if (Math.abs(x) > 1e4 || Math.abs(y) > 1e4) continue; // out of sight
        const [cardX, cardY] = onCard(points, cell, view);
        expect(cardX).toBeCloseTo(x, 1);
        expect(cardY).toBeCloseTo(y, 1);
      }
    }
  }
});

it("counts from amid the cells, not from the middle of an extent that one cell makes", () => {
  const points = Float64Array.of(1e9, 1e9, 1, 2, 1, 2, 3, 2, Number.NaN, 0);
  expect(baseOf(points, extentOf(points))).toMatchObject({ x: 3, y: 2 });
  expect(baseOf([], extentOf([]))).toEqual({ x: 0, y: 0, unit: 1 });
});

it("shows one cell, or none, without dividing by zero", () => {
  const none = Float64Array.of(Number.NaN, 1, Number.NaN, Number.NaN);
  for (const points of [[7, 8], [], none, [0, 5e-324], [1e-310, 0, 0, 1e-310]]) {
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
