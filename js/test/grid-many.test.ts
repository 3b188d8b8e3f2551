import { describe, expect, it, vi } from "vitest";
import {
  eachBegins,
  header,
  type Made,
  regions,
  rows,
  shown,
  sortBy,
  table,
  typeIn,
} from "./shown-grid";

eachBegins();

describe("sorting by several columns", () => {
  const button = (made: Made, key: string) =>
    header(made, key).querySelector("button") as HTMLElement;
  const starts = (made: Made) => regions(made).map((region) => region?.split(/[:-]/)[1]);
  const flagged = () => {
    const data = table(4);
    data.columns.is_da_fdr.set([0, 1, 0, 1]);
    return data;
  };

  it("adds a column with Shift and marks their order, by mouse and by key", () => {
    const reported = vi.fn();
    const made = shown(flagged(), { sorted: reported });
    sortBy(made, "is_da_fdr");
    expect(button(made, "is_da_fdr").textContent).toBe("differs▼");
    const click = new MouseEvent("click", { shiftKey: true, bubbles: true });
    button(made, "effect_size").dispatchEvent(click);
    expect(starts(made)).toEqual(["10", "30", "0", "20"]);
    const enter = { key: "Enter", shiftKey: true, bubbles: true, cancelable: true };
    button(made, "effect_size").dispatchEvent(new KeyboardEvent("keydown", enter));
    expect(starts(made)).toEqual(["30", "10", "20", "0"]);
    expect(button(made, "is_da_fdr").textContent).toBe("differs▼1");
    expect(button(made, "effect_size").textContent).toBe("effect size▲2");
    expect(button(made, "effect_size").getAttribute("aria-description")).toBe(
      "key 2 of 2, ascending",
    );
    const sorted = made.el.querySelectorAll("[aria-sort=ascending], [aria-sort=descending]");
    expect(sorted).toHaveLength(1); // screen readers know one
    expect(reported).toHaveBeenLastCalledWith([
      { column: "is_da_fdr", ascending: false },
      { column: "effect_size", ascending: true },
    ]);
  });

  it("from outside is shown and not reported", () => {
    const reported = vi.fn();
    const made = shown(flagged(), { sorted: reported });
    made.sort = [
      { column: "is_da_fdr", ascending: true },
      { column: "stability", ascending: true }, // this table lacks it
      { column: "emp_prob1", ascending: false },
    ];
    expect(starts(made)).toEqual(["20", "0", "30", "10"]);
    expect(reported).not.toHaveBeenCalled();
  });
});

it("selects several rows with Shift, Ctrl and Ctrl+A, by mouse and by key", () => {
  const made = shown(table(6));
  const click = (at: number, how: MouseEventInit) =>
    rows(made)[at]?.dispatchEvent(new MouseEvent("click", { bubbles: true, ...how }));
  click(1, {});
  click(3, { shiftKey: true });
  click(5, { ctrlKey: true });
  expect([...made.chosen]).toEqual([1, 2, 3, 5]);
  expect(rows(made).filter((row) => row.ariaSelected === "true")).toHaveLength(4);
  expect(made.el.getAttribute("aria-activedescendant")).toBe(rows(made)[5]?.id);
  const keys = (key: string, how: KeyboardEventInit = {}) =>
    made.el.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...how }));
  keys("Home");
  keys("ArrowDown", { shiftKey: true });
  expect([...made.chosen]).toEqual([0, 1]);
  keys("a", { ctrlKey: true });
  expect(made.chosen).toHaveLength(6);
  typeIn(made, "region", "chr1:0-20");
  expect([...made.chosen]).toEqual([0, 1]); // of those that are seen
  expect(made.el.getAttribute("aria-multiselectable")).toBe("true");
});
