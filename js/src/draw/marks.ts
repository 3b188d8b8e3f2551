/**
 * Which marks are drawn, in which order and how each looks.
 *
 * A mark is one disc. Most cells have one; a cell of a group or of the pending selection has a ring
 * under it, and stands above the others. All marks of one look share a style, so that a hover over the
 * legend or a new theme changes a short table and no mark.
 */
import { categoryColor, type Hex, mix, UNKNOWN, valueColor } from "./palette";

/** What the colour of a cell says. */
export type Coloring =
  | { kind: "none" }
  /** `codes` from 0 to `n - 1`; anything else is unknown. */
  | { kind: "categories"; codes: ArrayLike<number>; n: number }
  /** Values between two contrast limits; what is not a number is unknown. */
  | { kind: "values"; values: ArrayLike<number>; limits: readonly [low: number, high: number] };

/** Cells by index, ascending. */
export type Cells = ArrayLike<number>;

/** What decides which marks there are. */
export interface MarkSource {
  /** n x 2; a cell without finite coordinates has no mark. */
  points: ArrayLike<number>;
  coloring: Coloring;
  /** The cells of group 1 and of group 2. */
  groups: readonly [Cells, Cells];
  pending: Cells;
}

/** Marks from the bottom to the top. */
export interface Marks {
  cells: Uint32Array;
  styles: Uint16Array;
}

/** How the marks of one style look; `size` is a diameter in CSS pixels. */
export interface Style {
  color: Hex;
  opacity: number;
  size: number;
}

/** What decides how marks look. */
export interface Look {
  dark: boolean;
  canvas: Hex;
  text: Hex;
  group1: Hex;
  group2: Hex;
  /** Diameter of a cell, in CSS pixels. */
  size: number;
  /** Of a cell that nothing holds back, 0 to 1. */
  opacity: number;
  /** The category that is pointed at; the others fade. */
  highlight: number | undefined;
  /** True while groups or a pending selection stand, and other cells step back. */
  receding: boolean;
}

const N_BINS = 256;
/** Categories with a look of their own; more are nobody's to tell apart. */
const MOST_CATEGORIES = 4096;
const RINGS = ["ring1", "fill1", "ring2", "fill2", "ringPending", "ringPendingGroup"] as const;
const IN_1 = 1;
const IN_2 = 2;
const PENDING = 4;

/** How many styles a colouring has before the unknown. */
const shades = (coloring: Coloring): number =>
  coloring.kind === "categories"
    ? Math.min(coloring.n, MOST_CATEGORIES)
    : coloring.kind === "values"
      ? N_BINS
      : 1;

/** The style of each cell by its colour alone. */
function shadeOf(coloring: Coloring): (cell: number) => number {
  if (coloring.kind === "none") return () => 0;
  if (coloring.kind === "categories") {
    const { codes, n } = coloring;
    const unknown = shades(coloring);
    return (cell) => {
      const code = codes[cell];
      return code !== undefined && code >= 0 && code < n ? code % unknown : unknown;
    };
  }
  const { values, limits } = coloring;
  const [low, high] = limits;
  const perUnit = high > low ? N_BINS / (high - low) : 0;
  return (cell) => {
    const value = values[cell] ?? Number.NaN;
    if (Number.isNaN(value)) return N_BINS;
    if (!perUnit) return value > high ? N_BINS - 1 : 0;
    return Math.min(N_BINS - 1, Math.max(0, Math.floor((value - low) * perUnit)));
  };
}

/** Lay out the marks: other cells, then the groups, then what is pending. */
export function arrange({ points, coloring, groups, pending }: MarkSource): Marks {
  const n = points.length >> 1;
  const held = new Uint8Array(n);
  const holders: [Cells, number][] = [
    [groups[0], IN_1],
    [groups[1], IN_2],
    [pending, PENDING],
  ];
  let nHeld = 0;
  for (const [cells, bit] of holders) {
    nHeld += cells.length;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as number;
      if (cell < n) held[cell] = (held[cell] as number) | bit;
    }
  }
  const shade = shadeOf(coloring);
  const nShades = shades(coloring) + 1;
  const ring = (name: (typeof RINGS)[number]) => 2 * nShades + RINGS.indexOf(name);
  const cells = new Uint32Array(n + 2 * nHeld);
  const styles = new Uint16Array(n + 2 * nHeld);
  let count = 0;
  const put = (cell: number, style: number) => {
    cells[count] = cell;
    styles[count++] = style;
  };
  const order = drawingOrder(n, coloring, shade);
  const drawn = (cell: number) =>
    Number.isFinite(points[2 * cell]) && Number.isFinite(points[2 * cell + 1]);
  for (let i = 0; i < n; i++) {
    const cell = order(i);
    if (held[cell] === 0 && drawn(cell)) put(cell, shade(cell));
  }
  if (nHeld === 0) return { cells: cells.slice(0, count), styles: styles.slice(0, count) };
  const scattered = scatteredOrder(n);
  for (const layer of [0, PENDING]) {
    for (let i = 0; i < n; i++) {
      const cell = scattered(i);
      const by = held[cell] as number;
      if (by === 0 || (by & PENDING) !== layer || !drawn(cell)) continue;
      if (layer) put(cell, ring(by === PENDING ? "ringPending" : "ringPendingGroup"));
      if (by & IN_2) {
        put(cell, ring("ring2"));
        put(cell, ring("fill2"));
      } else if (by & IN_1) {
        put(cell, ring("ring1"));
        put(cell, ring("fill1"));
      } else put(cell, nShades + shade(cell));
    }
  }
  return { cells: cells.slice(0, count), styles: styles.slice(0, count) };
}

