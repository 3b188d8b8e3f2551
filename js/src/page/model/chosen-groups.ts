/**
 * How far the noise of counts separates two groups that were chosen by their place on a map: the same
 * as `peakvi_widgets/engine/chosen_groups.py`, which says why.
 */
import { someOf, sumOf, type Two, union } from "./cell-sets";
import { normalCdf } from "./distributions";
import { encoderSlopes } from "./network";
import type { Model } from "./saved-model";

const N_LOCAL = 64; // cells of both groups at which the encoder's slopes are taken
const REAL = 0.7; // variance along the groups that is not noise, in units of that of noise
const WIDE = 3; // how many times as far as noise has moved groups are, if they really differ
const HARDLY = 0.02; // standard deviations of noise that a choice may have shifted and be left alone

/** What choosing groups by their place on the map may have done. */
export interface CellsChosen {
  /** Of the groups, in standard deviations by which noise moves a cell. */
  distance: number;
  /** Log ratio of the rates that it gives each region; `undefined` where it did nothing. */
  logRatios: Float64Array | undefined;
}

/** Say it of two groups; `shares` are those of their cells in which each region is open. */
export function chosenBy(
  model: Model,
  groups: Two<Uint32Array>,
  shares: Two<Float64Array>,
): CellsChosen {
  const { n_latent } = model.saved;
  const means = groups.map((group) => averageOf(model, group, model.mean, (value) => value));
  const widths = groups.map((group) => averageOf(model, group, model.deviation, (d) => d * d));
  const line = Float64Array.from({ length: n_latent }, (_, i) => {
    const narrow = ((widths[0]?.[i] as number) + (widths[1]?.[i] as number)) / 2;
    return ((means[0]?.[i] as number) - (means[1]?.[i] as number)) / Math.max(narrow, 1e-12);
  });
  const local = union(...groups.map((group) => someOf(group, N_LOCAL / 2)));
  const slopes = encoderSlopes(model, local, line);
  const variances = shares.map((share) =>
    sumOf(slopes.map((slope, i) => slope ** 2 * (share[i] as number) * (1 - (share[i] as number)))),
  );
  const noise = Math.sqrt(sumOf(variances) / 2);
  if (noise <= 0) return { distance: 0, logRatios: undefined };
  const places = groups.map((group) => placesOf(model, group, line, noise));
  const [one, other] = places.map(spreadOf) as [Spread, Spread];
  const distance = one.mean - other.mean;
  let moved = 0;
  for (const { variance } of [one, other]) moved += Math.min(movedBy(variance), distance / 2);
  moved *= Math.min(1, (WIDE * moved) / Math.max(distance, 1e-12));
  if (moved < HARDLY) return { distance: Math.abs(distance), logRatios: undefined };
  const share = shares[0].map((value, i) => (value + (shares[1][i] as number)) / 2);
  const found = slopes.map((slope, i) => (slope * (1 - (share[i] as number)) * moved) / noise);
  const off = sumOf(found.map((value, i) => value * (share[i] as number))) / sumOf(share);
  return { distance: Math.abs(distance), logRatios: found.map((value) => value - off) };
}

/** The mean over cells of each dimension of the latent. */
export function averageOf(
  { saved: { n_latent } }: Model,
  cells: Uint32Array,
  values: Float32Array,
  of: (value: number) => number,
): Float64Array {
  const found = new Float64Array(n_latent);
  for (const cell of cells) {
    for (let i = 0; i < n_latent; i++) {
      found[i] = (found[i] as number) + of(values[cell * n_latent + i] as number) / cells.length;
    }
  }
  return found;
}

function placesOf(
  { saved: { n_latent }, mean }: Model,
  cells: Uint32Array,
  line: Float64Array,
  noise: number,
): Float64Array {
  return Float64Array.from(cells, (cell) => {
    let place = 0;
    for (let i = 0; i < n_latent; i++) {
      place += (mean[cell * n_latent + i] as number) * (line[i] as number);
    }
    return place / noise;
  });
}

interface Spread {
  mean: number;
  variance: number;
}

function spreadOf(values: Float64Array): Spread {
  const mean = sumOf(values) / values.length;
  return { mean, variance: sumOf(values.map((value) => (value - mean) ** 2)) / values.length };
}

/** How far noise has moved, in its standard deviations, if this much variance is left. */
function movedBy(variance: number): number {
  const wanted = variance / (1 + REAL);
  let before: { left: number; moved: number } | undefined;
  let found = 0;
  for (let step = 0; step <= 600; step++) {
    const cut = -4 + step / 50;
    const moved = Math.exp(-0.5 * cut * cut) / Math.sqrt(2 * Math.PI) / normalCdf(-cut);
    const left = 1 - moved * (moved - cut);
    found = moved;
    if (left <= wanted) {
      if (before) {
        const share = (before.left - wanted) / (before.left - left);
        found = before.moved + share * (moved - before.moved);
      }
      break;
    }
    before = { left, moved };
  }
  return found / Math.sqrt(1 + REAL);
}
