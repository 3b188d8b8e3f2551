/**
 * Whether fragments that the model never saw agree with a comparison: the same as
 * `peakvi_widgets/engine/evidence.py`, which says why.
 */
import { byBatch, counted, sumOf, type Two, without } from "./cell-sets";
import { binomialCdf, binomialQuantile, binomialTail, normalCdf } from "./distributions";
import type { Model } from "./saved-model";

const ALPHA = 0.05; // level of `is_confirmed` after adjustment, and of a region's power
const POWER = 0.8; // chance of confirming a real difference from which a region counts as testable
const SUPPORTED = 0.8; // share of signs that agree, at least, for "supported"
const CHANCE = 0.01; // a binomial test of the signs above this level says "noise"
const MIN_SIGNS = 10; // called regions with a held-out sign, below which no share means much

/** The part of a table that is looked at. */
export interface Called {
  is_da_fdr: Uint8Array;
  effect_size: Float64Array;
  est_prob1: Float64Array;
  est_prob2: Float64Array;
}

/** What held-out fragments say. */
export interface Evidence {
  held_out_effect: Float64Array;
  held_out_p: Float64Array;
  is_confirmed: Uint8Array;
  sentence: string;
}

/** Fragments of each region in each group, and of all regions together. */
interface Sums {
  k: Two<Float64Array>;
  depth: Two<number>;
}

/** Test a table on the held-out fragments of its groups. */
export function evidenceOf(model: Model, groups: Two<Uint32Array>, table: Called): Evidence {
  const own = [without(groups[0], groups[1]), without(groups[1], groups[0])] as const;
  const pairs = model.saved.question.batch_correction ? byBatch(model, own) : [own];
  const sums = pairs.map((pair) => sumsOf(model, pair));
  const held_out_p = pValues(sums);
  const held_out_effect = effectOf(sums);
  const { is_da_fdr, effect_size } = table;
  const called = Array.from(is_da_fdr.keys()).filter((region) => is_da_fdr[region]);
  const agrees = (region: number) =>
    Math.sign(effect_size[region] as number) === Math.sign(held_out_effect[region] as number);
  const adjusted = adjustedP(called.map((region) => held_out_p[region] as number));
  const is_confirmed = new Uint8Array(is_da_fdr.length);
  for (const [i, region] of called.entries()) {
    is_confirmed[region] = (adjusted[i] as number) <= ALPHA && agrees(region) ? 1 : 0;
  }
  const signs = called.filter((region) => held_out_effect[region] !== 0);
  const depth = [0, 1].map((group) => sums.reduce((all, s) => all + s.depth[group as 0 | 1], 0));
  const isTestable = (region: number) => {
    const total = sums.reduce((all, { k }) => all + at(k[0], region) + at(k[1], region), 0);
    const estimated = [at(table.est_prob1, region), at(table.est_prob2, region)] as const;
    return powerOf(total, estimated, [depth[0] as number, depth[1] as number]) >= POWER;
  };
  const sentence = sentenceOf(model.saved.sentences, {
    n_called: called.length,
    n_signs: signs.length,
    n_agree: signs.filter(agrees).length,
    n_confirmed: sumOf(is_confirmed),
    n_testable: called.filter(isTestable).length,
  });
  return { held_out_effect, held_out_p, is_confirmed, sentence };
}

const at = (values: Float64Array, i: number): number => values[i] as number;

function sumsOf({ counts }: Model, pair: Two<Uint32Array>): Sums {
  const of = (cells: Uint32Array) =>
    counted(counts, cells, (entry) => counts.held_out[entry] as number);
  const k = [of(pair[0]), of(pair[1])] as const;
  return { k, depth: [sumOf(k[0]), sumOf(k[1])] };
}

const shareOf = ([d1, d2]: Two<number>): number => (d1 + d2 ? d1 / (d1 + d2) : 0.5);