/** The table that the marks of `arrange` point into: shades, the same standing out, rings. */
export function stylesOf(coloring: Coloring, look: Look): Style[] {
  const { dark, size, opacity, highlight, receding, canvas } = look;
  const n = shades(coloring);
  const color = (shade: number): Hex => {
    if (shade === n) return dark ? UNKNOWN.dark : UNKNOWN.light;
    if (coloring.kind === "values") return valueColor(shade / (N_BINS - 1), dark);
    if (coloring.kind === "none") return dark ? "#9aa3ae" : "#5f6975";
    return dark ? categoryColor(shade).dark : categoryColor(shade).light;
  };
  const pointedAt = coloring.kind === "categories" ? highlight : undefined;
  const back = receding && pointedAt === undefined ? 0.38 : 1;
  const table: Style[] = [];
  for (const standsOut of [false, true]) {
    for (let shade = 0; shade <= n; shade++) {
      const faded = pointedAt !== undefined && pointedAt !== shade;
      const known = shade === n && n > 1 ? 0.6 : 1;
      const shown = pointedAt === shade ? 1 : faded ? 0.1 : standsOut ? 1 : back;
      table.push({ color: color(shade), opacity: opacity * known * shown, size });
    }
  }
  const ringed = Math.max(size + 2.2, size * 1.45);
  const quiet = pointedAt === undefined ? 1 : 0.35;
  table.push(
    { color: mix(look.group1, canvas, 0.55), opacity: quiet, size: ringed },
    { color: look.group1, opacity: quiet, size: Math.max(size + 0.6, 2.4) },
    { color: look.group2, opacity: quiet, size: ringed },
    { color: mix(look.group2, canvas, 0.72), opacity: quiet, size: Math.max(size - 0.2, 1.4) },
    { color: look.text, opacity: quiet, size: size + 2 },
    { color: look.text, opacity: quiet, size: ringed + 2 },
  );
  return table;
}

/** A diameter that fills a canvas of so many pixels neither too much nor too little. */
export function sizeFor(n: number, width: number, height: number): number {
  const size = 0.42 * Math.sqrt((width * height) / Math.max(1, n));
  return Math.round(10 * Math.min(6.5, Math.max(1.7, size))) / 10;
}

/** Discs grow more slowly than the picture when it is brought nearer. */
export const grown = (size: number, zoom: number): number =>
  size * (zoom > 1 ? Math.min(4, 1 + 0.4 * Math.log2(zoom)) : Math.max(0.6, Math.sqrt(zoom)));

/** High values above low ones; everything else in an order that favours nobody. */
function drawingOrder(
  n: number,
  coloring: Coloring,
  shade: (cell: number) => number,
): (i: number) => number {
  if (coloring.kind !== "values") return scatteredOrder(n);
  const rank = (cell: number) => (shade(cell) === N_BINS ? 0 : shade(cell) + 1);
  const starts = new Uint32Array(N_BINS + 2);
  for (let cell = 0; cell < n; cell++) starts[rank(cell) + 1] = (starts[rank(cell) + 1] ?? 0) + 1;
  for (let i = 1; i < starts.length; i++) {
    starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  }
  const sorted = new Uint32Array(n);
  const scattered = scatteredOrder(n);
  for (let i = 0; i < n; i++) {
    const cell = scattered(i);
    const place = starts[rank(cell)] as number;
    sorted[place] = cell;
    starts[rank(cell)] = place + 1;
  }
  return (i) => sorted[i] as number;
}

/** Every cell once, in steps of about 0.618 n, so that no batch covers another one. */
function scatteredOrder(n: number): (i: number) => number {
  let step = Math.max(1, Math.round(n * 0.6180339887));
  while (commonDivisor(step, n) > 1) step++;
  return (i) => (i * step) % n;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
