import { beforeEach, describe, expect, it } from "vitest";
import { volcano, volcanoFrame } from "../src/draw/volcano";
import { drawn, forget, resize, watching } from "./browser";

describe("the frame", () => {
  const frame = volcanoFrame([0.5, -0.25, Number.NaN], 400, 300);
  it("has no difference in the middle and both groups as wide", () => {
    expect(frame.x(0)).toBeCloseTo((frame.left + frame.right) / 2);
    expect(frame.x(0.5) - frame.x(0)).toBeCloseTo(frame.x(0) - frame.x(-0.5));
  });
  it("holds every dot", () => {
    expect(frame.x(0.5)).toBeLessThan(frame.right);
    expect(frame.y(1)).toBeGreaterThan(frame.top);
    expect(frame.y(0)).toBeLessThan(frame.bottom);
  });
  it("has sure above unsure, ticks at round numbers", () => {
    expect(frame.y(1)).toBeLessThan(frame.y(0));
    expect(frame.xTicks).toEqual([-0.4, -0.2, 0, 0.2, 0.4]);
    expect(frame.yTicks).toContain(1);
  });
});

const DATA = {
  effect_size: Float32Array.of(0.5, -0.5, 0.01, Number.NaN),
  prob_da: Float32Array.of(0.99, 0.98, 0.1, 0.5),
  is_da_fdr: Uint8Array.of(1, 1, 0, 0),
  name: (row: number) => `region ${row}`,
};

let chosen: (number | undefined)[];
let end: AbortController;
beforeEach(() => {
  chosen = [];
  end = new AbortController();
  forget();
});

function standing() {
  const made = volcano({ ended: end.signal, select: (row) => chosen.push(row) });
  const root = document.createElement("div");
  root.dataset.pvTheme = "dark";
  root.append(made.el);
  document.body.replaceChildren(root);
  made.show(DATA);
  resize(made.el, 400, 300);
  const frame = volcanoFrame(DATA.effect_size, 400, 300);
  const point = (type: string, row: number, off = 0) =>
    made.el.dispatchEvent(
      new PointerEvent(type, {
        clientX: frame.x(DATA.effect_size[row] as number) + off,
        clientY: frame.y(DATA.prob_da[row] as number),
      }),
    );
  return { made, root, point };
}
/** How many regions the last picture holds, told by the middles of their dots. */
function dotsDrawn() {
  const put = drawn.findLast(({ call }) => call === "putImageData");
  const image = put?.with[0] as ImageData | undefined;
  if (!image) return 0;
  const frame = volcanoFrame(DATA.effect_size, 400, 300);
  const hit = (_: number, row: number) => {
    const x = Math.round(frame.x(DATA.effect_size[row] as number));
    const y = Math.round(frame.y(DATA.prob_da[row] as number));
    return (image.data[4 * (y * image.width + x) + 3] ?? 0) > 0;
  };
  return [...DATA.effect_size].filter(hit).length;
}

it("draws each region once, and none that has no value", () => {
  standing();
  expect(dotsDrawn()).toBe(3);
});

it("does nothing twice when told the size it has", () => {
  const { made } = standing();
  forget();
  resize(made.el, 400, 300);
  expect(dotsDrawn()).toBe(0);
});

it("names the region under the pointer, and hides when it leaves", () => {
  const { made, point } = standing();
  const tip = made.el.querySelector(".pv-tip") as HTMLElement;
  point("pointermove", 1, 4);
  expect(tip.hidden).toBe(false);
  expect(tip.textContent).toBe("region 1\neffect size −0.50  ·  prob_da 0.980");
  point("pointermove", 1, 60);
  expect(tip.hidden).toBe(true);
});

it("tells the nearest region to a click, or that there is none", () => {
  const { made, point } = standing();
  point("click", 0, 3);
  expect(made.selected).toBe(0);
  point("click", 0, -60);
  expect(chosen).toEqual([0, undefined]);
});

it("marks a region from outside without telling", () => {
  const { made } = standing();
  forget();
  made.selected = 2;
  expect(drawn.filter(({ call }) => call === "arc").length).toBe(1);
  expect(chosen).toEqual([]);
});

it("is drawn again in another theme", async () => {
  const { root } = standing();
  forget();
  root.dataset.pvTheme = "light";
  await Promise.resolve();
  expect(dotsDrawn()).toBe(3);
});

it("says in words how many differ, and lets go when it ends", () => {
  const { made } = standing();
  expect(made.el.getAttribute("aria-label")).toContain("4 regions, 2 of them different");
  end.abort();
  expect(watching(made.el)).toBe(0);
});
