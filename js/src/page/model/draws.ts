/** Draws from the posterior of two groups of cells, decoded up to the last hidden layer. */
import type { Two } from "./cell-sets";
import { decodedHidden } from "./network";
import { drawnEvenly, randomOf } from "./random";
import type { Model } from "./saved-model";

/** Draws whose pairs may be compared: all, or those decoded as of one batch. */
export interface Stratum {
  cells: Two<Uint32Array>;
  noise: Two<Float32Array>;
  /** To decode with; `undefined` for each cell's own. */
  batches: Two<Uint32Array> | undefined;
}

/** Draw cells and the noise of their latent, for every stratum; few draws are the first of many. */
export function drawStrata(model: Model, groups: Two<Uint32Array>): Stratum[] {
  const { question, n_latent, n_categories } = model.saved;
  const n_batches = n_categories[0] ?? 1;
  const within = question.batch_correction && n_batches > 1;
  const strata = within ? Array.from({ length: n_batches }, (_, batch) => batch) : [undefined];
  const n = Math.ceil(question.n_samples / strata.length);
  return strata.map((batch, nth) => {
    const cells = (group: 0 | 1) =>
      drawnEvenly(groups[group], n, randomOf(question.seed, group, nth, 0));
    const noise = (group: 0 | 1) => {
      const random = randomOf(question.seed, group, nth, 1);
      return Float32Array.from({ length: n * n_latent }, random.normal);
    };
    const batches = batch === undefined ? undefined : new Uint32Array(n).fill(batch);
    return {
      cells: [cells(0), cells(1)],
      noise: [noise(0), noise(1)],
      batches: batches && [batches, batches],
    };
  });
}

/** The decoder's last hidden layer of the draws from one to before another. */
export function hiddenOf(
  model: Model,
  { cells, noise, batches }: Stratum,
  group: 0 | 1,
  from: number,
  to: number,
): Float64Array {
  const { n_latent } = model.saved;
  return decodedHidden(
    model,
    cells[group].subarray(from, to),
    noise[group].subarray(from * n_latent, to * n_latent),
    batches?.[group].subarray(from, to),
  );
}

/** The probabilities of one region for some draws, of which `hidden` holds one after the other. */
export function probabilities(
  { last: { weight, bias }, saved: { n_hidden } }: Model,
  region: number,
  hidden: Float64Array,
  n: number,
  into: Float64Array | Float32Array,
  at: number,
): void {
  const [row, first] = [region * n_hidden, bias[region] as number];
  let draw = 0;
  for (; draw + 4 <= n; draw += 4) {
    const [a, b] = [draw * n_hidden, (draw + 1) * n_hidden];
    const [c, d] = [(draw + 2) * n_hidden, (draw + 3) * n_hidden];
    let [p, q, r, s] = [first, first, first, first];
    for (let unit = 0; unit < n_hidden; unit++) {
      const w = weight[row + unit] as number;
      p += w * (hidden[a + unit] as number);
      q += w * (hidden[b + unit] as number);
      r += w * (hidden[c + unit] as number);
      s += w * (hidden[d + unit] as number);
    }
    into[at + draw] = 1 / (1 + Math.exp(-p));
    into[at + draw + 1] = 1 / (1 + Math.exp(-q));
    into[at + draw + 2] = 1 / (1 + Math.exp(-r));
    into[at + draw + 3] = 1 / (1 + Math.exp(-s));
  }
  for (; draw < n; draw++) {
    let p = first;
    for (let unit = 0; unit < n_hidden; unit++) {
      p += (weight[row + unit] as number) * (hidden[draw * n_hidden + unit] as number);
    }
    into[at + draw] = 1 / (1 + Math.exp(-p));
  }
}
