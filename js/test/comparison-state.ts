/** A compared session as the wire brings it: three regions, two groups, a final table. */
import type { DifferentialState, TopRegions, WireArray } from "../src/contract";

export const REGIONS = ["chr7:100-600", "chr1:100-600", "chr2:100-600"];

export const NO_REGIONS: TopRegions = {
  ...{ question: 0, n_cells: 0, by: "", regions: [], genes: [], inside: [], outside: [] },
};
export const floats = (...values: number[]): WireArray => ({
  dtype: "float32",
  shape: [values.length],
  data: new DataView(Float32Array.from(values).buffer),
});
export const flags = (...values: number[]): WireArray => ({
  dtype: "uint8",
  shape: [values.length],
  data: new DataView(Uint8Array.from(values).buffer),
});
export const cells = (n: number): WireArray => ({
  dtype: "uint32",
  shape: [n],
  data: new DataView(new Uint32Array(n).buffer),
});

/** Two regions are called: the second is more open in group 1, the first in group 2. */
export const columns = () => ({
  effect_size: floats(-0.3104, 0.4226, 0.01),
  prob_da: floats(0.96, 0.9981, 0.2),
  is_da_fdr: flags(1, 1, 0),
  bayes_factor: floats(3.178, 6.264, -1.386),
  est_prob1: floats(0.1, 0.5, 0.21),
  est_prob2: floats(0.4104, 0.0774, 0.2),
  emp_effect: floats(-0.1, 0.25, 0),
  emp_prob1: floats(0.05, 0.26, 0.1),
  emp_prob2: floats(0.15, 0.01, 0.1),
});

export const state = (some: Partial<DifferentialState> = {}): DifferentialState => ({
  batch_correction: false,
  batch_key: null,
  color_by: "cell_type",
  da_check: null,
  da_differences: [],
  da_donors: null,
  da_stability: null,
  stability: false,
  donor: null,
  drawn_regions: NO_REGIONS,
  donor_dots: [],
  obs_columns: [],
  observed: [],
  da_warnings: [],
  da_columns: columns(),
  da_from_before: false,
  da_n_samples: 5000,
  da_settings: {
    two_sided: true,
    delta: 0.05,
    fdr_target: 0.05,
    batch_correction: false,
    estimand: "difference",
    n_samples: 5000,
    seed: 0,
    donor: null,
    stability: false,
    level: "auto",
  },
  da_progress: 1,
  da_state: "final",
  da_title: "group 1 (300) vs group 2 (520)",
  delta: 0.05,
  estimand: "difference",
  fdr_target: 0.05,
  level: "auto",
  gene_codes: null,
  gene_texts: [],
  genome: "",
  genome_in_use: null,
  idx1: cells(300),
  idx2: cells(520),
  live: true,
  notice: { number: 0, level: "info", text: "" },
  regions: REGIONS,
  set_rows: [],
  sort_by: [],
  table_filters: [],
  n_kept: 0,
  table_columns: [],
  task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
  training: "trained",
  two_sided: true,
  ...some,
});

/** Before anything was compared. */
export const nothing = (some: Partial<DifferentialState> = {}): DifferentialState =>
  state({ da_columns: null, da_n_samples: 0, da_title: "", da_state: "none", ...some });
