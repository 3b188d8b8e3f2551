/** Polygons and brush strokes in data coordinates, and which cells they contain. */

/** One place in data coordinates. */
export type Point = readonly [x: number, y: number];
/** The last vertex is joined to the first. */
export type Polygon = readonly Point[];

/** The way of a round brush, in data coordinates. */
export interface Stroke {
  path: readonly Point[];
  radius: number;
}

/** Left, bottom, right and top of what it encloses. */
export interface Bounds {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** The smallest upright box round some vertices. */
export function boundsOf(polygon: Polygon): Bounds {
  const bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const [x, y] of polygon) {
    if (x < bounds.x0) bounds.x0 = x;
    if (x > bounds.x1) bounds.x1 = x;
    if (y < bounds.y0) bounds.y0 = y;
    if (y > bounds.y1) bounds.y1 = y;
  }
  return bounds;
}

/** The box between two corners, as a polygon. */
export function rectangle([xa, ya]: Point, [xb, yb]: Point): Polygon {
  return [
    [xa, ya],
    [xb, ya],
    [xb, yb],
    [xa, yb],
  ];
}

/**
 * The cells inside a polygon, in order.
 *
 * A cell is inside where the winding number is not zero, so a lasso that crosses itself holds all it
 * went round. An edge counts for `y0 <= y < y1` upwards and `y1 <= y < y0` downwards, with the cell
 * strictly to its left or right; everything in float64. `points` is n x 2, row by row.
 */
export function cellsInside(points: ArrayLike<number>, drawn: Polygon): Uint32Array<ArrayBuffer> {
  if (drawn.length < 3) return new Uint32Array(0);
  const unit = unitOf(drawn);
  const polygon = drawn.map(([x, y]): Point => [x * unit, y * unit]);
  const bounds = boundsOf(polygon);
  const slabs = slabsOf(polygon, bounds);
  const n = points.length >> 1;
  const found = new Uint32Array(n);
  let count = 0;
  for (let cell = 0; cell < n; cell++) {
    const x = (points[2 * cell] as number) * unit;
    if (!(x >= bounds.x0 && x <= bounds.x1)) continue;
    const y = (points[2 * cell + 1] as number) * unit;
    if (!(y >= bounds.y0 && y <= bounds.y1)) continue;
    if (winding(slabs, x, y) !== 0) found[count++] = cell;
  }
  return found.slice(0, count);
}

/** A power of two that brings a shape near 1, so that products neither overflow nor vanish. */
function unitOf(points: readonly Point[], radius = 0): number {
  const { x0, y0, x1, y1 } = boundsOf(points);
  const size = Math.max(...[x0, y0, x1, y1, radius].map(Math.abs));
  if (!(size > 0)) return 1;
  return 2 ** -Math.max(-1000, Math.min(1000, Math.floor(Math.log2(size))));
}

/** Edges sorted into horizontal slabs, so that a cell meets only those at its own height. */
interface Slabs {
  edges: Float64Array;
  starts: Uint32Array;
  members: Uint32Array;
  at(y: number): number;
}

function slabsOf(polygon: Polygon, { y0, y1 }: Bounds): Slabs {
  const n = polygon.length;
  const edges = new Float64Array(4 * n);
  polygon.forEach(([x, y], i) => {
    const [nextX, nextY] = polygon[(i + 1) % n] as Point;
    edges.set([x, y, nextX, nextY], 4 * i);
  });
  const nSlabs = Math.max(1, Math.min(256, n >> 1));
  const perUnit = y1 > y0 ? nSlabs / (y1 - y0) : 0;
  const at = (y: number) => Math.min(nSlabs - 1, Math.floor((y - y0) * perUnit));
  const span = (edge: number): [number, number] => {
    const a = at(edges[4 * edge + 1] as number);
    const b = at(edges[4 * edge + 3] as number);
    return a < b ? [a, b] : [b, a];
  };
  const starts = new Uint32Array(nSlabs + 1);
  for (let edge = 0; edge < n; edge++) {
    const [low, high] = span(edge);
    for (let slab = low; slab <= high; slab++) starts[slab + 1] = (starts[slab + 1] as number) + 1;
  }
  for (let slab = 0; slab < nSlabs; slab++) {
    starts[slab + 1] = (starts[slab + 1] as number) + (starts[slab] as number);
  }
  const members = new Uint32Array(starts[nSlabs] as number);
  const next = starts.slice();
  for (let edge = 0; edge < n; edge++) {
    const [low, high] = span(edge);
    for (let slab = low; slab <= high; slab++) {
      const place = next[slab] as number;
      members[place] = edge;
      next[slab] = place + 1;
    }
  }
  return { edges, starts, members, at };
}

function winding({ edges, starts, members, at }: Slabs, x: number, y: number): number {
  const slab = at(y);
  const end = starts[slab + 1] as number;
  let turns = 0;
  for (let i = starts[slab] as number; i < end; i++) {
    const edge = 4 * (members[i] as number);
    const x0 = edges[edge] as number;
    const y0 = edges[edge + 1] as number;
    const x1 = edges[edge + 2] as number;
    const y1 = edges[edge + 3] as number;
    if (y0 <= y === y1 <= y) continue;
    const side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0);
    if (y0 <= y) {
      if (side > 0) turns++;
    } else if (side < 0) turns--;
  }
  return turns;
}

/** A brush that is on its way. */
export interface Brushing {
  /** Go on in a straight line. */
  to(at: Point): void;
  /** How many cells it has touched. */
  readonly count: number;
  /** Which, in order. */
  cells(): Uint32Array<ArrayBuffer>;
}

/**
 * Put a round brush down. Cells as far away as its radius are touched; everything in float64, so that
 * Python finds the same ones. Each step looks at every cell once, however long the way was.
 */
export function brushing(points: ArrayLike<number>, width: number, start: Point): Brushing {
  const n = points.length >> 1;
  const touched = new Uint8Array(n);
  const unit = unitOf([start], width);
  const scaled = ([x, y]: Point): Point => [x * unit, y * unit];
  const radius = width * unit;
  let last = scaled(start);
  let count = 0;
  const to = (place: Point) => {
    const at = scaled(place);
    const [x0, y0] = last;
    const [dx, dy] = [at[0] - x0, at[1] - y0];
    const length = dx * dx + dy * dy;
    const { x0: left, y0: low, x1: right, y1: high } = boundsOf([last, at]);
    for (let cell = 0; cell < n; cell++) {
      const x = (points[2 * cell] as number) * unit;
      if (!(x >= left - radius && x <= right + radius) || touched[cell]) continue;
      const y = (points[2 * cell + 1] as number) * unit;
      if (!(y >= low - radius && y <= high + radius)) continue;
      const along = length ? ((x - x0) * dx + (y - y0) * dy) / length : 0;
      const share = Math.min(1, Math.max(0, along));
      const [offX, offY] = [x - x0 - share * dx, y - y0 - share * dy];
      if (offX * offX + offY * offY > radius * radius) continue; // as Python: not by pow()
      touched[cell] = 1;
      count++;
    }
    last = at;
  };
  to(start);
  return {
    to,
    get count() {
      return count;
    },
    cells: () => new Uint32Array(n).map((_, cell) => cell).filter((cell) => touched[cell] === 1),
  };
}
