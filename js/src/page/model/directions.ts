/**
 * In which of two groups a region is more open, by their counts, and how sure that is: the same as
 * `peakvi_widgets/engine/directions.py`, which says why.
 */
import { added, type OpenCells, sumOf } from "./cell-sets";
import { betaCdf, logistic, quantile, softplus } from "./distributions";

const N_GRID = 81;
const GRID = Float64Array.from({ length: N_GRID }, (_, i) => -4 + i / 10); // log ratios of the rates
const ZERO = 40; // the one that is 0
const SPREADS = [0.3, 0.6, 1.2]; // of log ratios that are not 0
const PENALTY = 20; // regions without a difference that are assumed beside those seen
const N_REGIONS = 4000; // that the distribution of differences is learned from
const N_ROUNDS = 200; // of learning it
const LEAST_VARIANCE = 0.05; // of open entries, in units of that of a Poisson number
const LEAST_OPEN = 5; // expected in either group, for a region to tell the depth of the groups
const ENOUGH = 50; // regions that tell the depth half and half with the number of open ones
const [WIDTH, SHARP] = [0.1, 0.25]; // of the kernel that finds the commonest log ratio
const FEW_CELLS = 100; // of the larger group, below which depth is found twice
const N_HALVINGS = 16; // of the range of log ratios in which the second depth is sought

/** Posterior of the log ratio of the rates of two groups, a number a region. */
export interface Directions {
  /** Probability that the region is more open in group 1. */
  up: Float64Array;
  /** Probability that it is more open in group 2. */
  down: Float64Array;
  /** Standard deviation of the log ratio. */
  spread: Float64Array;
}

/** How sure the counts make differences; `expected` is what the choice of cells gives each region. */
export function directionsOf(
  parts: readonly OpenCells[],
  expected: Float64Array | undefined,
): Directions {
  const first = given(parts, commonest(parts), expected);
  if (!fewCells(parts)) return first.found;
  const second = given(parts, balanced(parts), expected);
  const off = Math.abs(first.offset - second.offset);
  const [one, other] = [first.found, second.found];
  const both = (a: Float64Array, b: Float64Array, join: (x: number, y: number) => number) =>
    a.map((value, i) => join(value, b[i] as number));
  return {
    up: both(one.up, other.up, Math.min),
    down: both(one.down, other.down, Math.min),
    spread: both(one.spread, other.spread, (x, y) => Math.hypot(Math.max(x, y), off / 2)),
  };
}

/** The posterior, given the log ratio that regions without a difference show. */
function given(parts: readonly OpenCells[], offset: number, expected: Float64Array | undefined) {
  const total = openInEither(parts);
  const shapes = shapesOfPrior();
  const depths = parts.map((part) => logDepths([part]));
  const likely = (region: number, into: Float64Array) =>
    likelihood(parts, depths, offset + (expected?.[region] ?? 0), region, into);
  const row = new Float64Array(N_GRID);
  const known = mostFirst(total).subarray(0, N_REGIONS);
  const fits = Array.from(known, (region) => {
    likely(region, row);
    return Float64Array.from(shapes, (shape) => dot(shape, row));
  });
  const weights = sumOf(total) > 0 ? mixture(fits, shapes.length) : firstWeights(shapes.length);
  const prior = GRID.map((_, i) => {
    return shapes.reduce((sum, shape, k) => sum + (weights[k] as number) * (shape[i] as number), 0);
  });
  const [up, down, spread] = [total.slice(), total.slice(), total.slice()];
  for (let region = 0; region < total.length; region++) {
    likely(region, row);
    let [sum, above, below, mean, squares] = [0, 0, 0, 0, 0];
    for (let i = 0; i < N_GRID; i++) {
      const [value, ratio] = [(row[i] as number) * (prior[i] as number), GRID[i] as number];
      sum += value;
      if (i > ZERO) above += value;
      if (i < ZERO) below += value;
      mean += value * ratio;
      squares += value * ratio * ratio;
    }
    up[region] = above / sum;
    down[region] = below / sum;
    spread[region] = Math.sqrt(Math.max(squares / sum - (mean / sum) ** 2, 0));
  }
  return { found: { up, down, spread }, offset };
}

const openInEither = (parts: readonly OpenCells[]): Float64Array =>
  added(parts.flatMap(({ open }) => open));

function fewCells(parts: readonly OpenCells[]): boolean {
  const counted = (group: 0 | 1) =>
    parts.reduce((sum, { n }) => sum + sumOf(n[group]) / n[group].length, 0);
  return Math.max(counted(0), counted(1)) < FEW_CELLS;
}

