/**
 * Cells on an embedding: draws them, knows where data coordinates stand, and is looked at from where the
 * person likes. Says nothing about tools: lasso.ts draws and drags on `surface`.
 */
import { h } from "../../ui/dom";
import { DRAW_NOW } from "../../ui/dom-to-canvas";
import { onTheme, themeColors } from "../../ui/theme";
import { isDark } from "../color-scales";
import type { Point, Polygon, Stroke } from "../polygon";
import { atOnce, inPieces, type Steps } from "../time-slices";
import {
  type Camera,
  extentOf,
  fitted,
  fittedTo,
  type Inset,
  toData,
  type View,
  zoomed,
} from "./camera";
import { tellHover } from "./hover";
import { createLabels, type Labels } from "./labels";
import {
  arranging,
  type Cells,
  type GroupsLayer,
  grown,
  isSameMarks,
  type Layer,
  type Look,
  type Marks,
  type Style,
  sizeFor,
  stylesOf,
} from "./marks";
import { type Nearest, sorting } from "./nearest";
import { createOutlines, type Outline } from "./outlines";
import type { Painter } from "./painter";
import { createRasterPainter } from "./raster";
import { createWebglPainter } from "./webgl";

/** Some cells that stand out, and how they came about. */
export interface CellGroup {
  cells: Cells;
  /** Their outlines in data coordinates; none if they were not drawn round. */
  polygons: readonly Polygon[];
  /** What a brush went over. */
  strokes?: readonly Stroke[] | undefined;
  /** Text of the tag beside the outline. */
  tag?: string | undefined;
}

/** All that a scatter shows. */
export interface Scene {
  /** n x 2 data coordinates, row by row. */
  points: Float32Array | Float64Array;
  /** From the bottom to the top; only those to be seen. */
  layers: readonly Layer[];
  /** Names above the cells. */
  labels: readonly Labels[];
  group1: CellGroup | undefined;
  group2: CellGroup | undefined;
  /** Chosen, but not yet a group. */
  pending: CellGroup | undefined;
  /** A category that is pointed at in the legend. */
  highlight: number | undefined;
}

/** A scatter that stands in its element. */
export interface Scatter {
  el: HTMLElement;
  /** Takes the pointer; tools listen here. */
  surface: HTMLElement;
  readonly scene: Readonly<Scene>;
  /** From where it is looked at now; `undefined` until it has a size. */
  readonly view: View | undefined;
  /** Change some of what is shown; drawn with the next frame. */
  show(changes: Partial<Scene>): void;
  /** Look from elsewhere; drawn with the next frame. */
  look(camera: Camera): void;
  /** Show everything, or some cells. */
  fit(cells?: Cells): void;
  /** Come nearer by a factor, towards a place in CSS pixels or towards the middle. */
  zoom(factor: number, at?: Point): void;
  /** Show the line that is being drawn, in data coordinates; with a radius it is a brush's. */
  draft(line: readonly Point[] | undefined, radius?: number): void;
  /** Show where the cell cursor stands, in data coordinates. */
  mark(at: Point | undefined): void;
  /** The cell under a place in CSS pixels, or -1. */
  cellAt(at: Point): number;
}

const NOBODY: Cells = new Uint32Array(0);
const EMPTY: Scene = {
  points: new Float32Array(0),
  layers: [
    { kind: "cells", coloring: { kind: "none" }, opacity: 0.85, legend: true },
    { kind: "groups", fill: true, outline: true, opacity: 1 },
  ],
  labels: [],
  group1: undefined,
  group2: undefined,
  pending: undefined,
  highlight: undefined,
};
/** More cells than this are looked through in pieces. */
const AT_ONCE = 50_000;
/** Cells whose middle stands for that of a larger group. */
const MOST_SORTED = 20_000;
const TOKENS = ["canvas", "text", "g1", "g2"] as const;

