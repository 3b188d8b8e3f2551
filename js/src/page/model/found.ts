/** What draws say of the regions, of the means of groups or of pairs of cells. */
import { counted, type Two } from "./cell-sets";
import { normalCdf, quantile } from "./distributions";
import { hiddenOf, probabilities, type Stratum } from "./draws";
import type { Model } from "./saved-model";

const DRAWS = 32; // decoded together, so that their hidden layers stay in the fastest memory
const CHUNK = 64; // regions whose pairs of draws are compared at once
const SHIFTS = 8; // pairings of the same draws
const MAX_INTERVAL_PAIRS = 1000;
const RARE = 0.01; // mean count below which a region counts as noise, for the pseudocount

/** What was found, a number a region. */
export interface Found {
  up: Float64Array;
  down: Float64Array;
  mean1: Float64Array;
  mean2: Float64Array;
  /** Of the difference of the means; of groups alone. */
  spread: Float64Array;
  /** The credible interval of pairs of cells; of these alone. */
  between: Two<Float64Array> | undefined;
}

/** Draws that are compared further and further; each call goes on to more draws. */
export type Estimator = (n: number) => Generator<void, Found>;

/** Sums over the draws of one group of one stratum. */
interface Sums {
  sum: Float64Array;
  squares: Float64Array;
  top: Float64Array;
}

/** Compare the means of groups, each as sure as its number of cells makes it. */
export function meansOfGroups(
  model: Model,
  strata: readonly Stratum[],
  groups: Two<Uint32Array>,
): Estimator {
  const { n_regions } = model.counts;
  const column = () => new Float64Array(n_regions);
  const sums = strata.map(() => [
    { sum: column(), squares: column(), top: column() },
    { sum: column(), squares: column(), top: column() },
  ]) as unknown as Two<Sums>[];
  const block = new Float64Array(DRAWS);
  let done = 0;
  return function* (n) {
    for (; done < n; done = Math.min(n, done + DRAWS)) {
      const end = Math.min(n, done + DRAWS);
      for (const [i, stratum] of strata.entries()) {
        for (const group of [0, 1] as const) {
          const hidden = hiddenOf(model, stratum, group, done, end);
          addDraws(model, hidden, end - done, block, (sums[i] as Two<Sums>)[group]);
          yield;
        }
      }
    }
    const tops = [0, 1].map((group) =>
      column().map((_, region) =>
        Math.max(...sums.map((pair) => (pair[group as 0 | 1] as Sums).top[region] as number)),
      ),
    );
    const offset = pseudocount(model, groups, tops as unknown as Two<Float64Array>);
    const n_cells = groups.map((group) => Math.min(group.length, n));
    return averaged(sums.map((pair) => meansOf(model, pair, n, n_cells, offset)));
  };
}

function addDraws(model: Model, hidden: Float64Array, n: number, block: Float64Array, to: Sums) {
  const { sum, squares, top } = to;
  for (let region = 0; region < sum.length; region++) {
    probabilities(model, region, hidden, n, block, 0);
    let [first, second, most] = [0, 0, top[region] as number];
    for (let draw = 0; draw < n; draw++) {
      const p = block[draw] as number;
      first += p;
      second += p * p;
      if (p > most) most = p;
    }
    sum[region] = (sum[region] as number) + first;
    squares[region] = (squares[region] as number) + second;
    top[region] = most;
  }
}

function meansOf(
  { saved: { question } }: Model,
  pair: Two<Sums>,
  n: number,
  n_cells: readonly number[],
  offset: number,
): Found {
  const found = noneFound(pair[0].sum.length);
  const { up, down, mean1, mean2, spread } = found;
  for (let region = 0; region < up.length; region++) {
    const [one, other] = [0, 1].map((group) => {
      const { sum, squares } = pair[group as 0 | 1];
      const mean = (sum[region] as number) / n;
      const around = Math.max(0, (squares[region] as number) / n - mean * mean);
      return { mean, variance: around / (n_cells[group] as number) };
    }) as [{ mean: number; variance: number }, { mean: number; variance: number }];
    mean1[region] = one.mean;
    mean2[region] = other.mean;
    spread[region] = Math.sqrt(one.variance + other.variance);
    let [change, width] = [one.mean - other.mean, spread[region] as number];
    if (question.estimand === "log2") {
      change = Math.log2((one.mean + offset) / (other.mean + offset));
      const part = one.variance / (one.mean + offset) ** 2;
      width = Math.sqrt(part + other.variance / (other.mean + offset) ** 2) / Math.LN2;
    }
    width = Math.max(width, 1e-9);
    up[region] = normalCdf((change - question.delta) / width);
    down[region] = normalCdf((-change - question.delta) / width);
  }
  return found;
}

