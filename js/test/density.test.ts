import { expect, it } from "vitest";
import { type Ink, paintDots } from "../src/draw/plots/density";

const SIZE = { width: 9, height: 9, radius: 1 };
const GREY: Ink = { color: "#888888", alpha: 0.5 };
const BLUE: Ink = { color: "#0000ff", alpha: 0.5 };

function painted(positions: number[], classOf: (dot: number) => number, inks = [GREY, BLUE]) {
  const bytes = new Uint8ClampedArray(4 * SIZE.width * SIZE.height);
  paintDots(bytes, positions, classOf, inks, SIZE);
  const at = (x: number, y: number) => [...bytes.slice(4 * (9 * y + x), 4 * (9 * y + x) + 4)];
  return { bytes, at };
}

it("a dot hides the given share of the ground, and nothing far from it", () => {
  const { at } = painted([4, 4], () => 1);
  expect(at(4, 4)).toEqual([0, 0, 255, 128]);
  expect(at(7, 4)[3]).toBe(0);
});

it("two over each other hide as two panes of glass do", () => {
  expect(painted([4, 4, 4, 4], () => 0).at(4, 4)).toEqual([136, 136, 136, 191]);
});

it("what comes first does not matter", () => {
  const one = painted([4, 4, 5, 4], (dot) => dot);
  const other = painted([5, 4, 4, 4], (dot) => 1 - dot);
  expect([...one.bytes]).toEqual([...other.bytes]);
});

it("a dot without a place, beyond the edge or of no class is left out", () => {
  const { bytes } = painted([Number.NaN, 4, -1, 4, 4, 40, 4, 4], (dot) => (dot === 3 ? -1 : 0));
  expect(bytes.every((byte) => byte === 0)).toBe(true);
});

it("a ring leaves its middle free, and each ink has its own radius", () => {
  const ring = { ...BLUE, radius: 3, isRing: true };
  const { at } = painted([4, 4], () => 1, [GREY, ring]);
  expect(at(4, 4)[3]).toBe(0);
  expect(at(7, 4)).toEqual([0, 0, 255, 75]);
  expect(at(4, 6)[3]).toBeGreaterThan(60);
  expect(painted([4, 4], () => 0, [GREY, ring]).at(7, 4)[3]).toBe(0);
});