/** Make a scatter at the end of `parent`. */
export function createScatter(
  parent: HTMLElement,
  options: {
    ended: AbortSignal;
    /** What a screen reader calls it. */
    label: string;
    inset?: Partial<Inset>;
    /** The cell that the pointer rests on, or -1. */
    onHover?: (cell: number) => void;
  },
): Scatter {
  const { ended, label, onHover } = options;
  const inset = { top: 16, right: 16, bottom: 16, left: 16, ...options.inset };
  const canvas = h("canvas", { "aria-hidden": "true" });
  const outlines = createOutlines();
  const labels = createLabels();
  const surface = h("div", {
    class: "pv-surface",
    tabindex: "0",
    role: "application",
    "aria-label": label,
  });
  const remark = h("output", { class: "pv-remark" });
  const el = h("div", { class: "pv-scatter" }, canvas, outlines.el, labels.el, surface, remark);
  parent.append(el);

  let scene = EMPTY;
  let view: View | undefined;
  let camera: Camera | undefined;
  let painter: Painter | undefined;
  let marks: Marks | undefined;
  let styles: Style[] = [];
  let nearest: Nearest | undefined;
  let arrangingEnds: (() => void) | undefined;
  let sortingEnds: (() => void) | undefined;
  let extent = extentOf(scene.points);
  let watchesTheme = false;
  let decorated = "";
  let lostAt = Number.NEGATIVE_INFINITY;
  const due = { place: true, decorate: true, outlines: true, labels: true };
  let frame = 0;

  const usual = (now: View) => sizeFor(scene.points.length / 2, now.width, now.height);
  /** Of the largest cells. */
  const diameter = (now: View) => {
    const sizes = scene.layers.map((layer) => (layer.kind === "cells" && layer.size) || usual(now));
    return grown(Math.max(...sizes, 0) || usual(now), now.camera.zoom);
  };
  const lookOf = (now: View): Look => {
    const colors = themeColors(el, TOKENS);
    return {
      dark: isDark(colors.canvas),
      canvas: colors.canvas,
      text: colors.text,
      group1: colors.g1,
      group2: colors.g2,
      size: usual(now),
      grow: grown(1, now.camera.zoom),
      highlight: scene.highlight,
      receding: Boolean(
        scene.pending ?? (groupsOf(scene)?.fill ? (scene.group1 ?? scene.group2) : undefined),
      ),
    };
  };
  /** Look through all cells: within this frame, or soon where they are many. */
  const work = <T>(steps: Steps<T>, tell: (result: T) => void): (() => void) => {
    if (scene.points.length > 2 * AT_ONCE) return inPieces(steps, tell);
    tell(atOnce(steps));
    return () => {};
  };
  const layOut = () => {
    arrangingEnds ??= work(
      arranging({
        points: scene.points,
        layers: scene.layers,
        groups: [scene.group1?.cells ?? NOBODY, scene.group2?.cells ?? NOBODY],
        pending: scene.pending?.cells ?? NOBODY,
      }),
      (found) => {
        marks = found;
        soon();
      },
    );
  };
  const stopArranging = () => {
    arrangingEnds?.();
    marks = arrangingEnds = undefined;
  };
  const stopSorting = () => {
    sortingEnds?.();
    nearest = sortingEnds = undefined;
  };
  const wakePainter = (): Painter => {
    due.place = true;
    const woken = createWebglPainter(canvas, lost) ?? createRasterPainter(canvas);
    painter = woken;
    return woken;
  };
  const draw = () => {
    frame = 0;
    if (!view || ended.aborted) return;
    const active = painter ?? wakePainter();
    active.look(view);
    const size = String(diameter(view));
    if (due.place || due.decorate || size !== decorated) {
      decorated = size;
      styles = stylesOf(scene.layers, lookOf(view));
      if (due.place && !marks) layOut();
      if (!due.place) active.decorate(styles);
      else if (marks) {
        active.place(scene.points, marks, styles);
        due.place = false;
      } // else the marks are on their way, and the last picture stays
    }
    if (due.outlines) outlines.show(outlinesOf(scene));
    if (due.labels) labels.show(scene.labels);
    due.decorate = due.outlines = due.labels = false;
    outlines.look(view);
    labels.look(view, outlines.tagged());
    remark.value = active.remark;
    remark.hidden = !active.remark;
  };
  const soon = () => {
    if (view && !ended.aborted) frame ||= requestAnimationFrame(draw);
  };
  /** When the canvas shows what was asked for: the painter's own frame comes after ours. */
  const drawn = async () => {
    for (let more = 3; more > 0; ) {
      await new Promise(requestAnimationFrame);
      if (!view || ended.aborted) return;
      if (frame === 0 && !due.place) more--;
    }
  };
  /** The last picture stays; a new context is asked for at once, but not over and over. */
  const lost = () => {
    painter?.end();
    painter = undefined;
    const again = performance.now() - lostAt > 5000;
    lostAt = performance.now();
    if (again) soon();
  };
  const setCamera = (next: Camera) => {
    camera = next;
    if (view) view = { ...view, camera: next };
    soon();
  };

  const observer = globalThis.ResizeObserver
    ? new ResizeObserver((entries) => {
        const { width = 0, height = 0 } = entries.at(-1)?.contentRect ?? {};
        if (width < 2 || height < 2) return; // taken off the page: wait until it is back
        if (!watchesTheme) {
          watchesTheme = true;
          onTheme(el, ended, () => {
            due.decorate = true;
            soon();
          });
        }
        view = { width, height, inset, extent, camera: camera ?? fitted(extent) };
        soon();
      })
    : undefined;
  observer?.observe(el);
  surface.addEventListener("pointerenter", soon, { signal: ended });
  const tellDrawn = (event: Event) => (event as CustomEvent<unknown[]>).detail.push(drawn());
  canvas.addEventListener(DRAW_NOW, tellDrawn, { signal: ended });
  if (onHover) tellHover(surface, ended, (at) => cellAt(at), onHover);
  ended.addEventListener(
    "abort",
    () => {
      observer?.disconnect();
      cancelAnimationFrame(frame);
      stopArranging();
      stopSorting();
      painter?.end();
      painter = undefined;
      el.remove();
    },
    { once: true },
  );

  const cellAt = (at: Point): number => {
    if (!view) return -1;
    sortingEnds ??= work(sorting(scene.points), (found) => {
      nearest = found;
    });
    if (!nearest) return -1; // soon
    const [x, y] = toData(view, at);
    const [edge] = toData(view, [at[0] + diameter(view) / 2 + 3, at[1]]);
    return nearest([x, y], edge - x);
  };
  return {
    el,
    surface,
    get scene() {
      return scene;
    },
    get view() {
      return view;
    },
    show(changes) {
      const before = scene;
      scene = { ...scene, ...changes };
      const changed = (...keys: (keyof Scene)[]) => keys.some((key) => scene[key] !== before[key]);
      if (changed("points")) {
        extent = extentOf(scene.points);
        stopSorting();
        camera = undefined;
        if (view) view = { ...view, extent, camera: fitted(extent) };
      }
      const others = !isSameMarks(before.layers, scene.layers);
      if (others || changed("points", "group1", "group2", "pending")) {
        stopArranging();
        due.place = true;
      }
      if (changed("group1", "group2", "pending", "points", "layers")) due.outlines = true;
      if (changed("highlight", "layers")) due.decorate = true;
      if (changed("labels")) due.labels = true;
      soon();
    },
    look: setCamera,
    fit(cells) {
      const shown = cells && placesOf(scene.points, cells);
      if (!shown) setCamera(fitted(extent));
      else if (view && shown.length > 0) setCamera(fittedTo(view, extentOf(shown)));
    },
    zoom(factor, at) {
      if (view) setCamera(zoomed(view, factor, at ?? [view.width / 2, view.height / 2]));
    },
    draft: outlines.draft,
    mark: outlines.mark,
    cellAt,
  };
}

