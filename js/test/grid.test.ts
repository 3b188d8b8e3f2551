import { describe, expect, it, vi } from "vitest";
import { resize } from "./browser";
import {
  chosen,
  eachBegins,
  end,
  header,
  N,
  press,
  regions,
  rows,
  scroll,
  seen,
  shown,
  sortBy,
  table,
  typeIn,
} from "./shown-grid";

eachBegins();

describe("rows", () => {
  it("are made only in sight, of a hundred thousand", () => {
    const made = shown();
    expect(rows(made).length).toBeGreaterThanOrEqual(10);
    expect(made.el.querySelectorAll("[data-testid=da-row]").length).toBeLessThan(40);
    expect(made.el.getAttribute("aria-rowcount")).toBe("100001");
    expect(regions(made)[0]).toBe("chr1:0-5");
  });

  it("near the end are the right ones after a scroll", () => {
    const made = shown();
    scroll(made.el, 24 * (N - 10));
    const last = rows(made).at(-1) as HTMLElement;
    expect(last.dataset.region).toBe(`chr1:${10 * (N - 1)}-${10 * (N - 1) + 5}`);
    expect(last.getAttribute("aria-rowindex")).toBe(String(N + 1));
    expect(last.style.transform).toBe(`translateY(${24 * (N - 1)}px)`);
  });

  it("write every column in its own way", () => {
    const made = shown(table(3));
    const cells = (at: number) => [...(rows(made)[at]?.children ?? [])].map((c) => c.textContent);
    expect(cells(0)).toEqual(["chr1:0-5", "+1.00", "0.0 %", "yes"]);
    expect(cells(2)).toEqual(["chr1:20-25", "−1.00", "100.0 %", ""]);
  });

  it("draw the bar to the side of the group that is more open", () => {
    const made = shown(table(5));
    const bar = (at: number) => rows(made)[at]?.querySelector<HTMLElement>(".pv-bar > i");
    expect(bar(1)?.dataset.sign).toBe("+");
    expect(bar(1)?.style.width).toBe("25%");
    expect(bar(1)?.style.left).toBe("50%");
    expect(bar(3)?.dataset.sign).toBe("-");
    expect(bar(3)?.style.left).toBe("25%");
  });

  it("say so when there are none", () => {
    const made = shown();
    typeIn(made, "region", "chr5");
    expect(rows(made)).toEqual([]);
    expect(made.el.textContent).toContain("No row has region chr5; change or clear a filter.");
  });
});

it("shows no column that the table lacks", () => {
  const made = shown();
  const heads = [...made.el.querySelectorAll("[role=columnheader]")];
  expect(heads.map((head) => (head as HTMLElement).dataset.key)).toEqual([
    "region",
    "effect_size",
    "emp_prob1",
    "is_da_fdr",
  ]);
});

describe("sorting by a click", () => {
  it("starts with the largest number and turns at the next click", () => {
    const made = shown();
    sortBy(made, "emp_prob1");
    expect(header(made, "emp_prob1").getAttribute("aria-sort")).toBe("descending");
    expect(regions(made)[0]).toBe(`chr1:${10 * (N - 1)}-${10 * (N - 1) + 5}`);
    sortBy(made, "emp_prob1");
    expect(header(made, "emp_prob1").getAttribute("aria-sort")).toBe("ascending");
    expect(regions(made)[0]).toBe("chr1:0-5");
    expect(header(made, "region").getAttribute("aria-sort")).toBe("none");
  });

  it("begins at the top again", () => {
    const made = shown();
    scroll(made.el, 24 * 500);
    sortBy(made, "emp_prob1");
    expect(made.el.scrollTop).toBe(0);
    expect(regions(made)[0]).toBe(`chr1:${10 * (N - 1)}-${10 * (N - 1) + 5}`);
  });

  it("goes back to the usual order by the third click, which also orders equal values", () => {
    const reversed = { usualOrder: () => Uint32Array.of(3, 2, 1, 0) };
    const made = shown(table(4), reversed);
    const starts = () => regions(made).map((region) => region?.split(/[:-]/)[1]);
    expect(starts()).toEqual(["30", "20", "10", "0"]);
    sortBy(made, "is_da_fdr");
    expect(starts()).toEqual(["0", "30", "20", "10"]);
    sortBy(made, "is_da_fdr");
    expect(starts()).toEqual(["30", "20", "10", "0"]);
    expect(header(made, "is_da_fdr").getAttribute("aria-sort")).toBe("ascending");
    sortBy(made, "is_da_fdr");
    expect(made.sort).toEqual([]);
    expect(header(made, "is_da_fdr").getAttribute("aria-sort")).toBe("none");
    expect(starts()).toEqual(["30", "20", "10", "0"]);
  });

  it("starts a region column at the first chromosome", () => {
    const made = shown();
    sortBy(made, "region");
    expect(made.sort).toEqual([{ column: "region", ascending: true }]);
  });
});

