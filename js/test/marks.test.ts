import { expect, it } from "vitest";
import { categoryColor, UNKNOWN, valueColor } from "../src/draw/color-scales";
import {
  arrange,
  type CellsLayer,
  type Coloring,
  grown,
  type Layer,
  type Look,
  type MarkSource,
  sizeFor,
  stylesOf,
} from "../src/draw/scatter/marks";

const POINTS = Float32Array.from({ length: 20 }, (_, i) => i); // ten cells
const CODES: Coloring = {
  kind: "categories",
  codes: Int8Array.of(0, 1, 2, 0, 1, 2, -1, 0, 5, 1),
  n: 3,
};
const LOOK: Look = {
  dark: true,
  canvas: "#000000",
  text: "#ffffff",
  group1: "#0000ff",
  group2: "#ff8800",
  size: 4,
  grow: 1,
  highlight: undefined,
  receding: false,
};
const cells = (...indices: number[]) => Uint32Array.from(indices);

const GROUPS: Layer = { kind: "groups", fill: true, outline: true, opacity: 1 };
const cellsIn = (coloring: Coloring, more: Partial<CellsLayer> = {}): CellsLayer => ({
  kind: "cells",
  coloring,
  opacity: 0.8,
  legend: true,
  ...more,
});
const styles = (coloring: Coloring, look: Look) => stylesOf([cellsIn(coloring), GROUPS], look);

function layout({ coloring = CODES, ...more }: Partial<MarkSource> & { coloring?: Coloring } = {}) {
  const none = cells();
  const source: MarkSource = {
    points: POINTS,
    layers: [cellsIn(coloring), GROUPS],
    groups: [none, none],
    pending: none,
    ...more,
  };
  const marks = arrange(source);
  const order = [...marks.cells];
  const table = stylesOf(source.layers, LOOK);
  const opacities = (cell: number) => {
    const receding = stylesOf(source.layers, { ...LOOK, receding: true });
    return order.flatMap((drawn, i) =>
      drawn === cell ? [receding[marks.styles[i] as number]?.opacity] : [],
    );
  };
  const looks = (cell: number) =>
    order.flatMap((drawn, i) => (drawn === cell ? [table[marks.styles[i] as number]?.color] : []));
  return { order, looks, opacities };
}

it("gives each cell one mark in the color of its category", () => {
  const { order, looks } = layout();
  expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(looks(1)).toEqual([categoryColor(1).dark]);
  expect(looks(5)).toEqual([categoryColor(2).dark]);
});

it("shows what has no category, or one that does not exist, as unknown", () => {
  const { looks } = layout();
  expect([looks(6), looks(8)]).toEqual([[UNKNOWN.dark], [UNKNOWN.dark]]);
});

it("does not draw cells in the order of the file", () => {
  const n = 1000;
  const codes = Int16Array.from({ length: n }, (_, i) => (i < 500 ? 0 : 1));
  const coloring: Coloring = { kind: "categories", codes, n: 2 };
  const { order } = layout({ points: new Float32Array(2 * n), coloring });
  const onTop = order.slice(900).filter((cell) => cell < 500).length;
  expect(new Set(order).size).toBe(n);
  expect(onTop).toBeGreaterThan(35);
  expect(onTop).toBeLessThan(65);
});

it("draws high values above low ones and the unknown at the bottom", () => {
  const values = Float32Array.of(5, 1, Number.NaN, 9, 3, 2, 8, 4, 7, 0);
  const { order, looks } = layout({ coloring: { kind: "values", values, limits: [0, 10] } });
  expect(order).toEqual([2, 9, 1, 5, 4, 7, 0, 8, 6, 3]);
  expect(looks(2)).toEqual([UNKNOWN.dark]);
});

it("keeps values outside the contrast limits at their ends", () => {
  const values = Float32Array.of(-5, 2, 4, 99, 0, 0, 0, 0, 0, 0);
  const { looks } = layout({ coloring: { kind: "values", values, limits: [2, 4] } });
  expect(looks(0)).toEqual([valueColor(0, true)]);
  expect(looks(1)).toEqual([valueColor(0, true)]);
  expect(looks(2)).toEqual([valueColor(1, true)]);
  expect(looks(3)).toEqual([valueColor(1, true)]);
});

it("shows a value that all cells share without dividing by zero", () => {
  const values = new Float32Array(10).fill(3);
  const { looks } = layout({ coloring: { kind: "values", values, limits: [3, 3] } });
  expect(looks(4)).toEqual([valueColor(0, true)]);
});