const groupsOf = ({ layers }: Scene): GroupsLayer | undefined =>
  layers.find((layer) => layer.kind === "groups");

function outlinesOf(scene: Scene): Outline[] {
  const { group1, group2, pending, points } = scene;
  const groups = groupsOf(scene);
  const outlines: Outline[] = [];
  const add = (kind: Outline["kind"], standing: CellGroup | undefined, look?: GroupsLayer) => {
    if (!standing) return;
    const { tag, cells } = standing;
    const hidden = look?.outline === false;
    const [polygons, strokes = []] = hidden ? [[]] : [standing.polygons, standing.strokes];
    const isDrawn = polygons.length + strokes.length > 0;
    const anchor = tag && !isDrawn ? middleOfCells(points, cells) : undefined;
    outlines.push({ kind, polygons, strokes, tag, anchor, opacity: look?.opacity });
  };
  if (groups) add("group1", group1, groups);
  if (groups) add("group2", group2, groups);
  add("pending", pending);
  return outlines;
}

/** Coordinates of those cells that have a place. */
function placesOf(points: ArrayLike<number>, cells: Cells): Float64Array {
  const places = new Float64Array(2 * cells.length);
  let n = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as number;
    const [x, y] = [points[2 * cell] as number, points[2 * cell + 1] as number];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    places[n++] = x;
    places[n++] = y;
  }
  return places.subarray(0, n);
}

/** The median of some cells, by each axis; of a sample where they are many. */
function middleOfCells(points: ArrayLike<number>, cells: Cells): Point | undefined {
  const step = Math.max(1, Math.ceil(cells.length / MOST_SORTED));
  const some = Uint32Array.from({ length: Math.ceil(cells.length / step) }, (_, i) => i * step);
  const axis = (offset: number) =>
    Float64Array.from(some, (i) => points[2 * (cells[i] as number) + offset] as number)
      .filter(Number.isFinite)
      .sort();
  const [xs, ys] = [axis(0), axis(1)];
  const [x, y] = [xs[xs.length >> 1], ys[ys.length >> 1]];
  return x === undefined || y === undefined ? undefined : [x, y];
}
