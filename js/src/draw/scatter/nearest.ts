/** The cell nearest to a place, found through a grid of bins; and the next one in a direction. */

import type { Point } from "../polygon";
import { atOnce, over, type Steps } from "../time-slices";
import { extentOf } from "./camera";

/** The nearest cell within `radius` (data units), or -1. */
export type Nearest = (at: Point, radius: number) => number;

/** Sort n x 2 coordinates into bins, once; each question then looks at a few of them. */
export const nearestOf = (points: ArrayLike<number>): Nearest => atOnce(sorting(points));

/** The same with rests, for a million cells. */
export function* sorting(points: ArrayLike<number>): Steps<Nearest> {
  const n = points.length >> 1;
  const { x: middleX, y: middleY, half } = extentOf(points);
  const side = Math.max(1, Math.ceil(Math.sqrt(n / 2)));
  const [x0, y0, perUnit] = [middleX - half, middleY - half, side / (2 * half)];
  const column = (x: number) => Math.min(side - 1, Math.max(0, Math.floor((x - x0) * perUnit)));
  const rowOf = (y: number) => Math.min(side - 1, Math.max(0, Math.floor((y - y0) * perUnit)));

  const bins = new Int32Array(n);
  const starts = new Uint32Array(side * side + 1);
  yield* over(n, (from, to) => {
    for (let cell = from; cell < to; cell++) {
      const x = points[2 * cell] as number;
      const y = points[2 * cell + 1] as number;
      const bin = Number.isFinite(x) && Number.isFinite(y) ? rowOf(y) * side + column(x) : -1;
      bins[cell] = bin;
      if (bin >= 0) starts[bin + 1] = (starts[bin + 1] as number) + 1;
    }
  });
  for (let bin = 0; bin < side * side; bin++) {
    starts[bin + 1] = (starts[bin + 1] as number) + (starts[bin] as number);
  }
  const sorted = new Uint32Array(starts[side * side] as number);
  const next = starts.slice();
  yield* over(n, (from, to) => {
    for (let cell = from; cell < to; cell++) {
      const bin = bins[cell] as number;
      if (bin < 0) continue;
      const place = next[bin] as number;
      sorted[place] = cell;
      next[bin] = place + 1;
    }
  });

  return ([x, y], radius) => {
    let found = -1;
    let least = radius * radius;
    for (let row = rowOf(y - radius); row <= rowOf(y + radius); row++) {
      for (let col = column(x - radius); col <= column(x + radius); col++) {
        const bin = row * side + col;
        for (let i = starts[bin] as number; i < (starts[bin + 1] as number); i++) {
          const cell = sorted[i] as number;
          const dx = (points[2 * cell] as number) - x;
          const dy = (points[2 * cell + 1] as number) - y;
          const distance = dx * dx + dy * dy;
          if (distance <= least) {
            least = distance;
            found = cell;
          }
        }
      }
    }
    return found;
  };
}

/** The nearest cell within 45 degrees of an upright or level direction, or -1. */
export function nextCell(points: ArrayLike<number>, from: number, [dx, dy]: Point): number {
  const x = points[2 * from] as number;
  const y = points[2 * from + 1] as number;
  let found = -1;
  let least = Infinity;
  for (let cell = 0; 2 * cell < points.length; cell++) {
    const [toX, toY] = [(points[2 * cell] as number) - x, (points[2 * cell + 1] as number) - y];
    const along = toX * dx + toY * dy;
    if (!(along > 0) || Math.abs(toX * dy - toY * dx) > along) continue;
    const distance = toX * toX + toY * toY;
    if (distance >= least) continue;
    least = distance;
    found = cell;
  }
  return found;
}
