import { afterEach, describe, expect, it, vi } from "vitest";
import type { Point } from "../src/draw/polygon";
import { toData } from "../src/draw/scatter/camera";
import { combined } from "../src/draw/scatter/combine";
import { AROUND, end, endTools, tools, VIEW } from "./lasso-tools";

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const NINE = [2, 3, 4].flatMap((x) => [5, 6, 7].map((y) => 10 * x + y));

afterEach(endTools);

it("returns the drawn line in data coordinates with the cells inside", () => {
  const { drag, onEnd } = tools();
  drag(AROUND);
  expect(onEnd).toHaveBeenCalledOnce();
  const { tool, operation, polygon, cells } = onEnd.mock.calls[0]?.[0] ?? {};
  expect([tool, operation]).toEqual(["lasso", "new"]);
  expect(polygon).toEqual(AROUND.map((at) => toData(VIEW, at)));
  expect([...cells]).toEqual(NINE);
});

it("draws a rectangle between two corners, in any direction", () => {
  const { drag, onEnd } = tools({ tool: "rectangle" });
  drag([
    [45, 45],
    [30, 20],
    [15, 15],
  ]);
  const { polygon, cells } = onEnd.mock.calls[0]?.[0] ?? {};
  expect(polygon).toHaveLength(4);
  expect([...cells]).toEqual(NINE);
});

it("draws a polygon by clicks and closes it at its first corner", () => {
  const { point, onEnd, lasso } = tools({ tool: "polygon" });
  for (const at of [...AROUND, [17, 14] as Point]) {
    point("pointermove", at, { buttons: 0 });
    point("pointerdown", at);
    point("pointerup", at);
  }
  const { polygon, cells } = onEnd.mock.calls[0]?.[0] ?? {};
  expect(polygon).toHaveLength(4);
  expect([...cells]).toEqual(NINE);
  expect(lasso.drawing).toBe(false);
});

it("closes a polygon with Enter, and takes corners back with Backspace", () => {
  const { point, key, onEnd } = tools({ tool: "polygon" });
  for (const at of [...AROUND, [80, 80] as Point]) point("pointerdown", at);
  key("Backspace");
  key("Enter");
  expect([...(onEnd.mock.calls[0]?.[0].cells ?? [])]).toEqual(NINE);
});

it("closes a polygon with a double click", () => {
  const { point, surface, onEnd } = tools({ tool: "polygon" });
  for (const at of [...AROUND, AROUND[3] as Point]) point("pointerdown", at);
  surface.dispatchEvent(new MouseEvent("dblclick"));
  expect(onEnd.mock.calls[0]?.[0].polygon).toHaveLength(4);
});

it.each([
  ["the toolbar says", {}, "subtract"],
  ["Shift adds", { shiftKey: true }, "add"],
  ["Alt subtracts", { altKey: true }, "subtract"],
  ["Shift and Alt intersect", { shiftKey: true, altKey: true }, "intersect"],
])("takes the operation: %s", (_name, keys, expected) => {
  const { drag, onEnd } = tools({ operation: "subtract" });
  drag(AROUND, keys);
  expect(onEnd.mock.calls[0]?.[0].operation).toBe(expected);
});

it("remembers Shift though it is let go before the mouse", () => {
  const { point, onEnd } = tools();
  point("pointerdown", AROUND[0] as Point, { shiftKey: true });
  for (const at of AROUND.slice(1)) point("pointermove", at);
  point("pointerup", AROUND[3] as Point);
  expect(onEnd.mock.calls[0]?.[0].operation).toBe("add");
});