/** The difference per 10,000 fragments, strata weighted by their smaller depth. */
function effectOf(sums: readonly Sums[]): Float64Array {
  const smaller = sums.map(({ depth }) => Math.min(...depth));
  const whole = sumOf(smaller);
  const weights = smaller.map((depth) => (whole ? depth / whole : 1 / sums.length));
  return (sums[0] as Sums).k[0].map((_, region) => {
    let found = 0;
    for (const [i, { k, depth }] of sums.entries()) {
      const rate =
        at(k[0], region) / Math.max(depth[0], 1) - at(k[1], region) / Math.max(depth[1], 1);
      found += (weights[i] as number) * rate;
    }
    return 1e4 * found;
  });
}

/** Two-sided p-values; 1 where a region has no fragment. */
function pValues(sums: readonly Sums[]): Float64Array {
  const first = sums[0] as Sums;
  if (sums.length === 1) {
    const share = shareOf(first.depth);
    return first.k[0].map((k1, region) => {
      const n = k1 + at(first.k[1], region);
      const tail = Math.min(binomialCdf(k1, n, share), binomialTail(k1 - 1, n, share));
      return Math.min(1, 2 * tail);
    });
  }
  return first.k[0].map((_, region) => {
    let [off, variance] = [0, 0];
    for (const { k, depth } of sums) {
      const [share, n] = [shareOf(depth), at(k[0], region) + at(k[1], region)];
      off += at(k[0], region) - n * share;
      variance += n * share * (1 - share);
    }
    if (variance <= 0) return 1;
    return 2 * normalCdf(-Math.max(Math.abs(off) - 0.5, 0) / Math.sqrt(variance));
  });
}

/** Benjamini and Hochberg's adjustment. */
function adjustedP(p: readonly number[]): Float64Array {
  const order = Array.from(p.keys()).sort((a, b) => (p[b] as number) - (p[a] as number));
  const found = new Float64Array(p.length);
  let least = 1;
  for (const [i, place] of order.entries()) {
    least = Math.min(least, ((p[place] as number) * p.length) / (p.length - i));
    found[place] = least;
  }
  return found;
}

/** The chance of confirming the difference that the model estimates. */
function powerOf(total: number, estimated: Two<number>, depth: Two<number>): number {
  const share = shareOf(depth);
  const [odds1, odds2] = [estimated[0] * depth[0], estimated[1] * depth[1]];
  const real = odds1 + odds2 > 0 ? odds1 / (odds1 + odds2) : share;
  if (real < share) {
    return binomialCdf(binomialQuantile(ALPHA / 2, total, share) - 1, total, real);
  }
  return binomialTail(binomialQuantile(1 - ALPHA / 2, total, share), total, real);
}

interface Numbers {
  n_called: number;
  n_signs: number;
  n_agree: number;
  n_confirmed: number;
  n_testable: number;
}

/** Say it in the words that Python gave. */
function sentenceOf(sentences: Readonly<Record<string, string>>, numbers: Numbers): string {
  const { n_called, n_signs, n_agree, n_confirmed, n_testable } = numbers;
  const written = (n: number) => n.toLocaleString("en-US");
  const isThin = 2 * Math.max(n_testable, n_confirmed) < n_called;
  const words: Record<string, string> = {
    called: n_called === 1 ? "1 region" : `${written(n_called)} regions`,
    signs: written(n_signs),
    share: n_signs ? `${Math.round((100 * n_agree) / n_signs)}%` : "none",
    confirmed: `${written(n_confirmed)} confirmed${isThin ? ", most have too few of them to be" : ""}`,
  };
  const text = sentences[verdictOf(numbers)] ?? "";
  return text.replace(/\{(\w+)\}/g, (_, name: string) => words[name] ?? "");
}

function verdictOf({ n_called, n_signs, n_agree, n_confirmed }: Numbers): string {
  const byChance = n_signs ? binomialTail(n_agree - 1, n_signs, 0.5) : 1;
  if (n_called === 0) return "nothing called";
  if (n_signs < MIN_SIGNS && n_confirmed === 0) return "too few fragments";
  if (n_confirmed === 0 && byChance > CHANCE) return "noise";
  if (n_agree >= SUPPORTED * n_signs) return "supported";
  return byChance <= CHANCE ? "mixed" : "noise";
}
