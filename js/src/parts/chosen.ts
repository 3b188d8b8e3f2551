/** The cells that stand selected: as Python says, or as it will say as far as the browser can tell. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { numbers } from "../arrays";
import type { EmbeddingState, Outline } from "../contract";
import { combined, type Operation } from "../draw/lasso";
import type { Point, Polygon } from "../draw/polygon";
import type { Panel } from "../panel";

/** What was just drawn or clicked. */
export interface Choice {
  cells: ArrayLike<number>;
  operation: Operation;
  /** The line round them, in data coordinates. */
  polygon?: Polygon | undefined;
  /** What it was made with: "lasso". */
  by: string;
}

/** Cells, the lines round them, and what made them. */
export interface Selected {
  cells: Uint32Array<ArrayBuffer>;
  polygons: readonly Polygon[];
  by: string;
}

/** The selection on show. */
export interface Chosen {
  readonly now: ReadonlySignal<Selected>;
  /** Show what Python is being asked for until it answers; its answer counts. */
  guess(choice: Choice): void;
}

/** Follow the selection. */
export function chosenOf({
  wire,
  watch,
}: Pick<Panel<EmbeddingState, never>, "wire" | "watch">): Chosen {
  const [selection, outlines] = [wire.read("selection"), wire.read("outlines")];
  const notice = wire.read("notice");
  const guessed = signal<Selected | undefined>(undefined);
  const lastBy = signal("lasso");
  const truth = computed<Selected>(() => {
    const polygons = polygonsOf(outlines.value, 0);
    const by = polygons.length > 0 ? lastBy.value : "selected";
    return { cells: numbers(selection.value) as Uint32Array<ArrayBuffer>, polygons, by };
  });
  watch(() => {
    for (const answer of [selection, outlines, notice]) void answer.value;
    guessed.value = undefined;
  });
  const now = computed(() => guessed.value ?? truth.value);
  return {
    now,
    guess({ cells, operation, polygon, by }) {
      const before = now.peek();
      const kept = operation === "new" || !polygon ? [] : before.polygons;
      const added = polygon && operation !== "subtract" ? [polygon] : [];
      if (polygon) lastBy.value = by;
      guessed.value = {
        cells: combined(before.cells, cells, operation),
        polygons: [...kept, ...added],
        by: polygon ? by : "selected",
      };
    },
  };
}

/** The lines of a group, or of the selection (0). */
export const polygonsOf = (outlines: readonly Outline[], group: number): Polygon[] =>
  outlines.filter((outline) => outline.group === group).map(({ polygon }) => paired(polygon));

function paired(flat: readonly number[]): Point[] {
  const points: Point[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    points.push([flat[i] as number, flat[i + 1] as number]);
  }
  return points;
}
