/** The model of a saved page: its weights, the places of the cells, and their counts. */
import { numbers } from "../../arrays";
import type { OpenRegions } from "../open-regions";

/** A layer as it is described. */
interface LayerRow {
  n_in: number;
  n_out: number;
  /** Whether inputs are rows of the weights, so that some of them can be looked up. */
  by_input: boolean;
  /** Whether there is a scale and a shift, of batch normalization. */
  scaled: boolean;
  layer_norm: boolean;
}

/** What is asked of a comparison; as `Question` in Python. */
export interface Question {
  two_sided: boolean;
  delta: number;
  fdr_target: number;
  batch_correction: boolean;
  estimand: "difference" | "log2";
  level: "group" | "cell";
  n_samples: number;
  first_samples: number;
  seed: number;
  /** Standard deviations of a normal distribution within the credible interval, and its share. */
  width: number;
  interval: number;
}

/** All that is plain of a saved model; the arrays are in a block of their own. */
export interface SavedModel {
  n_hidden: number;
  n_latent: number;
  n_categories: readonly number[];
  n_continuous: number;
  is_simplex: boolean;
  injects: boolean;
  encodes_covariates: boolean;
  encoder: readonly LayerRow[];
  decoder: readonly LayerRow[];
  /** Whether fragments were held out of the model. */
  holds_out: boolean;
  /** Whether counts are of cut sites, two a fragment. */
  has_cut_sites: boolean;
  /** Cells of a group below which a comparison is mostly chance. */
  few_cells: number;
  /** What held-out fragments say, by verdict. */
  sentences: Readonly<Record<string, string>>;
  question: Question;
  /** Name, type and length of each array of the block. */
  arrays: readonly (readonly [name: string, dtype: string, length: number])[];
}

/** A layer. */
export interface Layer extends LayerRow {
  weight: Float32Array;
  bias: Float32Array;
  scale: Float32Array;
  shift: Float32Array;
}

/** Counts of all cells, as compressed rows. */
export interface Counts {
  n_cells: number;
  n_regions: number;
  starts: Uint32Array;
  regions: Uint32Array;
  /** As they were counted. */
  counts: Uint8Array | Uint16Array;
  /** Fragments that the model was fitted to, and those that it never saw. */
  fitted: Uint16Array;
  held_out: Uint8Array | Uint16Array;
}

/** A model that can be asked. */
export interface Model {
  saved: SavedModel;
  counts: Counts;
  /** Mean and standard deviation of the latent of each cell. */
  mean: Float32Array;
  deviation: Float32Array;
  /** Batch and covariates of each cell. */
  codes: Uint16Array;
  continuous: Float32Array;
  encoder: Layer[];
  /** From the encoder's last hidden layer to the mean. */
  toMean: Float32Array;
  decoder: Layer[];
  /** From the decoder's last hidden layer to the logit of each region. */
  last: { weight: Float32Array; bias: Float32Array };
}

const BYTES: Readonly<Record<string, number>> = { uint8: 1, uint16: 2, float16: 2, float32: 4 };

/** Read a model: its arrays one after the other, and the open regions of the cells. */
export function readModel(saved: SavedModel, block: Uint8Array, open: OpenRegions): Model {
  let at = 0;
  const arrays = new Map<string, unknown>();
  for (const [name, dtype, length] of saved.arrays) {
    const end = at + length * (BYTES[dtype] ?? 0);
    arrays.set(name, numbers({ dtype, shape: [length], data: block.subarray(at, end) }));
    at = end;
  }
  if (at !== block.length) throw new RangeError("The model of this page is damaged.");
  const of = <T>(name: string) => arrays.get(name) as T;
  const layers = (rows: readonly LayerRow[], part: string): Layer[] =>
    rows.map((row, i) => ({
      ...row,
      weight: of(`${part}.${i}.weight`),
      bias: of(`${part}.${i}.bias`),
      scale: of(`${part}.${i}.scale`),
      shift: of(`${part}.${i}.shift`),
    }));
  const counts = of<Uint8Array>("counts");
  const held_out = of<Uint8Array>("held_out");
  const fitted = Uint16Array.from(counts, (count, i) => {
    const fragments = saved.has_cut_sites ? (count + 1) >> 1 : count;
    return fragments - (held_out[i] ?? 0);
  });
  const { n_cells, n_regions, starts, regions } = open;
  return {
    saved,
    counts: { n_cells, n_regions, starts, regions, counts, fitted, held_out },
    mean: of("mean"),
    deviation: of("deviation"),
    codes: of("codes"),
    continuous: of("continuous"),
    encoder: layers(saved.encoder, "encoder"),
    toMean: of("to_mean"),
    decoder: layers(saved.decoder, "decoder"),
    last: { weight: of("last.weight"), bias: of("last.bias") },
  };
}
