/** What a scatter shows: places, layers, groups and what is selected. */
import type { Point, Polygon, Stroke } from "../polygon";
import type { Labels } from "./labels";
import type { Cells, GroupsLayer, Layer } from "./marks";
import type { Outline } from "./outlines";

/** Some cells that are drawn apart from the others, and how they were chosen. */
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
  /** A category that is pointed at in the legend, by its code. */
  highlight: number | undefined;
}

/** Cells of a sample that the middle of a large group is computed from. */
const MAX_SORTED = 20_000;

/** A scene without cells. */
export const EMPTY_SCENE: Scene = {
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
/** How groups are drawn; nothing where their layer is hidden. */
export const groupsOf = ({ layers }: Scene): GroupsLayer | undefined =>
  layers.find((layer) => layer.kind === "groups");

/** The outlines and tags of the groups and of the selection. */
export function outlinesOf(scene: Scene): Outline[] {
  const { group1, group2, pending, points } = scene;
  const groups = groupsOf(scene);
  const outlines: Outline[] = [];
  const add = (kind: Outline["kind"], group: CellGroup | undefined, look?: GroupsLayer) => {
    if (!group) return;
    const { tag, cells } = group;
    const hidden = look?.outline === false;
    const [polygons, strokes = []] = hidden ? [[]] : [group.polygons, group.strokes];
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
export function placesOf(points: ArrayLike<number>, cells: Cells): Float64Array {
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
  const step = Math.max(1, Math.ceil(cells.length / MAX_SORTED));
  const some = Uint32Array.from({ length: Math.ceil(cells.length / step) }, (_, i) => i * step);
  const axis = (offset: number) =>
    Float64Array.from(some, (i) => points[2 * (cells[i] as number) + offset] as number)
      .filter(Number.isFinite)
      .sort();
  const [xs, ys] = [axis(0), axis(1)];
  const [x, y] = [xs[xs.length >> 1], ys[ys.length >> 1]];
  return x === undefined || y === undefined ? undefined : [x, y];
}
