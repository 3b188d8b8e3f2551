import { expect, it } from "vitest";
import { nearestOf, nextCell } from "../src/draw/scatter/nearest";

const random = (seed: number) => () => {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647;
};
const next = random(7);
const POINTS = Float32Array.from({ length: 400 }, next);

it("finds the nearest cell, as by looking at all", () => {
  const nearest = nearestOf(POINTS);
  for (let i = 0; i < 50; i++) {
    const [x, y] = [next(), next()];
    const away = Array.from({ length: 200 }, (_, cell) =>
      Math.hypot((POINTS[2 * cell] as number) - x, (POINTS[2 * cell + 1] as number) - y),
    );
    const least = Math.min(...away);
    expect(nearest([x, y], 0.2)).toBe(least <= 0.2 ? away.indexOf(least) : -1);
  }
});

it.each([
  [[1, 0], 1],
  [[-1, 0], 2],
  [[0, 1], 3],
  [[0, -1], -1],
] as const)("goes to the next cell in a direction: %o", (way, cell) => {
  // the middle, right, left (beyond a nearer one that is more above), above, itself again
  const points = [0, 0, 2, 1, -3, 0, -1, 2, 0, 0, Number.NaN, 0];
  expect(nextCell(points, 0, way)).toBe(cell);
});

it("reaches the nearest of those within 45 degrees, as by looking at all", () => {
  for (let from = 0; from < 200; from += 7) {
    const [x, y] = [POINTS[2 * from] as number, POINTS[2 * from + 1] as number];
    let [found, least] = [-1, Infinity];
    for (let cell = 0; cell < 200; cell++) {
      const [dx, dy] = [(POINTS[2 * cell] as number) - x, (POINTS[2 * cell + 1] as number) - y];
      const angle = Math.abs(Math.atan2(dy, dx));
      const away = Math.hypot(dx, dy);
      if (away > 0 && angle <= Math.PI / 4 && away < least) [found, least] = [cell, away];
    }
    expect(nextCell(POINTS, from, [1, 0])).toBe(found);
  }
});
