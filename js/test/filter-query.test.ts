import { describe, expect, it } from "vitest";
import {
  chromRank,
  flagTest,
  numberTest,
  parseRegion,
  placeIn,
  whyInvalid,
} from "../src/draw/grid/filter-query";
import { rowTest } from "../src/draw/grid/sort";

/** Whether a region passes what is typed above the column of regions. */
function regionTest(text: string) {
  const isUnderstood = rowTest([], "region", text) !== undefined;
  return isUnderstood ? (region: string) => rowTest([region], "region", text)?.(0) : undefined;
}

describe("a number", () => {
  const VALUES = [-0.4, 0.001, 0.1, 0.5, 0.9, 1200];
  it.each<[string, number[]]>([
    ["> 0.5", [0.9, 1200]],
    [">=.5", [0.5, 0.9, 1200]],
    ["<= 1e-3", [-0.4, 0.001]],
    ["≤ 1e-3", [-0.4, 0.001]],
    ["0.1..0.9", [0.1, 0.5, 0.9]],
    ["0.1 .. 0.5", [0.1, 0.5]],
    ["0.9..", [0.9, 1200]],
    ["..0.001", [-0.4, 0.001]],
    ["> 5 % < 1", [0.1, 0.5, 0.9]],
    [">0 & <0.5", [0.001, 0.1]],
    ["abs >= 0.4", [-0.4, 0.5, 0.9, 1200]],
    ["< −0.1", [-0.4]],
    ["0.5", [0.5]],
    ["!= 0.5", [-0.4, 0.001, 0.1, 0.9, 1200]],
    [">= 1,200", [1200]],
    ["> 0,5", [0.9, 1200]],
    ["0,001", [0.001]],
    ["0,1..0,9", [0.1, 0.5, 0.9]],
    ["> 0,1 < 0,9", [0.5]],
    ["> 5,0 %, < 1", [0.1, 0.5, 0.9]],
    [">= 1.200,0", [1200]],
    ["= 1,200.0", [1200]],
  ])("%s", (text, passing) => {
    const test = numberTest(text) ?? expect.fail("not understood");
    expect(VALUES.filter(test)).toEqual(passing);
  });

  it.each([
    "",
    ">",
    "> x",
    "..",
    "0.1..x",
    "0.5 >",
    "> 0.5 or so",
    "abs",
    "> 1,2,3",
    "> 1.2.3",
    "1,23,456",
  ])("does not make sense of %j", (text) => {
    expect(numberTest(text)).toBeUndefined();
  });

  it("never passes what is not a number", () => {
    expect(numberTest("> 0")?.(Number.NaN)).toBe(false);
    expect(numberTest("..")).toBeUndefined();
    expect(numberTest("0..")?.(Number.NaN)).toBe(false);
  });
});

describe("a region", () => {
  const REGIONS = [
    "chr1:100-200",
    "chr1:200-300",
    "chr10:100-200",
    "chr7:1999999-2000400",
    "chr7:2000000-2000500",
    "chrX:5000-5500",
    "GL000219.1:5-900",
  ];
  it.each<[string, string[]]>([
    ["chr1", ["chr1:100-200", "chr1:200-300"]],
    ["CHR1", ["chr1:100-200", "chr1:200-300"]],
    ["1", ["chr1:100-200", "chr1:200-300"]],
    ["x", ["chrX:5000-5500"]],
    ["chr7:1-2,000,000", ["chr7:1999999-2000400"]],
    ["7:1-2,000,001", ["chr7:1999999-2000400", "chr7:2000000-2000500"]],
    ["chr7:2M-3M", ["chr7:1999999-2000400", "chr7:2000000-2000500"]],
    ["chrX: 5k - 5.2kb", ["chrX:5000-5500"]],
    ["chr1:199", ["chr1:100-200"]],
    ["chr1:200", ["chr1:200-300"]],
    ["chr1:300-150", ["chr1:100-200", "chr1:200-300"]],
    ["chr1:150-", ["chr1:100-200", "chr1:200-300"]],
    ["chr1:1", []],
    ["gl000219", ["GL000219.1:5-900"]],
    ["200-300", ["chr1:200-300"]],
    ["chr1\t150\t200", ["chr1:100-200"]],
    ["chr1\t150\t200\tpeak_7\t0.5", ["chr1:100-200"]],
    ["chr1 150 200", ["chr1:100-200"]],
    ["chr1-150-200", ["chr1:100-200"]],
    ["chr1_150_200", ["chr1:100-200"]],
    ["chr1:150_200", ["chr1:100-200"]],
    ["GL000219.1_100_200", ["GL000219.1:5-900"]],
    ["chr7:1,9M-2,0M", ["chr7:1999999-2000400"]],
    ["chr7-1.999.999-2.000.000", ["chr7:1999999-2000400"]],
  ])("%s", (text, passing) => {
    const test = regionTest(text) ?? expect.fail("not understood");
    expect(REGIONS.filter(test)).toEqual(passing);
  });

  it.each(["chr7:x", "chr7:1.5-2", "chr1:10-b"])("%s is not a place", (text) => {
    expect(regionTest(text)).toBeUndefined();
    expect(whyInvalid("region", text)).toContain("is not a place; write chr7:1-2,000,000");
  });

  it("may be named in three ways", () => {
    const place = { chrom: "chr1_KI27_random", start: 5, end: 90 };
    for (const name of [":5-90", "-5-90", "_5_90"]) {
      expect(parseRegion(`chr1_KI27_random${name}`)).toEqual(place);
    }
  });

  it("is read from its name, colons and all", () => {
    expect(parseRegion("HLA:B:10-20")).toEqual({ chrom: "HLA:B", start: 10, end: 20 });
    expect(parseRegion("MS4A1")).toBeUndefined();
    expect(placeIn("chr7:50,343,000")).toEqual({ chrom: "chr7", start: 50343000, end: 50343001 });
  });
});

it("chromosomes stand as biologists count them", () => {
  const chroms = ["chrM", "chr10", "chrUn_1", "chrX", "chr2", "chrY", "chr1"];
  expect(chroms.sort((a, b) => chromRank(a) - chromRank(b))).toEqual([
    "chr1",
    "chr2",
    "chr10",
    "chrX",
    "chrY",
    "chrM",
    "chrUn_1",
  ]);
});

it("yes and no", () => {
  expect([0, 1].filter(flagTest("Yes") ?? expect.fail())).toEqual([1]);
  expect([0, 1].filter(flagTest("false") ?? expect.fail())).toEqual([0]);
  expect(flagTest("maybe")).toBeUndefined();
});