describe("filters", () => {
  it("hold together and tell how many rows are left", () => {
    const made = shown();
    typeIn(made, "is_da_fdr", "yes");
    typeIn(made, "region", "chr1:0-1,000");
    expect([...made.view]).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(seen.at(-1)).toEqual([100, N]);
    expect(made.el.getAttribute("aria-rowcount")).toBe("101");
    typeIn(made, "is_da_fdr", "");
    typeIn(made, "region", "");
    expect(seen.at(-1)).toEqual([N, N]);
  });

  it("that are invalid are marked and let everything pass", () => {
    const made = shown();
    const field = typeIn(made, "effect_size", "> zero");
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(made.view.length).toBe(N);
    typeIn(made, "effect_size", "> 0");
    expect(field.getAttribute("aria-invalid")).toBe("false");
    expect(made.view.length).toBe(N / 2);
  });

  it("are emptied by Escape", () => {
    const made = shown();
    const field = typeIn(made, "region", "chr9");
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(field.value).toBe("");
    expect(made.view.length).toBe(N);
  });
});

describe("selection", () => {
  it("goes to the row that is clicked", () => {
    const made = shown();
    const row = rows(made)[3];
    row?.querySelector<HTMLElement>(".pv-num")?.click();
    expect(chosen).toEqual([3]);
    expect(row?.getAttribute("aria-selected")).toBe("true");
    expect(made.el.getAttribute("aria-activedescendant")).toBe(row?.id);
  });

  it("moves by keys through what is seen", () => {
    const made = shown();
    typeIn(made, "region", "chr1:0-1,000");
    sortBy(made, "emp_prob1");
    for (const key of ["Home", "ArrowDown", "ArrowDown", "ArrowUp", "PageDown", "End"]) {
      expect(press(made, key).defaultPrevented).toBe(true);
    }
    expect(chosen).toEqual([99, 98, 97, 98, 98 - 9, 0]);
    press(made, "ArrowDown");
    expect(chosen.at(-1)).toBe(0);
  });

  it("scrolls to a row that is out of sight", () => {
    const made = shown();
    press(made, "End");
    expect(regions(made).at(-1)).toBe(`chr1:${10 * (N - 1)}-${10 * (N - 1) + 5}`);
  });

  it("leaves keys to those who type in a filter", () => {
    const made = shown();
    const field = typeIn(made, "region", "chr1");
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "End", bubbles: true }));
    expect(chosen).toEqual([]);
  });

  it("from outside is shown and not reported", () => {
    const made = shown();
    made.selected = 2;
    expect(rows(made)[2]?.getAttribute("aria-selected")).toBe("true");
    expect(chosen).toEqual([]);
  });
});

