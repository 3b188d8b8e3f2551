/** The network of a saved model: its decoder, and how the latent follows the counts. */
import type { Layer, Model } from "./saved-model";

const LEAK = 0.01; // slope of the leaky ReLU below 0
const EPSILON = 1e-5; // in the variance of layer normalization

/** The columns of 0 and 1 of covariates, where `batch` may stand for a cell's own. */
export function oneHot({ saved, codes }: Model, cell: number, batch?: number): number[] {
  const found: number[] = [];
  for (const [i, n] of saved.n_categories.entries()) {
    if (n < 2) continue;
    const own = codes[cell * saved.n_categories.length + i] as number;
    const code = i === 0 && batch !== undefined ? batch : own;
    for (let category = 0; category < n; category++) found.push(category === code ? 1 : 0);
  }
  return found;
}

/** The decoder's last hidden layer of draws, one after the other. */
export function decodedHidden(
  model: Model,
  cells: Uint32Array,
  noise: Float32Array,
  batches: Uint32Array | undefined,
): Float64Array {
  const { n_hidden, n_latent, n_continuous, is_simplex, injects } = model.saved;
  const found = new Float64Array(cells.length * n_hidden);
  for (let draw = 0; draw < cells.length; draw++) {
    const cell = cells[draw] as number;
    let z: number[] = [];
    for (let i = 0; i < n_latent; i++) {
      const at = cell * n_latent + i;
      const moved = (model.deviation[at] as number) * (noise[draw * n_latent + i] as number);
      z.push((model.mean[at] as number) + moved);
    }
    if (is_simplex) z = softmax(z);
    const continuous = model.continuous.subarray(cell * n_continuous, (cell + 1) * n_continuous);
    const covariates = oneHot(model, cell, batches?.[draw]);
    let h: ArrayLike<number> = [...z, ...continuous, ...covariates];
    for (const [i, layer] of model.decoder.entries()) {
      const input = i > 0 && injects ? [...Array.from(h), ...covariates] : h;
      h = activated(normalized(linear(layer, input), layer).values);
    }
    found.set(h, draw * n_hidden);
  }
  return found;
}

function softmax(z: number[]): number[] {
  const most = Math.max(...z);
  const parts = z.map((value) => Math.exp(value - most));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}

/** The linear part of a layer. */
function linear({ weight, bias, n_in, n_out }: Layer, input: ArrayLike<number>): Float64Array {
  const found = Float64Array.from(bias);
  for (let unit = 0; unit < n_out; unit++) {
    let sum = 0;
    const row = unit * n_in;
    for (let i = 0; i < n_in; i++) sum += (weight[row + i] as number) * (input[i] as number);
    found[unit] = (found[unit] as number) + sum;
  }
  return found;
}

/** A layer's normalization, and what its slopes need. */
function normalized(values: Float64Array, { scaled, scale, shift, layer_norm }: Layer) {
  if (scaled) {
    for (let i = 0; i < values.length; i++) {
      values[i] = (values[i] as number) * (scale[i] as number) + (shift[i] as number);
    }
  }
  if (!layer_norm) return { values, deviation: 1 };
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length + EPSILON);
  for (let i = 0; i < values.length; i++) values[i] = ((values[i] as number) - mean) / deviation;
  return { values, deviation };
}

const activated = (values: Float64Array): Float64Array =>
  values.map((value) => (value < 0 ? LEAK * value : value));

/**
 * How far an open region moves a cell along a line through the latent, on average over some cells: a
 * number a region.
 */