/** The log ratio that most regions have, beside that of all open regions together. */
function commonest(parts: readonly OpenCells[]): number {
  const [k1, k2] = [added(parts.map((p) => p.open[0])), added(parts.map((p) => p.open[1]))];
  const whole = logDepths(parts);
  const total = openInEither(parts);
  const known = mostFirst(total)
    .filter((region) => {
      const depth = Math.abs(whole[region] as number);
      return (total[region] as number) / (1 + Math.exp(depth)) >= LEAST_OPEN;
    })
    .subarray(0, N_REGIONS);
  if (known.length === 0) return 0;
  const ratios = new Float64Array(known.length);
  const variances = new Float64Array(known.length);
  for (const [i, region] of known.entries()) {
    const [one, other] = [(k1[region] as number) + 0.5, (k2[region] as number) + 0.5];
    ratios[i] = Math.log(one / other) - (whole[region] as number);
    variances[i] = SHARP * (1 / one + 1 / other) + WIDTH ** 2;
  }
  const sorted = ratios.slice().sort();
  const [low, high] = [quantile(sorted, 0.02), quantile(sorted, 0.98)];
  let [best, found] = [-1, 0];
  for (let step = 0; step <= 200; step++) {
    const place = low + ((high - low) * step) / 200;
    let density = 0;
    for (let i = 0; i < ratios.length; i++) {
      const variance = variances[i] as number;
      density +=
        Math.exp(-(((ratios[i] as number) - place) ** 2) / (2 * variance)) / Math.sqrt(variance);
    }
    if (density > best) [best, found] = [density, place];
  }
  return (found * known.length) / (known.length + ENOUGH);
}

/** The log ratio that as many regions exceed as fall short of, as `commonest` does. */
function balanced(parts: readonly OpenCells[]): number {
  const [k1, k2] = [added(parts.map((p) => p.open[0])), added(parts.map((p) => p.open[1]))];
  const whole = logDepths(parts);
  const seen = Uint32Array.from(k1.keys()).filter((i) => (k1[i] as number) + (k2[i] as number) > 0);
  const n = Math.min(seen.length, N_REGIONS);
  if (n === 0) return 0;
  let [low, high] = [GRID[0] as number, GRID[N_GRID - 1] as number];
  for (let halving = 0; halving < N_HALVINGS; halving++) {
    const middle = (low + high) / 2;
    let ranks = 0;
    for (let i = 0; i < n; i++) {
      const region = seen[Math.floor((i * seen.length) / n)] as number;
      const share = logistic((whole[region] as number) + middle);
      ranks += meanRank(k1[region] as number, k2[region] as number, share);
    }
    if (ranks / n > 0.5) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The probability of fewer than k out of k + rest, and half of that of k. */
function meanRank(k: number, rest: number, share: number): number {
  const atLeast = k > 0 ? betaCdf(k, rest + 1, share) : 1;
  const more = rest > 0 ? betaCdf(k + 1, rest, share) : 0;
  return 1 - (atLeast + more) / 2;
}

/** The log ratio of the open entries of the groups, for each region those beside it. */
function logDepths(parts: readonly OpenCells[]): Float64Array {
  const [one, other] = [added(parts.map((p) => p.all[0])), added(parts.map((p) => p.all[1]))];
  return one.map((all, i) => Math.log(Math.max(all, 0.5) / Math.max(other[i] as number, 0.5)));
}

/** The parts of the prior, probabilities on the grid: 0, half-normals up and down. */
function shapesOfPrior(): Float64Array[] {
  const half = (spread: number, is: (i: number) => boolean) => {
    const side = GRID.map((ratio, i) => (is(i) ? Math.exp(-0.5 * (ratio / spread) ** 2) : 0));
    const sum = sumOf(side);
    return side.map((value) => value / sum);
  };
  return [
    GRID.map((_, i) => (i === ZERO ? 1 : 0)),
    ...SPREADS.map((spread) => half(spread, (i) => i > ZERO)),
    ...SPREADS.map((spread) => half(spread, (i) => i < ZERO)),
  ];
}

/** The likelihood of each log ratio of a region, the largest 1. */
function likelihood(
  parts: readonly OpenCells[],
  depths: readonly Float64Array[],
  offset: number,
  region: number,
  into: Float64Array,
) {
  into.fill(0);
  for (const [p, { n, open }] of parts.entries()) {
    const [k1, k2] = [open[0][region] as number, open[1][region] as number];
    const cells = (n[0][region] as number) + (n[1][region] as number);
    const variance = Math.max(1 - (k1 + k2) / cells, LEAST_VARIANCE);
    const [up, both] = [k1 / variance, (k1 + k2) / variance];
    const depth = (depths[p]?.[region] as number) + offset;
    for (let i = 0; i < N_GRID; i++) {
      const odds = depth + (GRID[i] as number);
      into[i] = (into[i] as number) + up * odds - both * softplus(odds);
    }
  }
  let most = Number.NEGATIVE_INFINITY;
  for (const value of into) if (value > most) most = value;
  for (let i = 0; i < N_GRID; i++) into[i] = Math.exp((into[i] as number) - most);
}

const firstWeights = (n: number): Float64Array =>
  new Float64Array(n).fill(0.5 / (n - 1)).fill(0.5, 0, 1);

/** The weights of the parts of the prior that make the likelihoods largest (EM). */
function mixture(fits: readonly Float64Array[], n: number): Float64Array {
  let weights = firstWeights(n);
  for (let round = 0; round < N_ROUNDS; round++) {
    const next = new Float64Array(n);
    for (const fit of fits) {
      const whole = dot(fit, weights);
      for (let k = 0; k < n; k++) next[k] = (next[k] as number) + (fit[k] as number) / whole;
    }
    for (let k = 0; k < n; k++) next[k] = (next[k] as number) * (weights[k] as number);
    next[0] = (next[0] as number) + PENALTY;
    const sum = sumOf(next);
    weights = next.map((value) => value / sum);
  }
  return weights;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** The regions with the most first, of equal ones in their order. */
function mostFirst(values: Float64Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort(
    (a, b) => (values[b] as number) - (values[a] as number) || a - b,
  );
}
