/**
 * Cells next to a small group on the map, and how much they may say about the group: the same as
 * `peakvi_widgets/engine/group_neighbors.py`, which says why.
 */
import { batchOf, someOf, sumOf, type Two } from "./cell-sets";
import { averageOf } from "./chosen-groups";
import type { Model } from "./saved-model";

/** Cells to which a smaller group is filled up. */
export const ENOUGH_CELLS = 300;
const N_CANDIDATES = 20_000; // cells that are looked at, evenly spaced
const N_SHOWN = 500; // cells of a group that distances are measured to
const NEARER = 0.5; // how far a neighbor is at most, in units of its distance to the other group
const [NEAR, FAR] = [5, 8]; // distance of groups from which neighbors count at all, and fully
const MOST_UNLIKE = 0.4; // variance of the log ratio to a group from which neighbors count for nothing
const LEAST_VARIANCE = 0.05; // of open entries, in units of that of a Poisson number

/** How far neighbors count for groups at a distance, in [0, 1]. */
export const howFarApart = (distance: number): number =>
  Math.min(1, Math.max(0, (distance - NEAR) / (FAR - NEAR)));

/** The cells that fill each small group up, the nearest ones; none of `taken`. */
export function neighborsOf(
  model: Model,
  groups: Two<Uint32Array>,
  taken: Uint32Array,
): Two<Uint32Array> {
  const all = Uint32Array.from({ length: model.counts.n_cells }, (_, cell) => cell);
  const no = new Set(taken);
  const others = someOf(all, N_CANDIDATES).filter((cell) => !no.has(cell));
  const shown = groups.map((group) => someOf(group, N_SHOWN)) as [Uint32Array, Uint32Array];
  const widths = shown.map((group) => averageOf(model, group, model.deviation, (d) => d * d));
  const width = Float64Array.from({ length: model.saved.n_latent }, (_, i) =>
    Math.sqrt(((widths[0]?.[i] as number) + (widths[1]?.[i] as number)) / 2),
  );
  const places = placesOf(model, others, width);
  const far = shown.map((group) => distances(places, placesOf(model, group, width), width.length));
  const fill = (group: 0 | 1) => {
    const [mine, its] = [far[group] as Float64Array, far[1 - group] as Float64Array];
    const batches = new Set(Array.from(groups[group], (cell) => batchOf(model, cell)));
    const can = Uint32Array.from(others.keys()).filter(
      (i) =>
        (mine[i] as number) < NEARER * (its[i] as number) &&
        batches.has(batchOf(model, others[i] as number)),
    );
    can.sort((a, b) => (mine[a] as number) - (mine[b] as number) || a - b);
    const n = Math.max(0, ENOUGH_CELLS - groups[group].length);
    return can
      .subarray(0, n)
      .map((i) => others[i] as number)
      .sort();
  };
  return [fill(0), fill(1)];
}

function placesOf(
  { saved: { n_latent }, mean }: Model,
  cells: Uint32Array,
  width: Float64Array,
): Float64Array {
  const found = new Float64Array(cells.length * n_latent);
  for (let at = 0; at < found.length; at++) {
    const i = at % n_latent;
    const cell = cells[(at - i) / n_latent] as number;
    found[at] = (mean[cell * n_latent + i] as number) / (width[i] as number);
  }
  return found;
}

/** The distance of each place to the nearest one of a group. */
function distances(places: Float64Array, group: Float64Array, n_latent: number): Float64Array {
  const found = new Float64Array(places.length / n_latent);
  for (let at = 0; at < found.length; at++) {
    let least = Number.POSITIVE_INFINITY;
    for (let other = 0; other < group.length; other += n_latent) {
      let square = 0;
      for (let i = 0; i < n_latent; i++) {
        square += ((places[at * n_latent + i] as number) - (group[other + i] as number)) ** 2;
      }
      if (square < least) least = square;
    }
    found[at] = Math.sqrt(least);
  }
  return found;
}

/**
 * How much a neighbor counts for each region, in units of a cell of the group. `own` and `near` are the
 * cells of the group, and of its neighbors, in which each region is open.
 */
export function likeness(
  own: Float64Array,
  n_own: Float64Array,
  near: Float64Array,
  n_near: number,
): Float64Array {
  const whole = sumOf(own) + sumOf(near);
  const share = sumOf(own) / Math.max(whole, 1);
  let [chances, excess, n_seen] = [0, 0, 0];
  for (let region = 0; region < own.length; region++) {
    const both = (own[region] as number) + (near[region] as number);
    if (both <= 0) continue;
    const chance = both * share * (1 - share);
    const left = 1 - both / ((n_own[region] as number) + n_near);
    excess += ((own[region] as number) - both * share) ** 2 / chance - left;
    chances += chance;
    n_seen++;
  }
  if (!(chances > 0)) return new Float64Array(own.length);
  const unlike = (Math.max(excess, 0) + Math.sqrt(2 * n_seen)) / chances;
  return near.map((open) => {
    const known = open / Math.max(1 - open / n_near, LEAST_VARIANCE);
    return Math.max(0, 1 - unlike / MOST_UNLIKE) / (1 + known * unlike);
  });
}
