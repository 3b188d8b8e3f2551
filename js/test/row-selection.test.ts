import { describe, expect, it } from "vitest";
import { rowSelection } from "../src/draw/grid/row-selection";

const VIEW = Uint32Array.of(5, 3, 8, 1, 9);
const seen = (of: ReturnType<typeof rowSelection>) => [...of.seen(VIEW)];

describe("selected rows", () => {
  it("are one, until others are added or taken away", () => {
    const rows = rowSelection();
    rows.choose(8, "alone", VIEW);
    rows.choose(3, "toggle", VIEW);
    rows.choose(9, "toggle", VIEW);
    expect([seen(rows), rows.active]).toEqual([[3, 8, 9], 9]); // in the order of the rows
    rows.choose(9, "toggle", VIEW);
    expect([seen(rows), rows.active]).toEqual([[3, 8], 3]);
    rows.choose(1, "alone", VIEW);
    expect(seen(rows)).toEqual([1]);
    rows.choose(1, "toggle", VIEW);
    expect([seen(rows), rows.active]).toEqual([[], undefined]);
  });

  it("are a range from the last choice, which grows and shrinks on both sides of it", () => {
    const rows = rowSelection();
    rows.choose(8, "alone", VIEW);
    rows.choose(9, "range", VIEW);
    expect([seen(rows), rows.active]).toEqual([[8, 1, 9], 9]);
    rows.choose(5, "range", VIEW);
    expect([seen(rows), rows.active]).toEqual([[5, 3, 8], 5]);
  });

  it("are one where the last choice is out of sight", () => {
    const rows = rowSelection();
    rows.choose(77, "alone", VIEW);
    rows.choose(3, "range", VIEW);
    expect(seen(rows)).toEqual([3]);
  });

  it("stay when one of them becomes active, or none, and go when another does", () => {
    const rows = rowSelection();
    rows.chooseAll(VIEW);
    expect(rows.active).toBe(5);
    rows.activate(1);
    rows.activate(undefined);
    expect([seen(rows).length, rows.active]).toEqual([5, 1]);
    rows.activate(77);
    expect([seen(rows), rows.active, rows.has(77)]).toEqual([[], 77, true]);
    rows.activate(undefined);
    expect(rows.has(77)).toBe(false);
  });
});