describe("a polygon", () => {
  const ends = {
    Enter: ({ key }, keys) => key("Enter", "keydown", keys),
    "a double click": ({ surface }, keys) =>
      surface.dispatchEvent(new MouseEvent("dblclick", keys)),
    "its first corner": ({ point }, keys) => point("pointerdown", AROUND[0] as Point, keys),
  } satisfies Record<string, (made: ReturnType<typeof tools>, keys: EventModifierInit) => void>;

  it.each(Object.entries(ends))("ended by %s does what its first corner asked for", (_, end) => {
    const made = tools({ tool: "polygon" });
    made.point("pointerdown", AROUND[0] as Point, { shiftKey: true });
    for (const at of AROUND.slice(1)) {
      made.point("pointermove", at, { buttons: 0 });
      made.point("pointerdown", at);
    }
    end(made, {});
    expect(made.onEnd.mock.calls[0]?.[0].operation).toBe("add");
  });

  it.each(Object.entries(ends))("ended by %s obeys a key that is held then", (_, end) => {
    const made = tools({ tool: "polygon" });
    made.point("pointerdown", AROUND[0] as Point, { shiftKey: true });
    for (const at of AROUND.slice(1)) made.point("pointerdown", at);
    end(made, { altKey: true });
    expect(made.onEnd.mock.calls[0]?.[0].operation).toBe("subtract");
  });

  it("forgets a key that was held between, and the one of the polygon before", () => {
    const { point, key, onEnd } = tools({ tool: "polygon", operation: "intersect" });
    for (const [first, between] of [
      [{}, { shiftKey: true }],
      [{ shiftKey: true }, {}],
      [{}, {}],
    ]) {
      point("pointerdown", AROUND[0] as Point, first);
      for (const at of AROUND.slice(1, 3)) point("pointerdown", at, between);
      point("pointerdown", AROUND[3] as Point);
      key("Enter");
    }
    const asked = onEnd.mock.calls.map(([{ operation }]) => operation);
    expect(asked).toEqual(["intersect", "add", "intersect"]);
  });
});

it("zooms by +, = and -, and fits by Home", () => {
  const { key, scatter } = tools();
  scatter.zoom = vi.fn();
  expect(["+", "=", "-", "Home"].map((name) => key(name))).toEqual([true, true, true, true]);
  expect(vi.mocked(scatter.zoom).mock.calls).toEqual([[1.25], [1.25], [0.8]]);
  expect(scatter.fit).toHaveBeenCalledOnce();
});

it.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }])(
  "leaves the browser its zoom: %o",
  (keys) => {
    const { key, scatter } = tools();
    const outside = vi.fn();
    document.body.addEventListener("keydown", outside, { signal: end.signal });
    scatter.zoom = vi.fn();
    for (const name of ["+", "=", "-", "Home"]) expect(key(name, "keydown", keys)).toBe(false);
    expect(outside).toHaveBeenCalledTimes(4);
    expect([scatter.zoom, scatter.fit].map((one) => vi.mocked(one).mock.calls)).toEqual([[], []]);
  },
);

it.each(["lasso", "rectangle"] as const)("a click with the %s lets go, only when new", (tool) => {
  const { drag, lasso, onClear, onEnd } = tools({ tool });
  drag([
    [30, 30],
    [32, 31],
  ]);
  expect(onClear).toHaveBeenCalledOnce();
  lasso.operation = "add";
  drag([
    [30, 30],
    [32, 31],
  ]);
  expect(onClear).toHaveBeenCalledOnce();
  expect(onEnd).not.toHaveBeenCalled();
});

it("counts while it draws and shows the line", async () => {
  const { point, onDraw, drafts } = tools();
  point("pointerdown", AROUND[0] as Point);
  for (const at of AROUND.slice(1)) point("pointermove", at);
  await frame();
  expect(onDraw).toHaveBeenLastCalledWith(expect.objectContaining({ count: 9, operation: "new" }));
  expect(drafts.at(-1)).toHaveLength(4);
  point("pointerup", AROUND[3] as Point);
  expect(onDraw).toHaveBeenLastCalledWith(undefined);
  expect(drafts.at(-1)).toBeUndefined();
});

it("forgets the line on Escape, and leaves Escape to others when there is none", () => {
  const { point, key, onEnd, lasso } = tools();
  const outside = vi.fn();
  document.body.addEventListener("keydown", outside, { signal: end.signal });
  point("pointerdown", AROUND[0] as Point);
  point("pointermove", AROUND[1] as Point);
  key("Escape");
  expect([lasso.drawing, outside.mock.calls.length]).toEqual([false, 0]);
  point("pointerup", AROUND[2] as Point);
  expect(onEnd).not.toHaveBeenCalled();
  key("Escape");
  expect(outside).toHaveBeenCalledOnce();
});

it("drags the view with the pan tool, the middle button or Space", () => {
  const { drag, key, look, onEnd, lasso } = tools({ tool: "pan" });
  drag([
    [40, 40],
    [50, 40],
  ]);
  expect(look()?.camera.x).toBeCloseTo(3.5, 9);
  lasso.tool = "lasso";
  drag(
    [
      [40, 40],
      [40, 60],
    ],
    { button: 1, buttons: 4 },
  );
  expect(look()?.camera.y).toBeCloseTo(6.5, 9);
  key(" ");
  drag([
    [40, 40],
    [30, 40],
  ]);
  key(" ", "keyup");
  expect(look()?.camera.x).toBeCloseTo(4.5, 9);
  expect(onEnd).not.toHaveBeenCalled();
  drag(AROUND);
  expect(onEnd).toHaveBeenCalledOnce();
});