/** Compare the cells of pairs of draws. */
export function pairsOfCells(
  model: Model,
  strata: readonly Stratum[],
  groups: Two<Uint32Array>,
): Estimator {
  const { n_regions } = model.counts;
  const { question } = model.saved;
  return function* (n) {
    const hidden = strata.map((stratum) => {
      const of = (group: 0 | 1) => hiddenOf(model, stratum, group, 0, n);
      return [of(0), of(1)] as const;
    });
    const room = [0, 1].map(() => new Float32Array(CHUNK * n)) as unknown as Two<Float32Array>;
    const offset = question.estimand === "log2" ? yield* pairedOffset(model, groups, hidden, n) : 0;
    const parts = strata.map(() => noneFound(n_regions));
    const ends = [new Float64Array(n_regions), new Float64Array(n_regions)] as const;
    const n_shown = Math.min(n, Math.ceil(MAX_INTERVAL_PAIRS / strata.length));
    const effects = new Float32Array(n_shown * strata.length);
    for (let start = 0; start < n_regions; start += CHUNK) {
      const end = Math.min(n_regions, start + CHUNK);
      const shown = Array.from({ length: end - start }, () => effects.slice());
      for (const [i, pair] of hidden.entries()) {
        for (const group of [0, 1] as const)
          decodeChunk(model, pair[group], n, start, end, room[group]);
        yield;
        for (let region = start; region < end; region++) {
          const row = (region - start) * n;
          comparePairs(room, row, n, question, offset, region, parts[i] as Found);
          for (let draw = 0; draw < n_shown; draw++) {
            const change = (room[0][row + draw] as number) - (room[1][row + draw] as number);
            (shown[region - start] as Float32Array)[i * n_shown + draw] = change;
          }
        }
        yield;
      }
      for (let region = start; region < end; region++) {
        const sorted = (shown[region - start] as Float32Array).sort();
        ends[0][region] = quantile(sorted, (1 - question.interval) / 2);
        ends[1][region] = quantile(sorted, (1 + question.interval) / 2);
      }
    }
    return { ...averaged(parts), between: ends };
  };
}

function decodeChunk(
  model: Model,
  hidden: Float64Array,
  n: number,
  start: number,
  end: number,
  into: Float32Array,
) {
  const { n_hidden } = model.saved;
  for (let from = 0; from < n; from += DRAWS) {
    const some = Math.min(DRAWS, n - from);
    const block = hidden.subarray(from * n_hidden, (from + some) * n_hidden);
    for (let region = start; region < end; region++) {
      probabilities(model, region, block, some, into, (region - start) * n + from);
    }
  }
}

/** How often one group's draws exceed the other's, in several pairings. */
function comparePairs(
  [p1, p2]: Two<Float32Array>,
  row: number,
  n: number,
  { estimand, delta }: Model["saved"]["question"],
  offset: number,
  region: number,
  into: Found,
) {
  // log2(a + c) - log2(b + c) >= delta says the same as a >= k b + (k - 1) c with k = 2 ** delta
  const factor = estimand === "log2" ? 2 ** delta : 1;
  const margin = estimand === "log2" ? (factor - 1) * offset : delta;
  const shifts = new Set(Array.from({ length: SHIFTS }, (_, i) => Math.floor((i * n) / SHIFTS)));
  let [up, down, first, second] = [0, 0, 0, 0];
  for (const shift of shifts) {
    for (let draw = 0; draw < n; draw++) {
      const at = draw + shift < n ? draw + shift : draw + shift - n;
      const [a, b] = [p1[row + draw] as number, p2[row + at] as number];
      if (a >= factor * b + margin) up++;
      if (b >= factor * a + margin) down++;
    }
  }
  for (let draw = 0; draw < n; draw++) {
    first += p1[row + draw] as number;
    second += p2[row + draw] as number;
  }
  into.up[region] = up / (n * shifts.size);
  into.down[region] = down / (n * shifts.size);
  into.mean1[region] = first / n;
  into.mean2[region] = second / n;
}

/** The pseudocount, from the largest accessibility of rare regions over all draws. */
function* pairedOffset(
  model: Model,
  groups: Two<Uint32Array>,
  hidden: readonly Two<Float64Array>[],
  n: number,
): Generator<void, number> {
  const tops = [0, 1].map(() => new Float64Array(model.counts.n_regions));
  const block = new Float64Array(n);
  for (const [group, top] of tops.entries()) {
    for (const region of rareRegions(model, groups[group as 0 | 1])) {
      for (const pair of hidden) {
        probabilities(model, region, pair[group as 0 | 1], n, block, 0);
        for (const p of block) if (p > (top[region] as number)) top[region] = p;
      }
      yield;
    }
  }
  return pseudocount(model, groups, tops as unknown as Two<Float64Array>);
}

/** What is added to probabilities before the logarithm; `tops` are the largest ones of the draws. */
function pseudocount(model: Model, groups: Two<Uint32Array>, tops: Two<Float64Array>): number {
  if (model.saved.question.estimand !== "log2") return 0;
  let largest = 1e-10;
  for (const group of [0, 1] as const) {
    const found = rareRegions(model, groups[group]).map((region) => tops[group][region] as number);
    if (found.length > 0) {
      largest = Math.max(largest, quantile(Float64Array.from(found).sort(), 0.9));
    }
  }
  return Math.max(1e-10, largest / model.counts.n_regions);
}

function rareRegions({ counts }: Model, group: Uint32Array): number[] {
  const all = counted(counts, group, (entry) => counts.counts[entry] as number);
  return Array.from(all.keys()).filter((i) => (all[i] as number) / group.length < RARE);
}

function noneFound(n_regions: number): Found {
  const column = () => new Float64Array(n_regions);
  return {
    ...{ up: column(), down: column(), mean1: column(), mean2: column(), spread: column() },
    between: undefined,
  };
}

/** The mean over strata. */
function averaged(parts: readonly Found[]): Found {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  const mean = (name: "up" | "down" | "mean1" | "mean2" | "spread") =>
    (first as Found)[name].map((_, region) => {
      let sum = 0;
      for (const part of parts) sum += part[name][region] as number;
      return sum / parts.length;
    });
  return {
    ...{ up: mean("up"), down: mean("down"), mean1: mean("mean1"), mean2: mean("mean2") },
    ...{ spread: mean("spread"), between: undefined },
  };
}
