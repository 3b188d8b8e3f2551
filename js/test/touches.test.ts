/** Several pointers on one scatter, and a page that is scaled. */
import { afterEach, describe, expect, it } from "vitest";
import { cellsInside, type Point } from "../src/draw/polygon";
import { toData, type View } from "../src/draw/scatter/camera";
import { resize } from "./browser";
import { AROUND, endTools, GRID, tools, VIEW } from "./lasso-tools";

afterEach(endTools);

describe("several pointers", () => {
  const touch = (pointerId: number) => ({ pointerId, pointerType: "touch" });

  it("only the one that began a line is followed", () => {
    const { point, onEnd } = tools();
    point("pointerdown", [15, 15], touch(1));
    point("pointermove", [45, 15], touch(1));
    point("pointermove", [80, 80], { pointerId: 2, pointerType: "mouse" });
    point("pointerup", [80, 80], { pointerId: 2, pointerType: "mouse" });
    point("pointercancel", [80, 80], { pointerId: 3, pointerType: "pen" });
    expect(onEnd).not.toHaveBeenCalled();
    point("pointermove", [45, 45], touch(1));
    point("pointermove", [15, 45], touch(1));
    point("pointerup", [15, 45], touch(1));
    expect(onEnd.mock.calls[0]?.[0].polygon.flat()).not.toContain(8);
    expect(onEnd.mock.calls[0]?.[0].cells.length).toBe(9);
  });

  it("a hand that rests while a pen draws is not followed", () => {
    const { point, onEnd, look } = tools();
    const pen = { pointerId: 7, pointerType: "pen" };
    point("pointerdown", [15, 15], pen);
    point("pointerdown", [80, 80], touch(1));
    point("pointerdown", [60, 80], touch(2));
    point("pointermove", [10, 10], touch(2));
    for (const at of AROUND.slice(1)) point("pointermove", at, pen);
    point("pointerup", [80, 80], touch(1));
    point("pointerup", AROUND.at(-1) as Point, pen);
    expect(onEnd.mock.calls[0]?.[0].cells.length).toBe(9);
    expect(look()).toEqual(VIEW);
  });

  it("two fingers zoom and pan, and what the first began is taken back", () => {
    const { point, onEnd, onClear, onDraw, look, lasso } = tools();
    point("pointerdown", [30, 45], touch(1));
    point("pointermove", [40, 45], touch(1));
    point("pointerdown", [60, 45], touch(2));
    expect(lasso.drawing).toBe(false);
    expect(onDraw).toHaveBeenLastCalledWith(undefined);
    const held = toData(VIEW, [50, 45]); // between the fingers
    point("pointermove", [30, 45], touch(1));
    point("pointermove", [70, 45], touch(2));
    const view = look() as View;
    expect(view.camera.zoom).toBeCloseTo(2, 6);
    expect(toData(view, [50, 45])[0]).toBeCloseTo(held[0], 6);
    point("pointermove", [40, 65], touch(1));
    point("pointermove", [80, 65], touch(2));
    const moved = look() as View;
    expect(moved.camera.zoom).toBeCloseTo(2, 6);
    expect(toData(moved, [60, 65])[0]).toBeCloseTo(held[0], 6);
    expect(toData(moved, [60, 65])[1]).toBeCloseTo(held[1], 6);
    point("pointerup", [80, 65], touch(2));
    point("pointermove", [10, 10], touch(1)); // the finger that is left draws nothing
    expect(look()).toEqual(moved);
    point("pointerup", [10, 10], touch(1));
    expect([onEnd, onClear].some((callback) => callback.mock.calls.length > 0)).toBe(false);
    point("pointerdown", [15, 15], touch(3)); // and the next one draws again
    expect(lasso.drawing).toBe(true);
  });

  it("two fingers leave the corners of a polygon as they were", () => {
    const { point, drag, lasso, onEnd } = tools({ tool: "polygon" });
    for (const at of AROUND.slice(0, 3)) drag([at], touch(1));
    point("pointerdown", [80, 80], touch(1));
    point("pointerdown", [60, 80], touch(2));
    point("pointerup", [80, 80], touch(1));
    point("pointerup", [60, 80], touch(2));
    expect(lasso.drawing).toBe(true);
    drag([AROUND[3] as Point], touch(1));
    drag([AROUND[0] as Point], touch(1));
    expect(onEnd.mock.calls[0]?.[0].polygon.length).toBe(4);
  });

  it("the picture is dragged by one finger with the tool for it", () => {
    const { drag, look } = tools({ tool: "pan" });
    drag(
      [
        [10, 10],
        [30, 20],
      ],
      touch(1),
    );
    expect(look()?.camera.x).toBeCloseTo(2.5, 6);
  });
});

it("what is drawn is written in few digits, and counted by those", () => {
  const { drag, onEnd } = tools();
  drag([
    [15.37, 15.111],
    [45.02, 15.9],
    [45, 45.7],
    [15, 45],
  ]);
  const { polygon, cells } = onEnd.mock.calls[0]?.[0] ?? {};
  for (const value of polygon.flat()) expect(String(value).length).toBeLessThanOrEqual(6);
  expect([...cells]).toEqual([...cellsInside(GRID, polygon)]);
});

it.each([0.5, 1.5, 2])("stays under the pointer where the page is scaled by %d", (by) => {
  const { drag, surface, onEnd } = tools();
  resize(surface, 90, 90);
  const box = { left: 7, top: 5, width: 90 * by, height: 90 * by };
  surface.getBoundingClientRect = () => box as DOMRect;
  drag(AROUND.map(([x, y]): Point => [7 + by * x, 5 + by * y]));
  expect(onEnd.mock.calls[0]?.[0].cells.length).toBe(9);
});
