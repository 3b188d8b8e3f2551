import { describe, expect, it } from "vitest";
import { csvOf } from "../src/draw/grid/delimited-text";
import {
  filteredRows,
  nextSort,
  rowTest,
  type Sort,
  sortedRows,
  unsorted,
} from "../src/draw/grid/sort";

const order = (
  n: number,
  ...how: Parameters<typeof sortedRows> extends [unknown, ...infer Rest] ? Rest : never
) => [...sortedRows(unsorted(n), ...how)];

describe("sorting", () => {
  const EFFECT = Float32Array.of(0.5, -1, Number.NaN, 0.5, 2);

  it("keeps ties as they came and what is not a number last, up and down", () => {
    expect(order(5, EFFECT, true, "number")).toEqual([1, 0, 3, 4, 2]);
    expect(order(5, EFFECT, false, "number")).toEqual([4, 0, 3, 1, 2]);
  });

  it("keeps ties in the order that the rows had before", () => {
    const rows = Uint32Array.of(4, 3, 2, 1, 0);
    expect([...sortedRows(rows, EFFECT, false, "number")]).toEqual([4, 3, 0, 1, 2]);
  });

  it("puts infinity beyond every number", () => {
    const bayes = Float32Array.of(Number.POSITIVE_INFINITY, 3, Number.NEGATIVE_INFINITY);
    expect(order(3, bayes, false, "number")).toEqual([0, 1, 2]);
  });

  it("reads the genome from chr1 to chrM, and by start within", () => {
    const regions = ["chr10:5-9", "chr2:900-950", "chr2:1000-1100", "chrX:1-2", "chr2:80-90"];
    expect(order(5, regions, true, "region")).toEqual([4, 1, 2, 0, 3]);
    expect(order(5, regions, false, "region")).toEqual([3, 0, 2, 1, 4]);
  });

  it("puts equal text in the order it came", () => {
    expect(order(4, ["b", "a", "b", "a"], true, "text")).toEqual([1, 3, 0, 2]);
    expect(order(4, ["b", "a", "b", "a"], false, "text")).toEqual([0, 2, 1, 3]);
  });

  it("tells numbers apart by their last bit, and not 0 from -0", () => {
    const near = Float64Array.of(1 + Number.EPSILON, 1, -1e-300, 0, -0, -1e300, 5e-324);
    expect(order(7, near, true, "number")).toEqual([5, 2, 3, 4, 6, 1, 0]);
    expect(order(7, near, false, "number")).toEqual([0, 1, 6, 3, 4, 2, 5]);
  });

  it("is that of a comparison of each with each, for many rows", () => {
    const many = Float32Array.from({ length: 5000 }, (_, i) => Math.tan(i * i) * 1e3);
    const wanted = [...many.keys()].sort((a, b) => (many[a] ?? 0) - (many[b] ?? 0) || a - b);
    expect(order(5000, many, true, "number")).toEqual(wanted);
  });

  it("puts names that are no places after all chromosomes, by their names", () => {
    const regions = ["zz", "chr2:5-9", "aa", "scaffold:1-2", "chr2:5-8"];
    expect(order(5, regions, true, "region")).toEqual([4, 1, 3, 2, 0]);
    const far = [
      "chr2:9000000000-9000000001",
      "chr2:5-8000000000",
      "chr2:5-9",
      "2 x:1-2",
      "chr1:3-4",
    ];
    expect(order(5, far, true, "region")).toEqual([4, 2, 1, 0, 3]);
  });

  it("leaves the rows as they are where the column is not there", () => {
    expect(order(3, undefined, false, "number")).toEqual([0, 1, 2]);
  });
});

