/**
 * Which marks are drawn, in which order and how each looks.
 *
 * A mark is one disc. Most cells have one in each layer of cells; a cell of a group or of the pending
 * selection has a ring under it, and is drawn above the others. All marks of one look share a style, so
 * that a hover over the legend or a new theme changes a short table and no mark.
 */

import {
  categoryColor,
  type Hex,
  mix,
  type Palette,
  PLAIN,
  UNKNOWN,
  valueColor,
} from "../color-scales";
import { atOnce, over, type Steps } from "../time-slices";

/** What the color of a cell says. */
export type Coloring =
  | { kind: "none" }
  /** `codes` from 0 to `n - 1`; anything else is unknown. */
  | { kind: "categories"; codes: ArrayLike<number>; n: number; palette?: Palette | undefined }
  /** Values between two contrast limits; what is not a number is unknown. */
  | {
      kind: "values";
      values: ArrayLike<number>;
      limits: readonly [low: number, high: number];
      colormap?: string | undefined;
    };

/** Cells by index, ascending. */
export type Cells = ArrayLike<number>;

/** All cells, in one coloring. */
export interface CellsLayer {
  kind: "cells";
  coloring: Coloring;
  /** Diameter in CSS pixels; by the number of cells if undefined. */
  size?: number | undefined;
  /** Of a cell that nothing holds back, 0 to 1. */
  opacity: number;
  /** Whether the legend speaks of it, so that pointing there fades its other categories. */
  legend?: boolean;
}

/** The cells of the two groups, in their colors. */
export interface GroupsLayer {
  kind: "groups";
  fill: boolean;
  outline: boolean;
  opacity: number;
}

/** A layer that is made of marks. */
export type Layer = CellsLayer | GroupsLayer;

/** What decides which marks there are. */
export interface MarkSource {
  /** n x 2; a cell without finite coordinates has no mark. */
  points: ArrayLike<number>;
  /** From the bottom to the top. */
  layers: readonly Layer[];
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
  /** Diameter of a cell whose layer has none, in CSS pixels. */
  size: number;
  /** By how much all discs grow: they are looked at from near. */
  grow: number;
  /** The category that is pointed at; the others fade. */
  highlight: number | undefined;
  /** True while there are groups or a selection, and other cells are dimmed. */
  receding: boolean;
}

const N_BINS = 256;
/** Categories with a look of their own; more than that cannot be distinguished. */
const MOST_CATEGORIES = 4096;
const RINGS = ["ring1", "fill1", "ring2", "fill2", "ringPending", "ringPendingGroup"] as const;
const IN_1 = 1;
const IN_2 = 2;
const PENDING = 4;

/** How many styles a coloring has before the unknown. */
const shades = (coloring: Coloring): number =>
  coloring.kind === "categories"
    ? Math.min(coloring.n, MOST_CATEGORIES)
    : coloring.kind === "values"
      ? N_BINS
      : 1;

/** The style of each cell by its color alone. */
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

/** How many styles a layer has: its shades and the unknown, all twice. */
const nStyles = (layer: Layer): number =>
  layer.kind === "cells" ? 2 * (shades(layer.coloring) + 1) : 0;

/** Lay out the marks: layer by layer, then what is pending. */
export const arrange = (source: MarkSource): Marks => atOnce(arranging(source));

