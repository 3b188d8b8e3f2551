/** Where data coordinates stand on the screen, and back; equal scales on both axes, in float64. */
import type { Point } from "../polygon";

/** The middle and the half sizes of the data; `half` is the larger one, and never zero. */
export interface Extent {
  x: number;
  y: number;
  halfX: number;
  halfY: number;
  half: number;
}

/** Which data coordinates stand in the middle, and how much larger than when everything fits. */
export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

/** Room that stays free of data when everything fits, in CSS pixels. */
export interface Inset {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** All that decides where a cell is drawn; sizes in CSS pixels. */
export interface View {
  width: number;
  height: number;
  inset: Inset;
  extent: Extent;
  camera: Camera;
}

const LEAST_ZOOM = 0.2;
const MOST_ZOOM = 500;

/** The extent of n x 2 coordinates; those that are not numbers do not count. */
export function extentOf(points: ArrayLike<number>): Extent {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i] as number;
    const y = points[i + 1] as number;
    if (!(Number.isFinite(x) && Number.isFinite(y))) continue;
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  if (x0 > x1) return { x: 0, y: 0, halfX: 1, halfY: 1, half: 1 };
  const [halfX, halfY] = [(x1 - x0) / 2, (y1 - y0) / 2];
  const half = Math.max(halfX, halfY) || 1;
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, halfX, halfY, half };
}

/** The camera that shows everything. */
export const fitted = ({ x, y }: Extent): Camera => ({ x, y, zoom: 1 });

/** Coordinates between -1 and 1 for the graphics card, which counts in float32. */
export function normalised(points: ArrayLike<number>, { x, y, half }: Extent): Float32Array {
  const result = new Float32Array(points.length);
  for (let i = 0; i + 1 < points.length; i += 2) {
    result[i] = ((points[i] as number) - x) / half;
    result[i + 1] = ((points[i + 1] as number) - y) / half;
  }
  return result;
}

/** CSS pixels for one unit of data. */
export function scaleOf({ width, height, inset, extent, camera }: View): number {
  const roomX = Math.max(16, width - inset.left - inset.right);
  const roomY = Math.max(16, height - inset.top - inset.bottom);
  const least = extent.half * 1e-3;
  return (
    camera.zoom *
    Math.min(
      roomX / (2 * Math.max(extent.halfX, least)),
      roomY / (2 * Math.max(extent.halfY, least)),
    )
  );
}

/** Where the camera's own coordinates stand: the middle of the room that the insets leave. */
export function middleOf({ width, height, inset }: View): Point {
  return [
    inset.left + (width - inset.left - inset.right) / 2,
    inset.top + (height - inset.top - inset.bottom) / 2,
  ];
}

/** Data coordinates to CSS pixels from the top left. */
export function toScreen(view: View, [x, y]: Point): Point {
  const scale = scaleOf(view);
  const [middleX, middleY] = middleOf(view);
  return [middleX + scale * (x - view.camera.x), middleY - scale * (y - view.camera.y)];
}

/** CSS pixels from the top left to data coordinates. */
export function toData(view: View, [x, y]: Point): Point {
  const scale = scaleOf(view);
  const [middleX, middleY] = middleOf(view);
  return [view.camera.x + (x - middleX) / scale, view.camera.y - (y - middleY) / scale];
}

/** The camera after a drag by so many CSS pixels. */
export function panned(view: View, dx: number, dy: number): Camera {
  const scale = scaleOf(view);
  const { x, y, zoom } = view.camera;
  return { x: x - dx / scale, y: y + dy / scale, zoom };
}

/** The camera `factor` times nearer, with what stands at `at` (CSS pixels) staying there. */
export function zoomed(view: View, factor: number, at: Point): Camera {
  const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, view.camera.zoom * factor));
  const [x, y] = toData(view, at);
  const kept = view.camera.zoom / zoom;
  return {
    x: x + (view.camera.x - x) * kept,
    y: y + (view.camera.y - y) * kept,
    zoom,
  };
}

/**
 * From normalised coordinates to those of a graphics card, -1 to 1 over `width` x `height` CSS pixels:
 * `(place - middle) * scale + offset`. The middle of the picture is taken off first, so that single
 * precision is enough however near one looks.
 */
export function projection(
  view: View,
  width: number,
  height: number,
): Record<"middle" | "scale" | "offset", Point> {
  const [middleX, middleY] = middleOf(view);
  const { extent, camera } = view;
  const size = 2 * scaleOf(view) * extent.half;
  return {
    middle: [(camera.x - extent.x) / extent.half, (camera.y - extent.y) / extent.half],
    scale: [size / width, size / height],
    offset: [(2 * middleX) / width - 1, 1 - (2 * middleY) / height],
  };
}
