/** The cells that are selected: what Python holds, or what the browser predicts until it answers. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { numbers } from "../../arrays";
import type { EmbeddingState, Outline } from "../../contract";
import type { Point, Polygon, Stroke } from "../../draw/polygon";
import { combined, type Operation } from "../../draw/scatter/combine";
import type { Panel } from "../../panel";

/** What was just drawn or clicked. */
export interface Choice {
  cells: ArrayLike<number>;
  operation: Operation;
  /** The line round them, in data coordinates. */
  polygon?: Polygon | undefined;
  /** Of the brush that went along the line; 0 for a polygon. */
  radius?: number;
  /** What it was made with: "lasso". */
  by: string;
}

/** Lines in the embedding that is shown. */
export interface Lines {
  polygons: readonly Polygon[];
  strokes: readonly Stroke[];
}

/** Cells, the lines round them, and what made them. */
export interface Selected extends Lines {
  cells: Uint32Array<ArrayBuffer>;
  by: string;
}

/** The selection that is shown. */
export interface Selection {
  readonly now: ReadonlySignal<Selected>;
  /** Show what Python is being asked for until it answers; its answer counts. */
  predict(choice: Choice): void;
}

/** Follow the selection. */
export function selectionOf({
  wire,
  watch,
}: Pick<Panel<EmbeddingState, never>, "wire" | "watch">): Selection {
  const [selection, outlines] = [wire.read("selection"), wire.read("outlines")];
  const notice = wire.read("notice");
  const predicted = signal<Selected | undefined>(undefined);
  const lastBy = signal("lasso");
  const [basis, dimensions] = [wire.read("basis"), wire.read("shown_dimensions")];
  const truth = computed<Selected>(() => {
    const isDrawn = outlines.value.some(({ group }) => group === 0);
    const by = isDrawn ? lastBy.value : "selected";
    const cells = numbers(selection.value) as Uint32Array<ArrayBuffer>;
    return { cells, by, ...linesOf(outlines.value, 0, basis.value, dimensions.value) };
  });
  watch(() => {
    for (const answer of [selection, outlines, notice]) void answer.value;
    predicted.value = undefined;
  });
  const now = computed(() => predicted.value ?? truth.value);
  return {
    now,
    predict({ cells, operation, polygon, radius = 0, by }) {
      const before = now.peek();
      const kept = operation === "new" || !polygon ? { polygons: [], strokes: [] } : before;
      const added = polygon && (operation === "new" || operation === "add") ? [polygon] : [];
      if (polygon) lastBy.value = by;
      predicted.value = {
        cells: combined(before.cells, cells, operation),
        polygons: [...kept.polygons, ...(radius ? [] : added)],
        strokes: [...kept.strokes, ...(radius ? added.map((path) => ({ path, radius })) : [])],
        by: polygon ? by : "selected",
      };
    },
  };
}

/** The lines of a group, or of the selection (0), that were drawn in the embedding that is shown. */
export function linesOf(
  outlines: readonly Outline[],
  group: number,
  basis: string,
  dimensions: readonly number[],
): Lines {
  const here = outlines.filter(
    (line) =>
      line.group === group &&
      line.basis === basis &&
      line.dimensions.every((dimension, i) => dimension === dimensions[i]),
  );
  return {
    polygons: here.filter(({ radius }) => !radius).map(({ polygon }) => paired(polygon)),
    strokes: here
      .filter(({ radius }) => radius)
      .map(({ polygon, radius }) => ({ path: paired(polygon), radius })),
  };
}

function paired(flat: readonly number[]): Point[] {
  const points: Point[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    points.push([flat[i] as number, flat[i + 1] as number]);
  }
  return points;
}