/** The same with rests, for a million cells. */
export function* arranging({ points, layers, groups, pending }: MarkSource): Steps<Marks> {
  const n = points.length >> 1;
  const { held, nHeld } = holders(n, groups, pending);
  const nCells = layers.filter(({ kind }) => kind === "cells").length;
  const most = n * nCells + 5 * nHeld;
  const cells = new Uint32Array(most);
  const styles = new Uint16Array(most);
  let count = 0;
  const put = (cell: number, style: number) => {
    cells[count] = cell;
    styles[count++] = style;
  };
  const drawn = (cell: number) =>
    Number.isFinite(points[2 * cell]) && Number.isFinite(points[2 * cell + 1]);
  const scattered = scatteredOrder(n);
  const rings = layers.reduce((sum, layer) => sum + nStyles(layer), 0);
  const ring = (name: (typeof RINGS)[number]) => rings + RINGS.indexOf(name);
  const grouped = (cell: number, by: number) => {
    put(cell, ring(by & IN_2 ? "ring2" : "ring1"));
    put(cell, ring(by & IN_2 ? "fill2" : "fill1"));
  };
  const shown = (layer: Layer) => layer.kind === "groups" && layer.fill;
  const inOrder = (order: Order, run: (cell: number) => void) =>
    over(n, (from, to) => {
      const next = order(from);
      for (let i = from; i < to; i++) run(next());
    });

  let start = 0;
  let onTop: ((cell: number) => number) | undefined; // the highlighted style of the top layer
  for (const [at, layer] of layers.entries()) {
    if (layer.kind === "cells") {
      const shade = shadeOf(layer.coloring);
      const [first, nShades] = [start, nStyles(layer) / 2];
      const order = yield* drawingOrder(n, layer.coloring, shade);
      const elsewhere = PENDING | (layers.slice(at).some(shown) ? IN_1 | IN_2 : 0);
      yield* inOrder(order, (cell) => {
        if (!((held[cell] as number) & elsewhere) && drawn(cell)) put(cell, first + shade(cell));
      });
      onTop = (cell) => first + nShades + shade(cell);
    } else if (layer.fill && nHeld > 0) {
      yield* inOrder(scattered, (cell) => {
        const by = held[cell] as number;
        if (by && !(by & PENDING) && drawn(cell)) grouped(cell, by);
      });
    }
    start += nStyles(layer);
  }
  const showsGroups = layers.some(shown);
  if (pending.length > 0) {
    yield* inOrder(scattered, (cell) => {
      const by = held[cell] as number;
      if (!(by & PENDING) || !drawn(cell)) return;
      const isGrouped = showsGroups && by !== PENDING;
      put(cell, ring(isGrouped ? "ringPendingGroup" : "ringPending"));
      if (isGrouped) grouped(cell, by);
      else if (onTop) put(cell, onTop(cell));
    });
  }
  return { cells: cells.slice(0, count), styles: styles.slice(0, count) };
}

/** Who holds each cell, and how many are held. */
function holders(n: number, groups: MarkSource["groups"], pending: Cells) {
  const held = new Uint8Array(n);
  let nHeld = 0;
  const all: [Cells, number][] = [
    [groups[0], IN_1],
    [groups[1], IN_2],
    [pending, PENDING],
  ];
  for (const [cells, bit] of all) {
    nHeld += cells.length;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as number;
      if (cell < n) held[cell] = (held[cell] as number) | bit;
    }
  }
  return { held, nHeld };
}

/** The table that the marks of `arrange` point into: for each layer its shades and the highlighted ones; rings. */
export function stylesOf(layers: readonly Layer[], look: Look): Style[] {
  const { canvas, text, grow } = look;
  const cells = layers.filter((layer) => layer.kind === "cells");
  const table = cells.flatMap((layer) => shadesOf(layer, look));
  const size = (cells.at(-1)?.size ?? look.size) * grow;
  const pointed = cells.some((layer) => pointedAt(layer, look) !== undefined);
  const quiet = pointed ? 0.35 : 1;
  const opacity = quiet * (layers.find(({ kind }) => kind === "groups")?.opacity ?? 1);
  const ringed = Math.max(size + 2.2, size * 1.45);
  table.push(
    { color: mix(look.group1, canvas, 0.55), opacity, size: ringed },
    { color: look.group1, opacity, size: Math.max(size + 0.6, 2.4) },
    { color: look.group2, opacity, size: ringed },
    { color: mix(look.group2, canvas, 0.72), opacity, size: Math.max(size - 0.2, 1.4) },
    { color: text, opacity: quiet, size: size + 2 },
    { color: text, opacity: quiet, size: ringed + 2 },
  );
  return table;
}

const pointedAt = ({ coloring, legend }: CellsLayer, { highlight }: Look): number | undefined =>
  legend && coloring.kind === "categories" ? highlight : undefined;

