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

it("draws nothing before its element has a size, then one canvas for ever", async () => {
  const { el, made } = standing();
  made.show(CURVES);
  expect(el.querySelector("canvas")).toBeNull();
  resize(el, 240, 110);
  await settled();
  const canvas = el.querySelector("canvas");
  expect(canvas).not.toBeNull();
  made.show({ ...CURVES, best: 1 });
  resize(el, 300, 110);
  await settled();
  expect(el.querySelector("canvas")).toBe(canvas);
  expect(el.querySelectorAll("canvas").length).toBe(1);
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

it("changes to a log axis and back with one canvas left", async () => {
  const { el, made } = standing();
  resize(el, 240, 110);
  made.show(CURVES);
  made.log = true;
  await settled();
  expect(made.log).toBe(true);
  expect(el.querySelectorAll("canvas").length).toBe(1);
});

it("lets go of its element when it ends", () => {
  const { el, end } = standing();
  expect(watching(el)).toBe(1);
  end.abort();
  expect(watching(el)).toBe(0);
});

it("finds where it stands anew when the pointer comes in", async () => {
  const { el, made } = standing();
  resize(el, 240, 110);
  made.show(CURVES);
  await settled();
  const over = el.querySelector(".u-over") as HTMLElement;
  const tip = el.querySelector(".pv-tip") as HTMLElement;
  const at = (left: number) => {
    over.getBoundingClientRect = () => new DOMRect(left, 0, 180, 80);
  };
  const point = (x: number) =>
    over.dispatchEvent(new MouseEvent("mousemove", { clientX: x, clientY: 20, bubbles: true }));
  at(0);
  el.dispatchEvent(new Event("pointerenter"));
  point(90);
  await settled();
  expect(tip.textContent).toContain("epoch 2");
  at(1000);
  el.dispatchEvent(new Event("pointerenter"));
  point(1001);
  await settled();
  expect(tip.textContent).toContain("epoch 1");
});
