/** The line that is being drawn: its vertices, the cells that it contains so far, and its outline. */
import { type Brushing, brushing, cellsInside, type Point, rectangle } from "../polygon";
import type { Drawable } from "./scatter";

/** Milliseconds; a count that took longer is made less often. */
const SLOW = 6;

/** A line on a scatter, in data coordinates. */
export interface DrawnLine {
  /** Whether a line is being drawn. */
  readonly isActive: boolean;
  readonly vertices: readonly Point[];
  /** Radius of the brush that draws it; `undefined` for the other tools. */
  readonly radius: number | undefined;
  /** Begin a line; a radius makes it a brush's, `isBox` a rectangle from its first corner. */
  begin(start: Point, options: { radius?: number; isBox: boolean }): void;
  add(vertex: Point): void;
  /** The vertex under the pointer: corner of a rectangle, next of a polygon. */
  point(at: Point): void;
  /** Keep the first vertices. */
  truncate(n: number): void;
  /** All vertices, that under the pointer included. */
  shape(): readonly Point[];
  /** Draw and count with the next frame. */
  update(): void;
  /** Forget the line; return what the brush touched, if a brush drew it. */
  end(): { radius: number; cells(): Uint32Array<ArrayBuffer> } | undefined;
}

/** Prepare a line; `onCount` gets the number of cells so far, and `undefined` at the end. */
export function drawnLine(
  scatter: Drawable,
  onCount: (count: number | undefined) => void,
): DrawnLine {
  let vertices: Point[] = [];
  let pointed: Point | undefined;
  let brush: (Brushing & { radius: number }) | undefined;
  let isActive = false;
  let isBox = false;
  let frame = 0;
  let countAt = 0; // not before

  const shape = (): readonly Point[] => {
    if (isBox) return vertices[0] && pointed ? rectangle(vertices[0], pointed) : vertices;
    return pointed ? [...vertices, pointed] : vertices;
  };
  const draw = () => {
    frame = 0;
    if (!isActive) return;
    const polygon = shape();
    const first = isBox && polygon[0];
    scatter.draft(first ? [...polygon, first] : polygon, brush?.radius);
    const at = performance.now();
    if (at < countAt) {
      update(); // a million cells are not counted in each frame
      return;
    }
    onCount(brush ? brush.count : cellsInside(scatter.scene.points, polygon).length);
    const took = performance.now() - at;
    countAt = took > SLOW ? at + 5 * took : 0;
  };
  const update = () => {
    frame ||= requestAnimationFrame(draw);
  };
  return {
    get isActive() {
      return isActive;
    },
    get vertices() {
      return vertices;
    },
    get radius() {
      return brush?.radius;
    },
    begin(start, options) {
      isActive = true;
      isBox = options.isBox;
      vertices = [start];
      const { radius } = options;
      if (radius === undefined) return;
      brush = Object.assign(brushing(scatter.scene.points, radius, start), { radius });
    },
    add(vertex) {
      vertices.push(vertex);
      brush?.to(vertex);
    },
    point(at) {
      pointed = at;
    },
    truncate(n) {
      vertices.length = n;
    },
    shape,
    update,
    end() {
      const stroke = brush && { radius: brush.radius, cells: brush.cells };
      cancelAnimationFrame(frame);
      frame = 0;
      pointed = brush = undefined;
      vertices = [];
      if (!isActive) return stroke;
      isActive = false;
      scatter.draft(undefined);
      onCount(undefined);
      return stroke;
    },
  };
}