function shadesOf(layer: CellsLayer, look: Look): Style[] {
  const { coloring, opacity } = layer;
  const { dark, grow, receding } = look;
  const n = shades(coloring);
  const color = (shade: number): Hex => {
    if (shade === n) return dark ? UNKNOWN.dark : UNKNOWN.light;
    if (coloring.kind === "values") {
      return valueColor(shade / (N_BINS - 1), dark, coloring.colormap);
    }
    if (coloring.kind === "none") return dark ? PLAIN.dark : PLAIN.light;
    return categoryColor(shade, coloring.palette)[dark ? "dark" : "light"];
  };
  const pointed = pointedAt(layer, look);
  const size = (layer.size ?? look.size) * grow;
  // by a value, every cell tells something: none steps back
  const back = receding && coloring.kind !== "values" && pointed === undefined ? 0.38 : 1;
  const table: Style[] = [];
  for (const standsOut of [false, true]) {
    for (let shade = 0; shade <= n; shade++) {
      const faded = pointed !== undefined && pointed !== shade;
      const known = shade === n && n > 1 ? 0.6 : 1;
      const shown = pointed === shade ? 1 : faded ? 0.1 : standsOut ? 1 : back;
      table.push({ color: color(shade), opacity: opacity * known * shown, size });
    }
  }
  return table;
}

/** Whether the same marks are drawn for other layers, if perhaps in other styles. */
export function isSameMarks(before: readonly Layer[], now: readonly Layer[]): boolean {
  return (
    before.length === now.length &&
    before.every((old, at) => {
      const layer = now[at];
      if (old.kind === "groups") return layer?.kind === "groups" && layer.fill === old.fill;
      return layer?.kind === "cells" && isSameShades(old.coloring, layer.coloring);
    })
  );
}

function isSameShades(before: Coloring, now: Coloring): boolean {
  if (before.kind === "categories" && now.kind === "categories") {
    return before.codes === now.codes && before.n === now.n;
  }
  if (before.kind === "values" && now.kind === "values") {
    return before.values === now.values && `${before.limits}` === `${now.limits}`;
  }
  return before.kind === "none" && now.kind === "none";
}

/** A diameter that fills a canvas of so many pixels neither too much nor too little. */
export function sizeFor(n: number, width: number, height: number): number {
  const size = 0.42 * Math.sqrt((width * height) / Math.max(1, n));
  return Math.round(10 * Math.min(6.5, Math.max(1.7, size))) / 10;
}

/** Discs grow more slowly than the picture when it is brought nearer. */
export const grown = (size: number, zoom: number): number =>
  size * (zoom > 1 ? Math.min(4, 1 + 0.4 * Math.log2(zoom)) : Math.max(0.6, Math.sqrt(zoom)));

/** Cells one after the other, from a place in the order on. */
type Order = (from: number) => () => number;

/** High values above low ones; everything else in a random order. */
function* drawingOrder(
  n: number,
  coloring: Coloring,
  shade: (cell: number) => number,
): Steps<Order> {
  if (coloring.kind !== "values") return scatteredOrder(n);
  const rank = (cell: number) => (shade(cell) === N_BINS ? 0 : shade(cell) + 1);
  const starts = new Uint32Array(N_BINS + 2);
  yield* over(n, (from, to) => {
    for (let cell = from; cell < to; cell++) {
      const place = rank(cell) + 1;
      starts[place] = (starts[place] as number) + 1;
    }
  });
  for (let i = 1; i < starts.length; i++) {
    starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  }
  const sorted = new Uint32Array(n);
  const scattered = scatteredOrder(n);
  yield* over(n, (from, to) => {
    const next = scattered(from);
    for (let i = from; i < to; i++) {
      const cell = next();
      const at = rank(cell);
      const place = starts[at] as number;
      sorted[place] = cell;
      starts[at] = place + 1;
    }
  });
  return (from) => {
    let i = from;
    return () => sorted[i++] as number;
  };
}

/** Every cell once, in steps of about 0.618 n, so that no batch covers another one. */
function scatteredOrder(n: number): Order {
  let step = Math.max(1, Math.round(n * 0.6180339887));
  while (commonDivisor(step, n) > 1) step++;
  return (from) => {
    let cell = (from * step) % n;
    return () => {
      const now = cell;
      cell += step;
      if (cell >= n) cell -= n;
      return now;
    };
  };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