export function encoderSlopes(model: Model, cells: Uint32Array, line: Float64Array): Float64Array {
  const { n_hidden, n_latent } = model.saved;
  const top = new Float64Array(n_hidden); // slope of the place along the line by the last layer
  for (let i = 0; i < n_latent; i++) {
    for (let unit = 0; unit < n_hidden; unit++) {
      const weight = model.toMean[i * n_hidden + unit] as number;
      top[unit] = (top[unit] as number) + (line[i] as number) * weight;
    }
  }
  const units = new Float64Array(n_hidden);
  let [n_open, n_fragments] = [0, 0];
  const { starts, fitted } = model.counts;
  for (const cell of cells) {
    const slopes = slopesOfUnits(model, cell, top);
    for (let unit = 0; unit < n_hidden; unit++) {
      units[unit] = (units[unit] as number) + (slopes[unit] as number) / cells.length;
    }
    for (let i = starts[cell] as number; i < (starts[cell + 1] as number); i++) {
      const n = fitted[i] as number;
      n_fragments += n;
      if (n > 0) n_open++;
    }
  }
  const counted = n_open ? n_fragments / n_open : 1;
  const weight = (model.encoder[0] as Layer).weight; // a row a region
  return Float64Array.from({ length: model.counts.n_regions }, (_, region) => {
    let sum = 0;
    for (let unit = 0; unit < n_hidden; unit++) {
      sum += (units[unit] as number) * (weight[region * n_hidden + unit] as number);
    }
    return sum * counted;
  });
}

/** How the place of a cell follows the units of the encoder's first layer, before normalization. */
function slopesOfUnits(model: Model, cell: number, top: Float64Array): Float64Array {
  const { encodes_covariates } = model.saved;
  const covariates = encodes_covariates ? oneHot(model, cell) : [];
  let h: ArrayLike<number> = [];
  const passed: { values: Float64Array; deviation: number }[] = [];
  for (const [i, layer] of model.encoder.entries()) {
    const first = i === 0 ? firstLayer(model, cell, covariates) : undefined;
    const step = normalized(first ?? linear(layer, [...Array.from(h), ...covariates]), layer);
    passed.push(step);
    h = activated(step.values);
  }
  let slopes: Float64Array = top;
  for (let i = model.encoder.length - 1; i >= 0; i--) {
    const layer = model.encoder[i] as Layer;
    const { values, deviation } = passed[i] as (typeof passed)[number];
    slopes = slopes.map((slope, unit) => ((values[unit] as number) < 0 ? LEAK * slope : slope));
    if (layer.layer_norm) slopes = throughNorm(slopes, values, deviation);
    if (layer.scaled) slopes = slopes.map((slope, unit) => slope * (layer.scale[unit] as number));
    if (i > 0) slopes = throughLinear(slopes, layer, model.saved.n_hidden);
  }
  return slopes;
}

/** The linear part of the encoder's first layer, from the fragments that the model was fitted to. */
function firstLayer(model: Model, cell: number, covariates: readonly number[]): Float64Array {
  const { n_hidden, n_continuous, encodes_covariates } = model.saved;
  const { starts, regions, fitted, n_regions } = model.counts;
  const { weight, bias } = model.encoder[0] as Layer;
  const found = Float64Array.from(bias);
  const add = (input: number, value: number) => {
    for (let unit = 0; unit < n_hidden; unit++) {
      found[unit] = (found[unit] as number) + value * (weight[input * n_hidden + unit] as number);
    }
  };
  for (let i = starts[cell] as number; i < (starts[cell + 1] as number); i++) {
    if (fitted[i]) add(regions[i] as number, fitted[i] as number);
  }
  if (!encodes_covariates) return found;
  for (let i = 0; i < n_continuous; i++) {
    add(n_regions + i, model.continuous[cell * n_continuous + i] as number);
  }
  for (const [i, value] of covariates.entries()) add(n_regions + n_continuous + i, value);
  return found;
}

function throughNorm(slopes: Float64Array, values: Float64Array, deviation: number): Float64Array {
  const n = slopes.length;
  let [sum, along] = [0, 0];
  for (let unit = 0; unit < n; unit++) {
    sum += slopes[unit] as number;
    along += (slopes[unit] as number) * (values[unit] as number);
  }
  return slopes.map(
    (slope, unit) => (slope - sum / n - ((values[unit] as number) * along) / n) / deviation,
  );
}

function throughLinear(slopes: Float64Array, layer: Layer, n_hidden: number): Float64Array {
  const found = new Float64Array(n_hidden);
  for (let unit = 0; unit < layer.n_out; unit++) {
    for (let i = 0; i < n_hidden; i++) {
      const weight = layer.weight[unit * layer.n_in + i] as number;
      found[i] = (found[i] as number) + (slopes[unit] as number) * weight;
    }
  }
  return found;
}
