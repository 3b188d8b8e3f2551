/** Cells move between the maps of two epochs, for a moment, and only where that is wanted and cheap. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { movingCells } from "../src/panels/embedding/moving-cells";

const [ONE, TWO] = ["X_peakvi_epoch_1", "X_peakvi_epoch_2"];
const FROM = Float32Array.of(0, 0, 8, Number.NaN);
const TO = Float32Array.of(4, 2, 0, 1);
let end: AbortController;
let isQuiet = false;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("matchMedia", () => ({ matches: isQuiet }));
  end = new AbortController();
  isQuiet = false;
});
afterEach(() => {
  end.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function opened() {
  const surface = document.createElement("div");
  const shown: Float32Array[] = [];
  const scatter = {
    ...{ surface, shown, scene: { points: new Float32Array(0) } },
    show({ points }: { points?: ArrayLike<number> }) {
      scatter.scene = { points: points as Float32Array<ArrayBuffer> };
      shown.push(points as Float32Array);
    },
  };
  return { ...scatter, show: movingCells(scatter as never, end.signal) };
}
const first = (shown: Float32Array[]) => shown.map((points) => points[0] as number);

it("from one epoch to another they move, ever on, and arrive within 300 ms", () => {
  const { shown, show } = opened();
  show(FROM, ONE);
  show(TO, TWO);
  vi.advanceTimersByTime(300);
  const way = first(shown);
  expect(way.length).toBeGreaterThan(5);
  expect(way).toEqual([...way].sort((a, b) => a - b));
  expect(way.some((x) => x > 0.5 && x < 3.5)).toBe(true);
  expect(shown.at(-1)).toBe(TO);
  const n = shown.length;
  show(Float32Array.from(TO), TWO); // the same places again
  vi.advanceTimersByTime(300);
  expect(shown).toHaveLength(n);
});

it("another map on the way is where they go, from where they are", () => {
  const { shown, show } = opened();
  show(FROM, ONE);
  show(TO, TWO);
  vi.advanceTimersByTime(125);
  const middle = first(shown).at(-1) as number;
  show(FROM, ONE);
  vi.advanceTimersByTime(16);
  expect(first(shown).at(-1)).toBeLessThanOrEqual(middle);
  expect(first(shown).at(-1)).toBeGreaterThan(0.5);
  vi.advanceTimersByTime(300);
  expect(shown.at(-1)).toBe(FROM);
});

it.each(["pointerdown", "keydown"])("%s: they are there at once", (type) => {
  const { shown, show, surface } = opened();
  show(FROM, ONE);
  show(TO, TWO);
  vi.advanceTimersByTime(50);
  surface.dispatchEvent(new Event(type));
  expect(shown.at(-1)).toBe(TO);
  const n = shown.length;
  vi.advanceTimersByTime(300);
  expect(shown).toHaveLength(n);
});

it.each<[string, string, number, boolean]>([
  ["another kind of map", "X_umap", 4, false],
  ["other cells", TWO, 6, false],
  ["a person who wants no motion", TWO, 4, true],
  ["many cells", TWO, 200_000, false],
])("%s: they do not move", (_name, basis, length, quiet) => {
  isQuiet = quiet;
  const { shown, show } = opened();
  show(length === 6 ? FROM : new Float32Array(length), ONE);
  const to = new Float32Array(length).fill(1);
  show(to, basis);
  expect(shown.at(-1)).toBe(to);
});

it("a page that draws slowly leaves the rest of the way out", () => {
  const { shown, show } = opened();
  show(FROM, ONE);
  show(TO, TWO);
  vi.advanceTimersByTime(20);
  vi.setSystemTime(Date.now());
  vi.spyOn(performance, "now").mockReturnValue(performance.now() + 100);
  vi.advanceTimersByTime(20);
  expect(shown.at(-1)).toBe(TO);
});