describe("what a click on a column's name sorts by", () => {
  const FDR = { column: "is_da_fdr", ascending: false };
  const click = (from: readonly Sort[], column: string, isAdded = false) =>
    nextSort(from, column, column === "gene" ? "text" : "number", { hasUsualOrder: true, isAdded });

  it("is that column alone, turned by the second click and gone by the third", () => {
    const once = click([FDR, { column: "gene", ascending: true }], "effect_size");
    expect(once).toEqual([{ column: "effect_size", ascending: false }]);
    const twice = click(once, "effect_size");
    expect(twice).toEqual([{ column: "effect_size", ascending: true }]);
    expect(click(twice, "effect_size")).toEqual([]);
  });

  it("starts over with a column that was one of several", () => {
    const both = [FDR, { column: "gene", ascending: false }];
    expect(click(both, "gene")).toEqual([{ column: "gene", ascending: true }]);
  });

  it("comes after the others with Shift, keeps its place when turned, and goes alone", () => {
    const two = click([FDR], "gene", true);
    expect(two).toEqual([FDR, { column: "gene", ascending: true }]);
    const turned = click(two, "is_da_fdr", true);
    expect(turned).toEqual([{ ...FDR, ascending: true }, two[1]]);
    expect(click(turned, "is_da_fdr", true)).toEqual([two[1]]);
  });

  it("stays where there is no order to go back to", () => {
    const alone = [{ column: "effect_size", ascending: true }];
    const next = nextSort(alone, "effect_size", "number", { hasUsualOrder: false });
    expect(next).toEqual([{ column: "effect_size", ascending: false }]);
  });
});

it("filters keep the order and must all pass", () => {
  const rows = Uint32Array.of(3, 1, 0, 2);
  const prob = rowTest(Float32Array.of(0.9, 0.2, 0.99, 0.95), "number", "> 0.5");
  const name = rowTest(["chr1:1-2", "chr2:1-2", "chr1:5-6", "chr2:7-9"], "region", "chr1");
  expect([...filteredRows(rows, [prob ?? expect.fail()])]).toEqual([3, 0, 2]);
  expect([...filteredRows(rows, [prob ?? expect.fail(), name ?? expect.fail()])]).toEqual([0, 2]);
});

it("writes what is seen as text that reads back exactly", () => {
  const columns = {
    region: ["chr1:1-2", 'odd, "name"'],
    prob_da: Float32Array.of(0.998, Number.NaN),
    bayes_factor: Float64Array.of(Number.POSITIVE_INFINITY, 1 / 3),
  };
  const csv = csvOf(
    columns,
    ["region", "prob_da", "missing", "bayes_factor"],
    Uint32Array.of(1, 0),
  );
  expect(csv).toBe(
    'region,prob_da,bayes_factor\n"odd, ""name""",,0.3333333333333333\nchr1:1-2,0.998000026,inf\n',
  );
  const back = Number(csv.split("\n")[2]?.split(",")[1]);
  expect(Math.fround(back)).toBe(columns.prob_da[0]);
});

describe("a spreadsheet runs nothing of a file", () => {
  const cell = (text: string) => {
    const csv = csvOf({ name: [text] }, ["name"], Uint32Array.of(0));
    return csv.slice("name\n".length, -1);
  };

  it.each([
    ["=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""],
    ["+1+1", "'+1+1"],
    ["-1+1", "'-1+1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", '"\'\t=1"'],
    ["\r=1", '"\'\r=1"'],
    ["\n=1", '"\'\n=1"'],
    ["\tx", '"\'\tx"'],
    [" =1", "' =1"],
    ["＝1", "'＝1"],
    ['="a,b"', '"\'=""a,b"""'],
    ["a;=1", '"a;=1"'],
    ["chr1:1-2", "chr1:1-2"],
    ["GL000009.2:56140-58376", "GL000009.2:56140-58376"],
    ["", ""],
  ])("%j is written as %j", (text, written) => expect(cell(text)).toBe(written));

  it("numbers stay numbers, below zero too", () => {
    const columns = { value: Float64Array.of(-1.5, 2, Number.NEGATIVE_INFINITY) };
    expect(csvOf(columns, ["value"], Uint32Array.of(0, 1, 2))).toBe("value\n-1.5\n2\n-inf\n");
  });
});
