/** Names of categories, each at the middle of its cells and none over another; they follow the view. */
import { h } from "../../ui/dom";
import type { Point } from "../polygon";
import { toScreen, type View } from "./camera";
import type { Box } from "./outlines";

/** A name and where it belongs, in data coordinates. */
export interface Label {
  text: string;
  at: Point;
  /** How many cells have it: those with the most are placed first. */
  cells: number;
}

/** Names that look alike. */
export interface Labels {
  labels: readonly Label[];
  /** Height of the text in CSS pixels. */
  size: number;
  /** 0 to 1. */
  opacity: number;
}

/** The layer of names; `el` fills the canvas and lets every pointer through. */
export interface LabelsDrawn {
  el: HTMLElement;
  show(all: readonly Labels[]): void;
  /** Follow the view; names keep off what is taken. */
  look(view: View, taken?: readonly Box[]): void;
}

/** Make the layer. */
export function createLabels(): LabelsDrawn {
  const el = h("div", { class: "pv-labels", "aria-hidden": "true" });
  let shown: { label: Label; tag: HTMLElement; width: number; height: number }[] = [];
  return {
    el,
    show(all) {
      shown = all.flatMap(({ labels, size, opacity }) =>
        labels.map((label) => {
          const style = `font-size: ${size}px; opacity: ${opacity}`;
          const tag = h("div", { class: "pv-label", style }, label.text);
          return { label, tag, width: 0.6 * size * label.text.length, height: 1.2 * size };
        }),
      );
      el.replaceChildren(...shown.map(({ tag }) => tag));
      for (const one of shown) {
        one.width = one.tag.offsetWidth || one.width; // an estimate where there is no layout
        one.height = one.tag.offsetHeight || one.height;
      }
      shown.sort((a, b) => b.label.cells - a.label.cells);
    },
    look(view, taken) {
      const boxes = shown.map(({ label, width, height }) => {
        const [x, y] = toScreen(view, label.at);
        return { x, y, width, height };
      });
      const places = placed(boxes, view, taken);
      shown.forEach(({ tag }, at) => {
        const place = places[at];
        tag.hidden = !place;
        if (place) {
          const [x, y] = place;
          tag.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
        }
      });
    },
  };
}

/** A text of this size whose middle should be at x and y. */
export interface Wanted {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How far a text may be from where it belongs, in its own heights and half widths. */
const MOVES: readonly Point[] = [
  ...([0, -1, 1, -2, 2] as const).map((lines): Point => [0, lines]),
  ...([-1, 1] as const).flatMap((side) => [0, -1, 1].map((lines): Point => [side, lines])),
];

/**
 * Where each text goes, its left upper corner, and over none of the boxes; nothing where there is no room
 * or it is out of sight.
 */
export function placed(
  wanted: readonly Wanted[],
  { width, height }: { width: number; height: number },
  boxes: readonly Box[] = [],
): (Point | undefined)[] {
  const taken: Wanted[] = boxes.map(({ x0, y0, x1, y1 }) => ({
    x: (x0 + x1) / 2,
    y: (y0 + y1) / 2,
    width: x1 - x0,
    height: y1 - y0,
  }));
  return wanted.map((text) => {
    if (text.x < 0 || text.y < 0 || text.x > width || text.y > height) return undefined;
    for (const [sides, lines] of MOVES) {
      const place = {
        ...text,
        x: within(text.x + (sides * text.width) / 2, text.width, width),
        y: within(text.y + lines * text.height, text.height, height),
      };
      if (taken.some((other) => overlaps(place, other))) continue;
      taken.push(place);
      return [place.x - text.width / 2, place.y - text.height / 2];
    }
    return undefined;
  });
}

/** A middle such that all of a length is in sight, as far as there is room. */
const within = (middle: number, length: number, room: number): number =>
  Math.max(length / 2, Math.min(middle, room - length / 2));

const overlaps = (a: Wanted, b: Wanted): boolean =>
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2;

const MOST_SORTED = 2000; // cells of a category that its middle is taken from

const found = new WeakMap<object, { points: object; names: object; labels: Label[] }>();

/** The names of categories at the medians of their cells; those without a cell have none. */
export function labelsOf(
  points: ArrayLike<number>,
  codes: ArrayLike<number>,
  names: readonly string[],
): Label[] {
  const known = found.get(codes); // a million cells are not looked through for each new opacity
  if (known?.points === points && known.names === names) return known.labels;
  const labels = mediansOf(points, codes, names);
  found.set(codes, { points, names, labels });
  return labels;
}

function mediansOf(
  points: ArrayLike<number>,
  codes: ArrayLike<number>,
  names: readonly string[],
): Label[] {
  const counts = new Uint32Array(names.length);
  const placedAt = (cell: number) => Number.isFinite(points[2 * cell]);
  for (let cell = 0; cell < codes.length; cell++) {
    const code = codes[cell] as number;
    if (code >= 0 && code < names.length && placedAt(cell)) counts[code] = (counts[code] ?? 0) + 1;
  }
  const steps = counts.map((cells) => Math.max(1, Math.ceil(cells / MOST_SORTED)));
  const seen = new Uint32Array(names.length);
  const some = names.map(() => [[], []] as [number[], number[]]);
  for (let cell = 0; cell < codes.length; cell++) {
    const code = codes[cell] as number;
    const axes = some[code];
    if (!axes || !placedAt(cell)) continue;
    const at = seen[code] as number;
    seen[code] = at + 1;
    if (at % (steps[code] as number)) continue;
    axes[0].push(points[2 * cell] as number);
    axes[1].push(points[2 * cell + 1] as number);
  }
  return names.flatMap((text, code) => {
    const [x, y] = (some[code] ?? []).map(median);
    return x === undefined || y === undefined ? [] : { text, at: [x, y], cells: counts[code] ?? 0 };
  });
}

const median = (list: number[]): number | undefined =>
  Float64Array.from(list).sort()[list.length >> 1];
