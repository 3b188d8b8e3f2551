/** Counts of two groups of cells: in how many a region is open, and in which group more often. */
import {
  added,
  apart,
  batchOf,
  byBatch,
  countOpen,
  type OpenCells,
  someOf,
  sumOf,
  type Two,
  union,
} from "./cell-sets";
import { chosenBy } from "./chosen-groups";
import { type Directions, directionsOf } from "./directions";
import { ENOUGH_CELLS, howFarApart, likeness, neighborsOf } from "./group-neighbors";
import type { Model } from "./saved-model";

const [FEW, MANY] = [500, 5000]; // cells of a group that are counted for a first estimate, and at last

/**
 * Say in which group each region is more open, as `peakvi_widgets/engine/group_counts.py` does; `seen`
 * are the cells of the groups that were drawn. It rests between pieces of work.
 */
export function* countedDirections(
  model: Model,
  groups: Two<Uint32Array>,
  seen: Two<Uint32Array>,
  isFinal: boolean,
): Generator<void, Directions> {
  const within = model.saved.question.batch_correction;
  const own = apart(groups);
  const alone = own.map((group) => someOf(group, isFinal ? MANY : FEW)) as unknown as typeof own;
  const pairs = within ? byBatch(model, alone) : [alone];
  let parts = pairs.map((pair) => opened(model, pair));
  yield;
  let choice = chosenBy(model, apart(seen), sharesOf(parts));
  yield;
  const count = howFarApart(choice.distance);
  if (count > 0 && Math.min(alone[0].length, alone[1].length) < ENOUGH_CELLS) {
    const near = neighborsOf(model, alone, union(...groups));
    yield;
    parts = parts.map((part, i) => {
      const pair = pairs[i] as Two<Uint32Array>;
      return withNeighbors(model, part, within ? ofBatches(model, near, pair) : near, count);
    });
    const [one, other] = apart(seen);
    choice = chosenBy(model, [union(one, near[0]), union(other, near[1])], sharesOf(parts));
    yield;
  }
  return directionsOf(parts, choice.logRatios);
}

function opened({ counts }: Model, pair: Two<Uint32Array>): OpenCells {
  const column = (value: number) => new Float64Array(counts.n_regions).fill(value);
  const open = [countOpen(counts, pair[0]), countOpen(counts, pair[1])] as const;
  return {
    n: [column(pair[0].length), column(pair[1].length)],
    open,
    all: [column(sumOf(open[0])), column(sumOf(open[1]))],
  };
}

/** The share of the cells of each group in which each region is open. */
function sharesOf(parts: readonly OpenCells[]): Two<Float64Array> {
  const share = (group: 0 | 1) => {
    const n = added(parts.map((part) => part.n[group]));
    return added(parts.map((part) => part.open[group])).map((open, i) => open / (n[i] as number));
  };
  return [share(0), share(1)];
}

/** The neighbors that are of the batches of some cells. */
function ofBatches(model: Model, near: Two<Uint32Array>, groups: Two<Uint32Array>) {
  const some = (group: 0 | 1) => {
    const batches = new Set(Array.from(groups[group], (cell) => batchOf(model, cell)));
    return near[group].filter((cell) => batches.has(batchOf(model, cell)));
  };
  return [some(0), some(1)] as const;
}

/** Add the neighbors of both groups as far as they are like them, at most by `count` each. */
function withNeighbors(
  { counts }: Model,
  part: OpenCells,
  near: Two<Uint32Array>,
  count: number,
): OpenCells {
  const fill = (group: 0 | 1) => {
    const [n, open, n_near] = [part.n[group], part.open[group], near[group].length];
    if (n_near === 0) return { n, open, all: part.all[group] };
    const more = countOpen(counts, near[group]);
    const weight = likeness(open, n, more, n_near).map((value) => value * count);
    const [own, others] = [sumOf(open), sumOf(more)];
    return {
      n: n.map((cells, i) => cells + (weight[i] as number) * n_near),
      open: open.map((cells, i) => cells + (weight[i] as number) * (more[i] as number)),
      all: weight.map((value) => own + value * others),
    };
  };
  const [one, other] = [fill(0), fill(1)];
  return { n: [one.n, other.n], open: [one.open, other.open], all: [one.all, other.all] };
}