describe("new values", () => {
  it("of the same rows leave sort, filter, scroll and selection alone", () => {
    const made = shown();
    sortBy(made, "effect_size");
    typeIn(made, "emp_prob1", "< 50 %");
    scroll(made.el, 24 * 500);
    made.selected = 505;
    const next = table();
    next.columns.effect_size = next.columns.effect_size.map((value) => value / 2);
    made.show(next);
    expect(made.el.scrollTop).toBe(24 * 500);
    expect(made.sort).toEqual([{ column: "effect_size", ascending: false }]);
    expect(made.view.length).toBe(N / 2);
    expect(made.selected).toBe(505);
    expect(rows(made).find((row) => row.dataset.row === "505")?.textContent).toContain("+0.49");
  });

  it("of other rows start at the top and keep the region that is still there", () => {
    const made = shown();
    made.selected = 7;
    scroll(made.el, 24 * 500);
    const { n_rows, columns } = table(50);
    const region = [...columns.region.slice(5), ...columns.region.slice(0, 5)];
    made.show({ n_rows, columns: { ...columns, region } });
    expect(made.el.scrollTop).toBe(0);
    expect(made.selected).toBe(2);
    made.show({ n_rows: 1, columns: { ...table(1).columns, region: ["chr2:1-2"] } });
    expect(made.selected).toBeUndefined();
  });
});

it("finds its place again when the notebook takes it off the page and puts it back", () => {
  const made = shown();
  scroll(made.el, 24 * 500);
  resize(made.el, 0, 0);
  scroll(made.el, 0);
  resize(made.el, 900, 240);
  expect(made.el.scrollTop).toBe(24 * 500);
});

it("says why a filter filters nothing, until it does", () => {
  const made = shown();
  const why = () => made.el.querySelector<HTMLElement>(".pv-grid-why") as HTMLElement;
  expect(why().hidden).toBe(true);
  const field = typeIn(made, "emp_prob1", "> x");
  expect(why().hidden).toBe(false);
  expect(why().textContent).toBe(
    '"> x" is not a number or a condition; write > 0.5, 0.1..0.9 or > 5 %.',
  );
  expect(field.getAttribute("aria-describedby")).toBe(why().id);
  expect(rows(made).length).toBeGreaterThan(5); // all of them are still there
  typeIn(made, "region", "chr1:a");
  expect(why().textContent).toContain('"chr1:a" is not a place');
  typeIn(made, "emp_prob1", "> 0,5");
  typeIn(made, "region", "chr1");
  expect(why().hidden).toBe(true);
  expect(field.hasAttribute("aria-describedby")).toBe(false);
});

it("copies the selected row, and leaves other text alone", () => {
  const made = shown(table(4), { copied: (some) => `rows ${[...some]}` });
  const copy = (target: Element = made.el) => {
    const event = new Event("copy", { bubbles: true, cancelable: true });
    const clipboardData = { setData: vi.fn() };
    target.dispatchEvent(Object.assign(event, { clipboardData }));
    return clipboardData.setData.mock.calls;
  };
  expect(copy()).toEqual([]);
  made.selected = 2;
  expect(copy()).toEqual([["text/plain", "rows 2"]]);
  expect(copy(header(made, "region").querySelector("input") as Element)).toEqual([]);
});

it("asks for the menu of a row by pointer and by key", () => {
  const menu = vi.fn();
  const made = shown(table(4), { menu });
  const ask = (on: Element) => {
    const event = new MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: 3 });
    on.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(ask(made.el)).toBe(false); // no row is selected: the browser's own menu
  expect(ask(rows(made)[1]?.firstElementChild as Element)).toBe(true);
  expect(menu.mock.lastCall).toEqual([1, expect.objectContaining({ clientX: 3 })]);
  made.selected = 3;
  expect(ask(made.el)).toBe(true);
  expect(menu.mock.lastCall?.[0]).toBe(3);
});

it("gives the rows that are seen, in their order", () => {
  const made = shown(table(4));
  sortBy(made, "emp_prob1");
  typeIn(made, "region", "chr1:10-30");
  expect([...made.view]).toEqual([2, 1]);
});

it("is still when its panel has ended", () => {
  const made = shown();
  end.abort();
  press(made, "End");
  rows(made)[0]?.click();
  expect(chosen).toEqual([]);
});
