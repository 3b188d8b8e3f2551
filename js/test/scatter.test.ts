/** Without a graphics card: what a scatter knows, says and lets go. Pictures are looked at in a browser. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { toScreen, type View } from "../src/draw/scatter/camera";
import { isKept } from "../src/draw/scatter/raster";
import { createScatter } from "../src/draw/scatter/scatter";

const observers = new Set<Sizes>();

/** Tells sizes when the test says so; jsdom has no layout. */
class Sizes {
  constructor(
    readonly tell: (entries: { contentRect: { width: number; height: number } }[]) => void,
  ) {
    observers.add(this);
  }
  observe() {}
  disconnect() {
    observers.delete(this);
  }
}
const resize = (width: number, height: number) => {
  for (const { tell } of observers) tell([{ contentRect: { width, height } }]);
};
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
let end: AbortController;

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", Sizes);
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null); // no WebGL, no 2-D
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function scatter(n = 3) {
  const onHover = vi.fn();
  const made = createScatter(document.body, { ended: end.signal, label: "Embedding", onHover });
  const points = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 ? (i >> 1) % 10 : i >> 1));
  made.show({ points });
  return { ...made, made, points, onHover };
}

it("draws nothing before it has a size, and waits while it is off the page", async () => {
  const { made, surface, el } = scatter();
  resize(0, 0);
  await frame();
  expect(made.view).toBeUndefined();
  expect(HTMLCanvasElement.prototype.getContext).not.toHaveBeenCalled();
  resize(300, 200);
  await frame();
  expect(made.view?.width).toBe(300);
  expect(HTMLCanvasElement.prototype.getContext).toHaveBeenCalled();
  resize(0, 0);
  expect(made.view?.width).toBe(300);
  expect(el.contains(surface)).toBe(true);
});

it("says that it draws in software, and how many cells of too many it shows", async () => {
  const { made, el } = scatter();
  resize(300, 200);
  await frame();
  const remark = el.querySelector("output");
  expect(remark?.value).toBe("software drawing: no WebGL");
  made.show({ points: new Float32Array(120_000) });
  const sampled = "software drawing: no WebGL, 50,000 of 60,000 cells shown";
  await vi.waitFor(() => expect(remark?.value).toBe(sampled)); // so many are laid out in pieces
});

it("keeps the same sample of cells whatever they wear", () => {
  const kept = Array.from({ length: 60_000 }, (_, cell) => isKept(cell, 0.25)).filter(Boolean);
  expect(kept.length / 60_000).toBeCloseTo(0.25, 2);
  expect(isKept(7, 1)).toBe(true);
});

it("keeps its place when groups change, and shows everything when the cells do", () => {
  const { made } = scatter();
  resize(300, 200);
  made.zoom(4, [10, 10]);
  const near = made.view?.camera;
  made.show({ group1: { cells: [0], polygons: [] } });
  expect(made.view?.camera).toEqual(near);
  made.show({ points: Float32Array.of(0, 0, 100, 100) });
  expect(made.view?.camera).toEqual({ x: 50, y: 50, zoom: 1 });
  resize(320, 200);
  expect(made.view?.camera).toEqual({ x: 50, y: 50, zoom: 1 });
  made.zoom(4);
  made.fit();
  expect(made.view?.camera.zoom).toBe(1);
});

it("keeps what it looks at when its size changes", () => {
  const { made } = scatter();
  resize(300, 200);
  made.zoom(4, [10, 10]);
  const near = made.view?.camera;
  resize(500, 250);
  expect(made.view?.camera).toEqual(near);
  expect(made.view?.width).toBe(500);
});

it("shows some cells from near, and all of them again", () => {
  const { made } = scatter();
  resize(300, 200);
  made.show({ points: Float32Array.of(0, 0, 1e6, 1e6, 3, 4, 5, 4, Number.NaN, 1) });
  made.fit([2, 3, 4]);
  const view = made.view as View;
  expect(view.camera).toMatchObject({ x: 4, y: 4 });
  const [left, right] = [toScreen(view, [3, 4])[0], toScreen(view, [5, 4])[0]];
  expect(right - left).toBeGreaterThan(200);
  made.fit([4]); // has no place
  expect(made.view?.camera).toEqual(view.camera);
  made.fit();
  expect(made.view?.camera.zoom).toBe(1);
});

it("finds the cell under the pointer and tells it once", async () => {
  const { made, surface, onHover, points } = scatter();
  resize(300, 200);
  const at = toScreen(made.view as View, [points[2] as number, points[3] as number]);
  expect(made.cellAt(at)).toBe(1);
  expect(made.cellAt([at[0], at[1] + 60])).toBe(-1);
  const move = (type: string, [x, y]: readonly [number, number]) => {
    surface.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: y }));
  };
  move("pointermove", at);
  await frame();
  move("pointermove", [at[0] + 1, at[1]]);
  await frame();
  move("pointerleave", at);
  await frame();
  expect(onHover.mock.calls).toEqual([[1], [-1]]);
});

it("sets the tag of a group without an outline at the middle of its cells", async () => {
  const { made, el } = scatter(11);
  resize(300, 200);
  made.show({ group2: { cells: [1, 2, 3], polygons: [], tag: "group 2 · 3 cells" } });
  await frame();
  expect(el.querySelector(".pv-tag")?.textContent).toBe("group 2 · 3 cells");
  expect(el.querySelector<HTMLElement>(".pv-tag")?.hidden).toBe(false);
});

it("leaves nothing behind when it ends", async () => {
  const { made } = scatter();
  resize(300, 200);
  await frame();
  end.abort();
  expect(observers.size).toBe(0);
  expect(document.body.childElementCount).toBe(0);
  made.show({ layers: [] });
  await frame();
  expect(document.body.childElementCount).toBe(0);
});
