/** A scatter of a hundred cells with its tools, drawn on by pointers and keys. */
import { vi } from "vitest";
import type { Point } from "../src/draw/polygon";
import { type Camera, extentOf, type View, zoomed } from "../src/draw/scatter/camera";
import { createLasso, type LassoOptions } from "../src/draw/scatter/lasso";
import type { Scatter } from "../src/draw/scatter/scatter";

/** Cells on a grid from 0 to 9; the scatter shows one unit of data as 10 pixels, y upwards. */
export const GRID = Float32Array.from(
  { length: 200 },
  (_, i) => ((i % 2 ? i >> 1 : (i >> 1) / 10) % 10) | 0,
);
export const VIEW: View = {
  width: 90,
  height: 90,
  inset: { top: 0, right: 0, bottom: 0, left: 0 },
  extent: extentOf(GRID),
  camera: { x: 4.5, y: 4.5, zoom: 1 },
};
export let end: AbortController;

/** Let go of the last scatter and of the page. */
export function endTools() {
  end.abort();
  document.body.replaceChildren();
}

export function tools(options: Partial<LassoOptions> = {}) {
  end = new AbortController();
  const surface = document.createElement("div");
  surface.tabIndex = 0;
  document.body.append(surface);
  let view: View | undefined = VIEW;
  const drafts: (readonly Point[] | undefined)[] = [];
  const scatter = {
    surface,
    scene: { points: GRID },
    get view() {
      return view;
    },
    look: (camera: Camera) => {
      if (view) view = { ...view, camera };
    },
    zoom: (factor: number, at: Point) => {
      if (view) view = { ...view, camera: zoomed(view, factor, at) };
    },
    fit: vi.fn(),
    draft: (line: readonly Point[] | undefined) => drafts.push(line),
  };
  const callbacks = { onDraw: vi.fn(), onEnd: vi.fn(), onClear: vi.fn() };
  const lasso = createLasso(scatter as unknown as Scatter, {
    ended: end.signal,
    ...callbacks,
    ...options,
  });
  const point = (type: string, [x, y]: Point, more: PointerEventInit = {}) =>
    surface.dispatchEvent(
      new PointerEvent(type, {
        clientX: x,
        clientY: y,
        pointerId: 1,
        button: type === "pointermove" ? -1 : 0,
        buttons: type === "pointerup" ? 0 : 1,
        ...more,
      }),
    );
  const drag = (path: Point[], more: PointerEventInit = {}) => {
    point("pointerdown", path[0] as Point, more);
    for (const at of path.slice(1)) point("pointermove", at, more);
    point("pointerup", path.at(-1) as Point, more);
  };
  const key = (name: string, type = "keydown", more: KeyboardEventInit = {}) => {
    const init = { key: name, bubbles: true, cancelable: true, ...more };
    return !surface.dispatchEvent(new KeyboardEvent(type, init)); // whether it was taken
  };
  return { lasso, scatter, surface, drafts, ...callbacks, point, drag, key, look: () => view };
}
/** Round the cells with x from 2 to 4 and y from 5 to 7. */
export const AROUND: Point[] = [
  [15, 15],
  [45, 15],
  [45, 45],
  [15, 45],
];
