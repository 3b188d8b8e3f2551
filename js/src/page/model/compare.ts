/**
 * Differential accessibility of two groups of cells by the model of a page, as estimates that improve:
 * the same as `peakvi_widgets/engine/differential.py`, which says why.
 */
import { counted, sumOf, type Two, union } from "./cell-sets";
import type { Directions } from "./directions";
import { drawStrata, type Stratum } from "./draws";
import { evidenceOf } from "./evidence";
import { type Found, meansOfGroups, pairsOfCells } from "./found";
import { countedDirections } from "./group-counts";
import type { Model, Question } from "./saved-model";

const MANY = 4; // the final draws that are worth an estimate on the way, in units of its own
const LIKELY = 0.7; // smallest probability of a region that is called, of means of groups
const TINY = 1e-8; // keeps the Bayes factor finite

/** A table, a column after the other; one number a region. */
export type EstimatedColumns = Record<string, Float32Array | Uint8Array>;

/** A table that may still improve. */
export interface Estimate {
  columns: EstimatedColumns;
  /** Draws of each group. */
  n_samples: number;
  is_final: boolean;
  /** What held-out fragments say of the final table; empty where none were held out. */
  sentence: string;
}

/** Compare two groups of cells, of which neither is empty; it rests (`undefined`) between estimates. */
export function* compare(
  model: Model,
  groups: Two<Uint32Array>,
): Generator<Estimate | undefined, void> {
  const { question } = model.saved;
  const strata = drawStrata(model, groups);
  const estimator = question.level === "group" ? meansOfGroups : pairsOfCells;
  const estimate = estimator(model, strata, groups);
  const stages = stagesOf(question);
  const [first, last] = [stages[0], stages[stages.length - 1]];
  let sure: Directions | undefined;
  for (const n of stages) {
    const isFinal = n === last;
    if (question.level === "group" && (n === first || isFinal)) {
      sure = yield* resting(countedDirections(model, groups, seenIn(strata), isFinal));
    }
    const found = yield* resting(estimate(Math.ceil(n / strata.length)));
    const columns = tableOf(model, groups, sure ? borneOut(found, sure, question) : found);
    const check = isFinal && model.saved.holds_out ? evidenceOf(model, groups, columns) : undefined;
    const { sentence = "", ...more } = check ?? {};
    yield {
      columns: asTravels({ ...columns, ...more }),
      ...{ n_samples: n, is_final: isFinal, sentence },
    };
  }
}

/** Do the same, with nothing to tell at each rest. */
function* resting<T>(steps: Generator<void, T>): Generator<undefined, T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    yield undefined;
  }
}

/** Numbers of draws to estimate from, rising to the final one. */
export function stagesOf({ first_samples, n_samples }: Question): number[] {
  const first = Math.min(first_samples, n_samples);
  const middle = [8 * first].filter((n) => n * MANY <= n_samples);
  return [...(first < n_samples ? [first] : []), ...middle, n_samples];
}

const seenIn = (strata: readonly Stratum[]): Two<Uint32Array> => [
  union(...strata.map(({ cells }) => cells[0])),
  union(...strata.map(({ cells }) => cells[1])),
];

/** Let changes count as far as the counts bear out their direction. */
function borneOut(found: Found, sure: Directions, { width }: Question): Found {
  const { mean1, mean2 } = found;
  const reach = found.spread.map((spread, i) => {
    const mean = ((mean1[i] as number) + (mean2[i] as number)) / 2;
    return width * Math.hypot(spread, (sure.spread[i] as number) * mean);
  });
  const end = (sign: 1 | -1) =>
    reach.map((value, i) => {
      const change = (mean1[i] as number) - (mean2[i] as number);
      return Math.min(1, Math.max(-1, change + sign * value));
    });
  return {
    ...found,
    up: found.up.map((value, i) => value * (sure.up[i] as number)),
    down: found.down.map((value, i) => value * (sure.down[i] as number)),
    between: [end(-1), end(1)],
  };
}

function tableOf(model: Model, groups: Two<Uint32Array>, found: Found) {
  const { question } = model.saved;
  const { up, down, mean1, mean2, between } = found;
  const both = (a: number, b: number) => {
    if (!question.two_sided) return a;
    return question.estimand === "difference" ? Math.min(1, a + b) : Math.max(a, b);
  };
  const prob_da = up.map((value, i) => both(value, down[i] as number));
  const less = (a: Float64Array, b: Float64Array) => a.map((value, i) => value - (b[i] as number));
  const effect_size = less(mean1, mean2);
  const observed = groups.map((group) =>
    counted(model.counts, group, () => 1).map((open) => open / group.length),
  ) as unknown as Two<Float64Array>;
  const least = question.level === "group" ? Math.min(LIKELY, 1 - question.fdr_target) : 0;
  return {
    prob_da,
    is_da_fdr: calledIn(prob_da, question.fdr_target, least, effect_size),
    bayes_factor: prob_da.map((p) => Math.log(p + TINY) - Math.log(1 - p + TINY)),
    ...{ effect_size, emp_effect: less(...observed) },
    ...{ est_prob1: mean1, est_prob2: mean2, emp_prob1: observed[0], emp_prob2: observed[1] },
    ...(between ? { effect_low: between[0], effect_high: between[1] } : {}),
  };
}

/** Call the most probable regions, as many as keep the expected share of wrong ones low. */
export function calledIn(
  prob: Float64Array,
  target: number,
  least: number,
  effect: Float64Array,
): Uint8Array {
  const size = effect.map(Math.abs);
  const order = Uint32Array.from(prob.keys()).sort(
    (a, b) => at(prob, b) - at(prob, a) || at(size, b) - at(size, a) || a - b,
  );
  const wrong = order.reduce((sums, region) => {
    sums.push((sums[sums.length - 1] ?? 0) + 1 - at(prob, region));
    return sums;
  }, [] as number[]);
  const n = sumOf(wrong.map((sum, i) => (sum / (i + 1) <= target ? 1 : 0)));
  const called = new Uint8Array(prob.length);
  for (const region of order.subarray(0, n)) called[region] = at(prob, region) >= least ? 1 : 0;
  return called;
}

const at = (values: Float64Array, i: number): number => values[i] as number;

/** Numbers in single precision, as tables travel. */
function asTravels(columns: Record<string, Float64Array | Uint8Array>): EstimatedColumns {
  const found = Object.entries(columns).map(([name, values]) => [
    name,
    values instanceof Uint8Array ? values : Float32Array.from(values),
  ]);
  return Object.fromEntries(found);
}
