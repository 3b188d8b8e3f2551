/** The named groups of the embedding panel. */
import { describe, expect, it, vi } from "vitest";
import { commandItemsIn } from "../src/commands";
import type { NamedGroup } from "../src/contract";
import { cells, eachOnAnEmptyPage, frame, opened } from "./embedding-state";

eachOnAnEmptyPage();

const B: NamedGroup = { name: "B cells", color: "#0a7648", n_cells: 412, query: "" };
const DEEP: NamedGroup = { name: "deep", color: "#b75281", n_cells: 1, query: "n_counts > 5" };
const parts = (find: (selector: string) => HTMLElement, name: string) => ({
  name: find(`[data-name="${name}"] [data-part="name"]`),
  one: find(`[data-name="${name}"] [data-part="1"]`),
  two: find(`[data-name="${name}"] [data-part="2"]`),
  update: find(`[data-name="${name}"] [data-part="update"]`),
  remove: find(`[data-name="${name}"] [data-part="remove"]`),
  color: find(`[data-name="${name}"] input`) as HTMLInputElement,
});

describe("the named groups", () => {
  it("are listed, selected, compared, looked for again and removed by mouse", async () => {
    const names: [string, string] = ["B cells", ""];
    const { find, sent, at, tags } = opened({
      ...{ named_groups: [B, DEEP], group_names: names, idx1: cells(1, 2) },
    });
    const [b, deep] = [parts(find, "B cells"), parts(find, "deep")];
    expect(at("named-groups").textContent).toBe("B cells41212×deep1↻12×");
    expect([b.one, b.two].map((one) => one.ariaPressed)).toEqual(["true", "false"]);
    expect(b.update).toBeNull();
    expect(at("group-1-name").textContent).toBe("B cells");
    await frame();
    expect(tags()).toEqual(["group 1 · B cells · 2 cells"]);
    b.name.click();
    b.name.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
    for (const part of [b.two, deep.update, deep.remove]) part.click();
    expect(sent).toEqual([
      { intent: "select_group", name: "B cells", mode: "new" },
      { intent: "select_group", name: "B cells", mode: "add" },
      { intent: "compare_group", name: "B cells", number: 2 },
      { intent: "update_group", name: "deep" },
      { intent: "remove_group", name: "deep" },
    ]);
  });

  it("are reached, compared, renamed and removed by keys, which the panel does not get", () => {
    const { find, press, sent, at, answer } = opened({
      named_groups: [B, DEEP],
      selection: cells(1),
    });
    parts(find, "B cells").name.focus();
    press("ArrowDown", { on: document.activeElement as Element });
    expect(document.activeElement).toBe(parts(find, "deep").name);
    for (const key of ["1", "2"]) press(key, { on: document.activeElement as Element });
    press("F2", { on: document.activeElement as Element });
    const field = at<HTMLInputElement>("named-group-rename");
    field.value = "deeper";
    answer({ named_groups: [DEEP, B] }); // the field stays
    press("Enter", { on: field });
    expect(document.activeElement).toBe(parts(find, "deep").name);
    press("Delete", { on: document.activeElement as Element });
    expect(sent).toEqual([
      { intent: "compare_group", name: "deep", number: 1 },
      { intent: "compare_group", name: "deep", number: 2 },
      { intent: "rename_group", name: "deep", new_name: "deeper" },
      { intent: "remove_group", name: "deep" },
    ]);
    answer({ named_groups: [B] });
    expect(document.activeElement).toBe(parts(find, "B cells").name);
  });

  it("get colors", () => {
    const { find, sent } = opened({ named_groups: [B] });
    const { color } = parts(find, "B cells");
    expect(color.value).toBe("#0a7648");
    color.value = "#ff0000";
    color.dispatchEvent(new Event("change", { bubbles: true }));
    expect(sent).toEqual([{ intent: "color_group", name: "B cells", color: "#ff0000" }]);
  });

  it("are made of the selected cells or of a query", () => {
    const { at, press, sent, answer } = opened({ selection: cells(1, 2) });
    const [name, query] = [at<HTMLInputElement>("group-name"), at<HTMLInputElement>("group-query")];
    press("n");
    expect(document.activeElement).toBe(name);
    expect(query.placeholder).toBe("the 2 selected");
    name.value = " B cells ";
    press("Enter", { on: name });
    answer({ named_groups: [B], selection: cells() });
    expect(name.value).toBe("");
    name.value = "deep";
    at("group-name-set").click();
    expect(document.activeElement).toBe(query); // nothing is selected
    query.value = "n_counts > 5";
    at("group-name-set").click();
    expect(sent).toEqual([
      { intent: "name_group", name: "B cells", query: "" },
      { intent: "name_group", name: "deep", query: "n_counts > 5" },
    ]);
    expect(query.value).toBe("n_counts > 5"); // until it is there: it may be refused
    answer({ named_groups: [B, DEEP] });
    expect(query.value).toBe("");
  });

  it("are found by their names in the palette", () => {
    const { el, sent } = opened({ named_groups: [B, DEEP] });
    const items = commandItemsIn([el], ["b", "cell"]).filter(({ id }) => id.startsWith("group "));
    expect(items.map(({ title, python }) => [title, python])).toEqual([
      ["Select group B cells", 'session.select("`B cells`")'],
    ]);
    items[0]?.run();
    expect(sent).toEqual([{ intent: "select_group", name: "B cells", mode: "new" }]);
  });

  it("are selected by a file of barcodes", async () => {
    const { at, sent } = opened();
    const field = at<HTMLInputElement>("barcodes-file");
    const text = '"AAAC-1",5\r\nCCCA-1\n\n';
    Object.defineProperty(field, "files", { value: [new File([text], "cells.csv")] });
    field.dispatchEvent(new Event("change"));
    await vi.waitFor(() => expect(sent).not.toEqual([]));
    expect(sent).toEqual([
      { intent: "select_barcodes", barcodes: ["AAAC-1", "CCCA-1"], mode: "new" },
    ]);
  });

  it("come from a column and go to one", () => {
    const { at, sent, answer } = opened();
    expect(at("groups-to-obs").closest("[hidden]")).not.toBeNull();
    at("groups-name-each").click();
    answer({ named_groups: [B] });
    at("groups-to-obs").click();
    expect(sent).toEqual([
      { intent: "groups_from", column: "cell_type" },
      { intent: "groups_to_obs" },
    ]);
  });
});
