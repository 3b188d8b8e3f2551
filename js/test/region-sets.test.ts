/** Sets of regions beside the table: made of rows, from a file, combined; shown, starred by key. */
import { describe, expect, it, vi } from "vitest";
import { rowTest } from "../src/draw/grid/sort";
import { REGIONS, state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

const set = (name: string, ...rows: number[]) => ({
  name,
  rows: {
    dtype: "uint32",
    shape: [rows.length],
    data: new DataView(Uint32Array.from(rows).buffer),
  },
});
const TWO = [set("starred", 0), set("B cells", 0, 2)] as never;
const choose = (page: ReturnType<typeof opened>, at: number, how: MouseEventInit = {}) =>
  page.rows()[at]?.dispatchEvent(new MouseEvent("click", { bubbles: true, ...how }));

describe("sets of regions", () => {
  it("are a column of the table while there are any", () => {
    const page = opened();
    const has = () => page.el.querySelector("[data-testid=da-header-sets]") !== null;
    expect(has()).toBe(false);
    page.set({ set_rows: TWO });
    expect(has()).toBe(true);
    const row = page.rows().find((one) => one.dataset.region === REGIONS[0]);
    expect(row?.textContent).toContain("starred;B cells");
    page.type("da-filter-sets", "cells", "input");
    expect(page.regions().sort()).toEqual([REGIONS[0], REGIONS[2]].sort());
    page.set({ set_rows: [] });
    expect(has()).toBe(false);
  });

  it("are made of the selected rows, or of those that are shown", () => {
    const page = opened();
    page.find("da-sets").click();
    expect(page.text("set-name")).toBe("");
    const keep = page.el.querySelector("[data-testid=set-keep]") as HTMLButtonElement;
    expect(keep.textContent).toBe("Keep 3 shown regions");
    choose(page, 0);
    choose(page, 1, { shiftKey: true });
    expect(keep.textContent).toBe("Keep 2 selected regions");
    page.find<HTMLInputElement>("set-name").value = " mine ";
    keep.click();
    const called = [1, 0]; // the order of the table
    expect(page.sent.at(-1)).toEqual({ intent: "name_rows", name: "mine", rows: called });
    page.set({ n_kept: 1 });
    keep.click();
    expect(page.sent.at(-1)).toMatchObject({ name: "" }); // Python finds one
  });

  it("are shown alone by a click on their names, whole names only", () => {
    const page = opened(state({ set_rows: [set("B", 1), set("B cells", 0, 2)] as never }));
    page.find("da-sets").click();
    page.el.querySelector<HTMLElement>("[data-set=B] [data-testid=set-show]")?.click();
    expect(page.regions()).toEqual([REGIONS[1]]);
    expect(page.find<HTMLInputElement>("da-filter-sets").value).toBe('"B"');
  });

  it("are combined and removed", () => {
    const page = opened(state({ set_rows: TWO }));
    page.find("da-sets").click();
    page.find<HTMLSelectElement>("set-sign").value = "-";
    page.find<HTMLSelectElement>("set-first").value = "B cells";
    page.find<HTMLSelectElement>("set-second").value = "starred";
    page.find("set-combine").click();
    expect(page.sent.at(-1)).toEqual({
      intent: "combine_sets",
      name: "",
      expression: "B cells - starred",
    });
    page.find("set-remove").click();
    expect(page.sent.at(-1)).toEqual({ intent: "remove_region_set", name: "starred" });
  });

  it("come from a file of this computer, named like it", async () => {
    const page = opened();
    page.find("da-sets").click();
    const field = page.find<HTMLInputElement>("set-file");
    const file = new File(["chr1\t1\t2\n"], "peaks.bed");
    Object.defineProperty(field, "files", { value: [file] });
    Object.defineProperty(field, "value", { value: "", writable: true });
    field.dispatchEvent(new Event("change"));
    await vi.waitFor(() => expect(page.sent).toHaveLength(1));
    expect(page.sent[0]).toEqual({
      intent: "regions_from_bed_text",
      text: "chr1\t1\t2\n",
      name: "peaks",
    });
  });

  it("take the selected row by the key *, and give it back", () => {
    const page = opened();
    choose(page, 0);
    page.press("*");
    const region = page.rows()[0]?.dataset.region;
    expect(page.sent.at(-1)).toEqual({ intent: "star_region", region, starred: true });
    page.set({ set_rows: [set("starred", REGIONS.indexOf(region ?? ""))] as never });
    page.press("*");
    expect(page.sent.at(-1)).toEqual({ intent: "star_region", region, starred: false });
  });

  it("are offered in the menu of a row", () => {
    const page = opened();
    choose(page, 0);
    page
      .rows()[0]
      ?.firstElementChild?.dispatchEvent(
        new MouseEvent("contextmenu", { bubbles: true, cancelable: true }),
      );
    const items = [...page.el.querySelectorAll<HTMLElement>(".pv-row-menu [role=menuitem]")];
    expect(items.map((item) => item.textContent)).toContain("Keep 1 selected region…");
    items.find((item) => item.textContent?.startsWith("Keep"))?.click();
    expect(page.isShown("region-sets")).toBe(true);
    expect(document.activeElement).toBe(page.find("set-name"));
  });
});

it("a text in quotes is one whole entry of a list", () => {
  const test = rowTest(["CD2;CD28", "CD28", "cd2"], "text", '"CD2"');
  expect([0, 1, 2].filter((row) => test?.(row))).toEqual([0]); // of names, CD2 is not cd2
});
