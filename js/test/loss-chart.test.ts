import { beforeEach, expect, it } from "vitest";
import { drawn, forget, resize, watching } from "./browser";

const { chart } = await import("../src/draw/plots/loss-chart");

const CURVES = {
  epoch: [1, 2, 3],
  train: [600, 580, 570],
  validation: [610, 590, 595],
  best: 2,
};

function standing() {
  document.body.replaceChildren();
  const root = document.createElement("div");
  root.dataset.pvTheme = "light";
  const end = new AbortController();
  const made = chart({ ended: end.signal, testid: "curves" });
  root.append(made.el);
  document.body.append(root);
  return { ...made, made, root, end };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));
beforeEach(forget);

it("draws nothing before its element has a size, then on the same canvases for ever", () => {
  const { el, made } = standing();
  made.show(CURVES);
  expect(drawn).toEqual([]);
  resize(el, 240, 110);
  const canvases = [...el.querySelectorAll("canvas")];
  expect(drawn.length).toBeGreaterThan(0);
  made.show({ ...CURVES, best: 1 });
  resize(el, 300, 110);
  expect([...el.querySelectorAll("canvas")]).toEqual(canvases);
});

it("draws each curve through its losses, with a gap where there is none", () => {
  const { el, made } = standing();
  resize(el, 240, 110);
  forget();
  made.show({ epoch: [1, 2, 3, 4], train: [4, 3, 2, 1], validation: [5, Number.NaN, 3, 2] });
  const moves = drawn.filter(({ call }) => call === "lineTo" || call === "moveTo").slice(-7);
  expect(moves.map(({ call }) => call)).toEqual([
    ...["moveTo", "lineTo", "lineTo", "lineTo"],
    ...["moveTo", "moveTo", "lineTo"],
  ]);
});

it("marks the best epoch with a dashed line between the axes", async () => {
  const { el, made } = standing();
  resize(el, 240, 110);
  made.show(CURVES);
  await settled();
  expect(drawn.filter(({ call }) => call === "arc").length).toBe(1);
  forget();
  made.show({ ...CURVES, best: undefined });
  await settled();
  expect(drawn.filter(({ call }) => call === "arc").length).toBe(0);
  expect(drawn.length).toBeGreaterThan(0);
});

it("says in words what it shows", () => {
  const { el, made } = standing();
  expect(el.getAttribute("aria-label")).toContain("empty until training");
  made.show(CURVES);
  expect(el.getAttribute("aria-label")).toBe(
    "Loss curves, epoch 1 to 3: validation 595.00 nats per cell, best at epoch 2.",
  );
});

it("is drawn again when the theme changes", async () => {
  const { el, made, root } = standing();
  resize(el, 240, 110);
  made.show(CURVES);
  await settled();
  forget();
  root.dataset.pvTheme = "dark";
  await settled();
  expect(drawn.some(({ call }) => call === "stroke")).toBe(true);
});

it("changes to a log axis and back", () => {
  const { el, made } = standing();
  resize(el, 240, 110);
  made.show({ ...CURVES, train: [600, 60, 6] });
  const heights = () => {
    const labels = drawn.filter(({ call }) => call === "fillText").map(({ with: [text] }) => text);
    forget();
    return labels;
  };
  const linear = heights();
  made.log = true;
  expect(made.log).toBe(true);
  const log = heights();
  expect(log.length).toBeGreaterThan(0);
  made.log = false;
  expect(linear.join(" ")).toContain(heights().join(" "));
});

it("lets go of its element when it ends", () => {
  const { el, end } = standing();
  expect(watching(el)).toBe(1);
  end.abort();
  expect(watching(el)).toBe(0);
});

it("names the epoch nearest to the pointer, also after the page has moved it", () => {
  const { el, made } = standing();
  resize(el, 240, 110);
  made.show(CURVES);
  const tip = el.querySelector(".pv-tip") as HTMLElement;
  const point = (type: string, x: number) =>
    el.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: 20 }));
  point("pointermove", 135);
  expect(tip.textContent).toBe("epoch 2 (best)\ntrain 580.00\nvalidation 590.00");
  el.getBoundingClientRect = () => new DOMRect(1000, 0, 240, 110);
  point("pointermove", 1040);
  expect(tip.textContent).toContain("epoch 1");
  point("pointerleave", 0);
  expect(tip.hidden).toBe(true);
});
