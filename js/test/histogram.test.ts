import { beforeEach, describe, expect, it } from "vitest";
import { binned, histogram, type Range } from "../src/draw/plots/histogram";
import { resize } from "./browser";

describe("bins", () => {
  it("hold every value once, the largest included", () => {
    const { edges, counts } = binned([0, 1, 1, 2, 5, 5, 5], false, 6);
    expect(edges).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(counts).toEqual([1, 2, 1, 0, 0, 3]);
  });

  it("stay on whole numbers where the log axis would split them", () => {
    const { edges, counts } = binned([0, 1, 2, 3, 1000], true, 30);
    expect(edges.every(Number.isInteger)).toBe(true);
    expect(new Set(edges).size).toBe(edges.length);
    expect(counts.reduce((sum, n) => sum + n)).toBe(5);
    const widths = edges.slice(1).map((edge, i) => edge - (edges[i] as number));
    expect(widths[0]).toBe(1);
    expect(widths.at(-1)).toBeGreaterThan(100);
  });

  it("are one when all values are the same", () => {
    expect(binned([7, 7])).toEqual({ edges: [7, 8], counts: [2] });
  });
});

describe("handles", () => {
  let changes: [Range, boolean][];
  let end: AbortController;
  beforeEach(() => {
    changes = [];
    end = new AbortController();
  });

  /** The column 0, 1, ... 100 on 101 pixels, so that one pixel is one count. */
  function shown(log = false) {
    const made = histogram({
      label: "open regions per cell",
      change: (range, done) => changes.push([range, done]),
      ended: end.signal,
      testid: "cells",
      log,
    });
    document.body.replaceChildren(made.el);
    made.show(Uint16Array.from({ length: 101 }, (_, i) => i));
    resize(made.el.querySelector(".pv-plot") as HTMLElement, 101, 44);
    const at = (name: string) =>
      made.el.querySelector<HTMLElement>(`[data-testid=cells-${name}]`) as HTMLElement;
    return { made, low: at("low"), high: at("high") };
  }
  const press = (on: HTMLElement, key: string, shiftKey = false) => {
    const event = new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true });
    on.dispatchEvent(event);
    return event;
  };
  const point = (on: Element, type: string, clientX: number) =>
    on.dispatchEvent(new PointerEvent(type, { clientX, button: 0, bubbles: true }));

  it("start at the ends and keep everything", () => {
    const { made, low, high } = shown();
    expect(made.range).toEqual({ low: 0, high: 100 });
    expect(made.kept()).toBe(101);
    expect(low.getAttribute("role")).toBe("slider");
    expect(low.getAttribute("aria-label")).toBe("lowest open regions per cell");
    expect([low, high].map((mark) => mark.getAttribute("aria-valuenow"))).toEqual(["0", "100"]);
  });

  it.each([
    ["ArrowRight", 21],
    ["ArrowLeft", 19],
    ["PageUp", 30],
    ["PageDown", 10],
    ["Home", 0],
    ["End", 80],
  ])("%s moves the lower one from 20 to %i", (key, value) => {
    const { made, low } = shown();
    made.range = { low: 20, high: 80 };
    const event = press(low, key);
    expect(made.range.low).toBe(value);
    expect(low.getAttribute("aria-valuenow")).toBe(String(value));
    expect(changes.at(-1)).toEqual([{ low: value, high: 80 }, true]);
    expect(event.defaultPrevented).toBe(true);
  });

  it("steps at least by one on a log axis, and by one with Shift anywhere", () => {
    const { made, low } = shown(true);
    press(low, "ArrowRight");
    expect(made.range.low).toBe(1);
    made.range = { low: 60, high: 100 };
    press(low, "ArrowRight");
    expect(made.range.low).toBeGreaterThan(61);
    made.range = { low: 60, high: 100 };
    press(low, "ArrowRight", true);
    expect(made.range.low).toBe(61);
  });

  it("cannot pass each other", () => {
    const { made, low, high } = shown();
    made.range = { low: 40, high: 45 };
    press(low, "PageUp");
    expect(made.range).toEqual({ low: 45, high: 45 });
    press(high, "Home");
    expect(made.range).toEqual({ low: 45, high: 45 });
    expect(high.getAttribute("aria-valuemin")).toBe("45");
  });

  it("tell while they are dragged, and once more when let go", () => {
    const { made, high } = shown();
    point(high, "pointerdown", 100);
    point(high, "pointermove", 91);
    point(high, "pointermove", 81);
    point(high, "pointerup", 81);
    expect(changes).toEqual([
      [{ low: 0, high: 90 }, false],
      [{ low: 0, high: 80 }, false],
      [{ low: 0, high: 80 }, true],
    ]);
    point(high, "pointermove", 20);
    expect(made.range.high).toBe(80);
  });

  it("come to a press on the bars, the nearer one", () => {
    const { made } = shown();
    point(made.el.querySelector(".pv-plot") as Element, "pointerdown", 30);
    expect(made.range).toEqual({ low: 30, high: 100 });
  });

  it("keep their place when the same kind of column comes again", () => {
    const { made } = shown();
    made.range = { low: 10, high: 100 };
    made.show(Uint16Array.from({ length: 201 }, (_, i) => i));
    expect(made.range).toEqual({ low: 10, high: 200 });
    expect(made.kept()).toBe(191);
  });

  it("are still when the panel has ended", () => {
    const { made, low } = shown();
    end.abort();
    press(low, "End");
    expect(made.range.low).toBe(0);
    expect(changes).toEqual([]);
  });
});
