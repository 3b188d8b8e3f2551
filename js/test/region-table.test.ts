import { describe, expect, it, vi } from "vitest";
import { DA_COLUMNS, type DifferentialState } from "../src/contract";
import { columnsOf, writer } from "../src/panels/comparison/region-table";
import { state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

describe("the file", () => {
  async function saving(from: DifferentialState, filter = "") {
    const made: Blob[] = [];
    URL.createObjectURL = (blob: Blob) => `blob:${made.push(blob)}`;
    URL.revokeObjectURL = () => {};
    let name = "";
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      name = this.download;
    });
    const { find, type } = opened(from);
    type("da-filter-is_da_fdr", filter, "input");
    find("da-csv").click();
    const blob = made[0] as Blob;
    const bytes = await new Promise<ArrayBuffer>((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result as ArrayBuffer);
      vi.useRealTimers();
      reader.readAsArrayBuffer(blob);
    });
    return { name, type: blob.type, text: new TextDecoder().decode(bytes) };
  }

  it("holds the rows in view, in their order, with all columns", async () => {
    const { name, text, type } = await saving(state(), "yes");
    expect(type).toBe("text/csv;charset=utf-8");
    expect(name).toBe("da_group_1_300_vs_group_2_520.csv");
    expect(text.trimEnd().split("\n")).toEqual([
      "region,prob_da,is_da_fdr,bayes_factor,effect_size,emp_effect,est_prob1,est_prob2,emp_prob1,emp_prob2",
      "chr1:100-600,0.998099983,True,6.26399994,0.422600001,0.25,0.5,0.0773999989,0.25999999,0.00999999978",
      "chr7:100-600,0.959999979,True,3.17799997,-0.310400009,-0.100000001,0.100000001,0.410400003,0.0500000007,0.150000006",
    ]);
  });

  it("is called an estimate when it is one", async () => {
    const { name } = await saving(
      state({ da_state: "estimate", da_title: "group 1 (1,300) vs group 2 (520)" }),
    );
    expect(name).toBe("da_group_1_1300_vs_group_2_520_estimate.csv");
  });
});

describe("the grid's columns", () => {
  it("are those of the table, the effect first, with a bar", () => {
    const columns = columnsOf(() => 0.5);
    const keys = columns.map(({ key }) => key);
    expect(keys.slice(0, 6)).toEqual(["region", "gene", "sets", "effect_size", "where", "prob_da"]);
    expect(columns).toHaveLength(1 + DA_COLUMNS.length);
    expect(
      columns.filter(({ bar }) => bar !== undefined).map(({ key, bar }) => [key, bar]),
    ).toEqual([["effect_size", 0.5]]);
  });

  it.each([
    [".1e", 0, "< 1e−37"],
    ["+.3f", -0.0831, "−0.083"],
    ["+.2f", 6.2743, "+6.27"],
    [".3f", 0.99812, "0.998"],
    [".1%", 0.517, "51.7 %"],
    [".1e", 0.000123, "1.2e−4"],
  ])("write numbers by Python's format %s", (format, value, text) => {
    expect(writer(format)(value)).toBe(text);
  });

  it("have no other format", () => {
    expect(() => writer("d")).toThrow('"d" is not a format');
  });
});