it("puts groups above others, group 1 solid and group 2 hollow, both in two marks", () => {
  const { order, looks } = layout({ groups: [cells(0, 4), cells(5)] });
  expect(order).toHaveLength(13);
  expect(new Set(order.slice(7))).toEqual(new Set([0, 4, 5]));
  expect(looks(4)[1]).toBe("#0000ff"); // the upper mark is the group's color
  expect(looks(5)[0]).toBe("#ff8800"); // the ring is the group's color, the upper mark is not
  expect(looks(5)[1]).not.toBe("#ff8800");
});

it("rings what is pending and leaves it its own color or that of its group", () => {
  const { order, looks } = layout({ groups: [cells(4), cells()], pending: cells(1, 4) });
  expect(looks(1)).toEqual(["#ffffff", categoryColor(1).dark]);
  expect(looks(4)[0]).toBe("#ffffff");
  expect(looks(4)).toHaveLength(3);
  expect(new Set(order.slice(-5))).toEqual(new Set([1, 4]));
});

it("lets what is pending stand out where others step back", () => {
  const { opacities } = layout({ pending: cells(1) });
  expect(opacities(1).at(-1)).toBe(0.8);
  expect(opacities(2).at(-1)).toBeLessThan(0.4);
});

it("does not draw cells without a place, and forgives cells that do not exist", () => {
  const points = POINTS.slice();
  points[6] = Number.NaN; // cell 3
  const { order } = layout({ points, groups: [cells(3, 4), cells(99)] });
  expect(order).not.toContain(3);
  expect(order).not.toContain(99);
  expect(order).toHaveLength(10);
});

it("lets other cells step back while groups stand", () => {
  const free = styles(CODES, LOOK);
  const back = styles(CODES, { ...LOOK, receding: true });
  expect(back[0]?.opacity).toBeLessThan(0.5 * (free[0]?.opacity ?? 0));
});

it("fades all but the category that is pointed at", () => {
  const table = styles(CODES, { ...LOOK, receding: true, highlight: 1 });
  expect(table[1]?.opacity).toBe(0.8);
  expect(table[0]?.opacity).toBeLessThan(0.1);
  expect(table.at(-1)?.opacity).toBeLessThan(0.5);
});

it("points at nothing where there are no categories", () => {
  const coloring: Coloring = { kind: "values", values: new Float32Array(10), limits: [0, 1] };
  const table = styles(coloring, { ...LOOK, highlight: 1 });
  expect(table[0]?.opacity).toBe(0.8);
});

it("makes cells smaller when they are many, larger when they are near", () => {
  const sizes = [100, 2900, 9440, 50_000, 1_000_000].map((n) => sizeFor(n, 668, 563));
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect(sizes[0]).toBe(6.5);
  expect(sizes.at(-1)).toBe(1.7);
  expect(grown(3, 1)).toBe(3);
  expect(grown(3, 8)).toBeGreaterThan(3);
  expect(grown(3, 1e6)).toBe(12);
});

it("draws layers of cells in the order of the list, each in its own colors and size", () => {
  const other: Coloring = { kind: "categories", codes: new Int8Array(10).fill(1), n: 2 };
  const layers = [cellsIn(CODES, { size: 9 }), cellsIn(other, { opacity: 0.3 })];
  const { order, looks } = layout({ layers });
  expect(order).toHaveLength(20);
  expect(looks(0)).toEqual([categoryColor(0).dark, categoryColor(1).dark]);
  expect(layout({ layers: layers.toReversed() }).looks(0)).toEqual(looks(0).toReversed());
  const table = stylesOf(layers, { ...LOOK, grow: 2 });
  expect([table[0]?.size, table[8]?.size]).toEqual([18, 8]); // 9 of its own, 4 as usual, both twice
  expect([table[0]?.opacity, table[8]?.opacity]).toEqual([0.8, 0.3]);
});

it("draws cells that stand above the groups over them", () => {
  const groups = [cells(0), cells()] as const;
  const above = layout({ layers: [GROUPS, cellsIn(CODES)], groups });
  expect(above.looks(0).at(-1)).toBe(categoryColor(0).dark);
  expect(layout({ groups }).looks(0).at(-1)).toBe("#0000ff");
});

it("leaves the cells of groups their color where groups have no fill, or are not shown", () => {
  const groups = [cells(0), cells(1)] as const;
  for (const layers of [[cellsIn(CODES), { ...GROUPS, fill: false }], [cellsIn(CODES)]]) {
    const { looks } = layout({ layers, groups });
    expect([looks(0), looks(1)]).toEqual([[categoryColor(0).dark], [categoryColor(1).dark]]);
  }
});

it("shows the groups where no cells are visible", () => {
  const { order } = layout({ layers: [GROUPS], groups: [cells(0, 4), cells(5)] });
  expect(new Set(order)).toEqual(new Set([0, 4, 5]));
});