it("zooms by the wheel only after the pointer moved here, so that a page scrolls on", () => {
  const { surface, point, look } = tools();
  const turn = () => {
    const event = new WheelEvent("wheel", { deltaY: -100, cancelable: true });
    surface.dispatchEvent(event);
    return event.defaultPrevented;
  };
  point("pointermove", [10, 10], { screenX: 10, screenY: 10, buttons: 0 });
  expect(turn()).toBe(false); // the page slid under a resting pointer
  point("pointermove", [10, 10], { screenX: 12, screenY: 10, buttons: 0 });
  expect(turn()).toBe(true);
  expect(look()?.camera.zoom).toBeCloseTo(Math.exp(0.2), 6);
});

it("changes no tool in the middle of a line without forgetting the line", () => {
  const { point, lasso, onEnd } = tools();
  point("pointerdown", AROUND[0] as Point);
  lasso.tool = "rectangle";
  point("pointerup", AROUND[2] as Point);
  expect(onEnd).not.toHaveBeenCalled();
});

it("lets go of the surface when it ends", () => {
  const { drag, onEnd } = tools();
  end.abort();
  drag(AROUND);
  expect(onEnd).not.toHaveBeenCalled();
});

it("combines what was chosen with what is inside", () => {
  const before = [1, 3, 5];
  expect([...combined(before, [4, 6], "new")]).toEqual([4, 6]);
  expect([...combined(before, [10, 3, 4], "add")]).toEqual([1, 3, 4, 5, 10]);
  expect([...combined(before, [3, 4], "subtract")]).toEqual([1, 5]);
  expect([...combined(before, [5, 4, 1], "intersect")]).toEqual([1, 5]);
});

it("paints with a round brush of a size on the screen: what it touches on its way", () => {
  const { drag, lasso, onEnd } = tools({ tool: "brush" });
  lasso.brush = 12; // 1.2 in the data
  drag([
    [20, 20],
    [32, 20],
    [40, 20],
  ]);
  const { tool, polygon, radius, cells } = onEnd.mock.calls[0]?.[0] ?? {};
  expect([tool, polygon.length]).toEqual(["brush", 3]);
  expect(radius).toBeCloseTo(1.2, 12);
  // x from 2 to 4 along y = 7, with a cell further at both ends, above and below
  const rows = { 6: [2, 3, 4], 7: [1, 2, 3, 4, 5], 8: [2, 3, 4] };
  const expected = Object.entries(rows).flatMap(([y, xs]) => xs.map((x) => 10 * x + Number(y)));
  expect([...cells]).toEqual(expected.sort((a, b) => a - b));
});

it("counts what the brush has touched, and shows its band", async () => {
  const { point, lasso, onDraw, drafts } = tools({ tool: "brush" });
  lasso.brush = 4;
  point("pointerdown", [20, 20]);
  point("pointermove", [31, 20]);
  await frame();
  expect(onDraw).toHaveBeenLastCalledWith(expect.objectContaining({ count: 2, operation: "new" }));
  expect(drafts.at(-1)).toHaveLength(2);
  point("pointermove", [40, 20]);
  await frame();
  expect(onDraw).toHaveBeenLastCalledWith(expect.objectContaining({ count: 3, operation: "new" }));
});

it("dabs with a click, and keeps the brush's size in the data while the view changes", () => {
  const { drag, point, scatter, lasso, onEnd } = tools({ tool: "brush" });
  lasso.brush = 4;
  drag([[30, 30]]);
  expect([...(onEnd.mock.calls[0]?.[0].cells ?? [])]).toEqual([36]);
  point("pointerdown", [30, 30]);
  scatter.zoom(2, [30, 30]);
  point("pointerup", [30, 30]);
  expect(onEnd.mock.calls[1]?.[0].radius).toBeCloseTo(0.4, 12);
});

it("shows how large the brush is where the pointer is, and only with the brush", () => {
  const { point, lasso, surface } = tools({ tool: "brush" });
  const round = surface.querySelector(".pv-brush") as HTMLElement;
  expect(round.hidden).toBe(true);
  lasso.brush = 10;
  point("pointermove", [30, 40], { buttons: 0 });
  expect([round.hidden, round.style.width]).toEqual([false, "20px"]);
  expect(round.style.transform).toBe("translate(20px, 30px)");
  lasso.tool = "lasso";
  expect(round.hidden).toBe(true);
});
