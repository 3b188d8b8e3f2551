import { expect, it } from "vitest";
import { boundsOf, cellsInside, type Point, type Polygon, rectangle } from "../src/draw/polygon";

const SQUARE: Polygon = rectangle([0, 0], [2, 2]);
const flat = (...points: Point[]) => Float64Array.from(points.flat());
const inside = (polygon: Polygon, ...points: Point[]) => [...cellsInside(flat(...points), polygon)];

/** The same question by angles: how far the edges turn round the point, in whole turns. */
function turnsByAngle(polygon: Polygon, [x, y]: Point): number {
  let angle = 0;
  polygon.forEach(([xa, ya], i) => {
    const [xb, yb] = polygon[(i + 1) % polygon.length] as Point;
    const turn = Math.atan2(yb - y, xb - x) - Math.atan2(ya - y, xa - x);
    angle += turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
  });
  return Math.round(angle / (2 * Math.PI));
}
/** Numbers between 0 and 1 that are the same in each run (Park and Miller). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

it("finds the cells in a square", () => {
  expect(inside(SQUARE, [1, 1], [3, 1], [-1, 1], [1, 3], [1, -1], [1.999, 0.001])).toEqual([0, 5]);
});

it("joins the last vertex to the first", () => {
  expect(inside([...SQUARE, [0, 0]], [1, 1], [3, 1])).toEqual(inside(SQUARE, [1, 1], [3, 1]));
});

it("counts a shared edge once: left and lower sides belong, right and upper do not", () => {
  const left = rectangle([0, 0], [1, 1]);
  const right = rectangle([1, 0], [2, 1]);
  const onEdge: Point[] = [
    [1, 0.5],
    [0.5, 0],
    [0.5, 1],
  ];
  const found = [...inside(left, ...onEdge), ...inside(right, ...onEdge)];
  expect(found.filter((cell) => cell === 0)).toHaveLength(1);
  expect(found.filter((cell) => cell === 1)).toHaveLength(1);
  expect(found.filter((cell) => cell === 2)).toHaveLength(0);
});

it("holds the middle of a pentagram, which it went round twice", () => {
  const star = [0, 2, 4, 1, 3].map((k): Point => {
    const angle = (2 * Math.PI * k) / 5;
    return [Math.cos(angle), Math.sin(angle)];
  });
  expect(inside(star, [0, 0])).toEqual([0]);
});

it("holds both halves of a figure of eight, which turn against each other", () => {
  const eight: Polygon = [
    [0, 0],
    [2, 2],
    [2, 0],
    [0, 2],
  ];
  expect(inside(eight, [0.3, 1], [1.7, 1], [1, 1.8])).toEqual([0, 1]);
});

it("does not care which way it was drawn", () => {
  expect(inside([...SQUARE].reverse(), [1, 1], [3, 1])).toEqual([0]);
});

it("agrees with the sum of angles on a scribble of 400 vertices", () => {
  const next = random(7);
  const scribble = Array.from({ length: 400 }, (_, i): Point => {
    const [angle, far] = [i / 25, 0.4 + 0.5 * next()];
    return [far * Math.cos(angle) + 0.2 * next(), far * Math.sin(angle)];
  });
  const points = Array.from(
    { length: 3000 },
    (): Point => [2.4 * next() - 1.2, 2.4 * next() - 1.2],
  );
  const expected = points.flatMap((p, i) => (turnsByAngle(scribble, p) !== 0 ? [i] : []));
  expect(expected.length).toBeGreaterThan(300);
  expect(inside(scribble, ...points)).toEqual(expected);
});

it("has nothing in a line, a point or no polygon, and skips cells that stand nowhere", () => {
  expect(
    inside(
      [
        [0, 0],
        [1, 1],
      ],
      [0.5, 0.5],
    ),
  ).toEqual([]);
  expect(inside([], [0, 0])).toEqual([]);
  expect(inside(SQUARE, [Number.NaN, 1], [1, Number.NaN], [1, 1])).toEqual([2]);
});

it("counts 200,000 cells in a lasso of 300 vertices within 100 ms", () => {
  const next = random(3);
  const points = Float32Array.from({ length: 400_000 }, () => 2 * next() - 1);
  const lasso = Array.from({ length: 300 }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / 300;
    return [0.9 * Math.cos(angle), 0.9 * Math.sin(angle)];
  });
  let found = cellsInside(points, lasso);
  let best = Infinity; // of several, since other work may stand in the way
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    found = cellsInside(points, lasso);
    best = Math.min(best, performance.now() - start);
  }
  expect(best).toBeLessThan(100);
  expect(found.length / 200_000).toBeCloseTo((Math.PI * 0.81) / 4, 2);
});

it("knows its bounds", () => {
  expect(
    boundsOf([
      [1, 5],
      [-2, 3],
      [0, 9],
    ]),
  ).toEqual({ x0: -2, y0: 3, x1: 1, y1: 9 });
});
