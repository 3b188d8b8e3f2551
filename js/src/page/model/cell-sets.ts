/** Sets of cells, each ascending, and what is counted in them. */
import type { Counts, Model } from "./saved-model";

/** Two groups of cells. */
export type Two<T> = readonly [T, T];

/** In how many cells of two groups each region is open; of all cells, or of those of a batch. */
export interface OpenCells {
  /** Cells of each group that count for each region. */
  n: Two<Float64Array>;
  /** Of these, those in which the region is open. */
  open: Two<Float64Array>;
  /** Open entries of all regions in these. */
  all: Two<Float64Array>;
}

/** In how many of some cells each region is open, by what the model was fitted to. */
export function countOpen(counts: Counts, cells: Uint32Array): Float64Array {
  return counted(counts, cells, (entry) => ((counts.fitted[entry] as number) > 0 ? 1 : 0));
}

/** The sum over some cells of what each entry counts. */
export function counted(
  { n_regions, starts, regions }: Counts,
  cells: Uint32Array,
  of: (entry: number) => number,
): Float64Array {
  const found = new Float64Array(n_regions);
  for (const cell of cells) {
    const end = starts[cell + 1] as number;
    for (let entry = starts[cell] as number; entry < end; entry++) {
      const region = regions[entry] as number;
      found[region] = (found[region] as number) + of(entry);
    }
  }
  return found;
}

/** At most `n` of some cells, evenly spaced. */
export function someOf(cells: Uint32Array, n: number): Uint32Array {
  const few = Math.min(cells.length, n);
  return Uint32Array.from({ length: few }, (_, i) => {
    return cells[Math.floor((i * cells.length) / few)] as number;
  });
}

/** Cells of several sets together, each once. */
export function union(...sets: ArrayLike<number>[]): Uint32Array {
  const all = new Set<number>();
  for (const set of sets) for (let i = 0; i < set.length; i++) all.add(set[i] as number);
  return Uint32Array.from(all).sort();
}

/** Cells of the first set that are not in the second. */
export function without(cells: Uint32Array, others: Uint32Array): Uint32Array {
  const left = new Set(others);
  return cells.filter((cell) => !left.has(cell));
}

/** The cells that each group has for itself; the groups if one has none. */
export function apart([one, other]: Two<Uint32Array>): Two<Uint32Array> {
  const alone = [without(one, other), without(other, one)] as const;
  return alone[0].length && alone[1].length ? alone : [one, other];
}

/** The batch of a cell. */
export const batchOf = ({ saved, codes }: Model, cell: number): number =>
  codes[cell * saved.n_categories.length] as number;

/** The cells of both groups in every batch that both share; all if they share none. */
export function byBatch(model: Model, groups: Two<Uint32Array>): Two<Uint32Array>[] {
  const [one, other] = groups.map((group) => new Set(Array.from(group, (c) => batchOf(model, c))));
  const shared = [...(one ?? [])].filter((batch) => other?.has(batch)).sort((a, b) => a - b);
  if (shared.length === 0) return [groups];
  return shared.map((batch) => [
    groups[0].filter((cell) => batchOf(model, cell) === batch),
    groups[1].filter((cell) => batchOf(model, cell) === batch),
  ]);
}

/** The sum of some numbers. */
export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}

/** The sum of columns, region by region. */
export function added(columns: readonly Float64Array[]): Float64Array {
  const found = new Float64Array(columns[0]?.length ?? 0);
  for (const column of columns) {
    for (let i = 0; i < found.length; i++) found[i] = (found[i] as number) + (column[i] as number);
  }
  return found;
}
