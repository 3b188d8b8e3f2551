/** Converts data coordinates to the screen and back; equal scales on both axes, in float64. */
import type { Point } from "../polygon";

/** The middle and the half sizes of the data; `half` is the larger one, and never zero. */
export interface Extent {
  x: number;
  y: number;
  halfX: number;
  halfY: number;
  half: number;
}

/** The data coordinates at the middle, and how much larger than when everything fits. */
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
const MOST_ZOOM = 1e36; // as much as float32 holds
/** The smallest share of a coordinate that the screen still shows apart; float64 knows 2 ** -52. */
const FINEST = 2 ** -44;
/** An extent below this counts as one place: its inverse would be infinite. */
const SMALLEST_EXTENT = 1e-280;
/** Room around cells that are brought into sight, as a share of their own. */
const MARGIN = 1.2;
/** Cells that the middle of all is found by. */
const MOST_SORTED = 1024;

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
  const largest = Math.max(halfX, halfY);
  const half = largest > SMALLEST_EXTENT ? largest : 1;
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, halfX, halfY, half };
}

/** The camera that shows everything. */
export const fitted = ({ x, y }: Extent): Camera => ({ x, y, zoom: 1 });

/** The camera that shows what lies within some extent, in the same room and not nearer than it can. */
export function fittedTo(view: View, { x, y, halfX, halfY }: Extent): Camera {
  const { extent } = view;
  const whole = { ...view, camera: fitted(extent) };
  const within = { ...whole, extent: { ...extent, halfX, halfY, half: Math.max(halfX, halfY) } };
  const isPoint = halfX <= SMALLEST_EXTENT && halfY <= SMALLEST_EXTENT;
  const asked = isPoint ? view.camera.zoom : scaleOf(within) / scaleOf(whole) / MARGIN;
  return { x, y, zoom: Math.max(LEAST_ZOOM, Math.min(asked, mostZoom(view, x, y))) };
}

/** Where the graphics card counts from: a place amid most cells, and the size of all of it. */
export interface Base {
  x: number;
  y: number;
  unit: number;
}

/** The base of some coordinates: their median, so that a far cell costs the others no digits. */
export function baseOf(points: ArrayLike<number>, { x, y, half: unit }: Extent): Base {
  const n = points.length >> 1;
  const step = Math.max(1, Math.ceil(n / MOST_SORTED));
  const some: [number, number][] = [];
  for (let cell = 0; cell < n; cell += step) {
    const at: [number, number] = [points[2 * cell] as number, points[2 * cell + 1] as number];
    if (Number.isFinite(at[0]) && Number.isFinite(at[1])) some.push(at);
  }
  if (some.length === 0) return { x, y, unit };
  const median = (axis: 0 | 1) =>
    Float64Array.from(some, (at) => at[axis]).sort()[some.length >> 1] as number;
  return { x: median(0), y: median(1), unit };
}

/** A number as two of the graphics card's, which counts in float32: together they have 48 bits. */
export function split(value: number): [high: number, low: number] {
  const high = Math.fround(value);
  return [high, Math.fround(value - high)];
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

/** The place of the camera's own coordinates: the middle of the room that the insets leave. */
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

/** The nearest that a place can be looked at without its neighbors melting into it. */
function mostZoom(view: View, x: number, y: number): number {
  const reach = Math.max(Math.abs(x), Math.abs(y), Number.MIN_VALUE);
  const once = scaleOf({ ...view, camera: fitted(view.extent) });
  return Math.min(MOST_ZOOM, Math.max(1, 1 / (FINEST * reach) / once));
}

/** Rounds to far less than a pixel, so that the coordinates of what is drawn are short to write. */
export function rounding(view: View): (at: Point) => Point {
  const digits = Math.ceil(Math.log10(64 * scaleOf(view)));
  if (digits > 100) return (at) => at;
  const coarse = 10 ** Math.max(0, -digits);
  const round = (value: number) =>
    digits < 0 ? Math.round(value / coarse) * coarse : Number(value.toFixed(digits));
  return ([x, y]) => [round(x), round(y)];
}

/** The camera `factor` times nearer, with `at` (CSS pixels) staying in place. */
export function zoomed(view: View, factor: number, at: Point): Camera {
  const [x, y] = toData(view, at);
  const most = mostZoom(view, x, y);
  const zoom = Math.max(LEAST_ZOOM, Math.min(view.camera.zoom * factor, most));
  const kept = view.camera.zoom / zoom;
  return {
    x: x + (view.camera.x - x) * kept,
    y: y + (view.camera.y - y) * kept,
    zoom,
  };
}

/**
 * From coordinates counted from a base to those of a graphics card, -1 to 1 over `width` x `height` CSS
 * pixels: `((high - eye.high) + (low - eye.low)) * scale + offset`, each coordinate in two parts. The
 * middle of the picture is taken off first, so that single precision is enough however near one looks.
 */
export function projection(
  view: View,
  base: Base,
  width: number,
  height: number,
): { eye: [Point, Point]; scale: Point; offset: Point } {
  const [middleX, middleY] = middleOf(view);
  const { camera } = view;
  const [x, y] = [split((camera.x - base.x) / base.unit), split((camera.y - base.y) / base.unit)];
  const size = 2 * scaleOf(view) * base.unit;
  return {
    eye: [
      [x[0], y[0]],
      [x[1], y[1]],
    ],
    scale: [size / width, size / height],
    offset: [(2 * middleX) / width - 1, 1 - (2 * middleY) / height],
  };
}

const counted = new WeakMap<object, number>();

/** How many cells have a place; those without finite coordinates have none. */
export function nPlaced(points: Float32Array | Float64Array): number {
  let n = counted.get(points);
  if (n === undefined) {
    n = 0;
    for (let i = 0; i + 1 < points.length; i += 2) {
      if (Number.isFinite(points[i]) && Number.isFinite(points[i + 1])) n++;
    }
    counted.set(points, n);
  }
  return n;
}
