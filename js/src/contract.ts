// Written by js/scripts/contract.py from the Python panels. Do not edit.

export interface WireArray {
  dtype: "float32" | "uint32" | "int16" | "uint8";
  shape: number[];
  data: DataView;
}

export interface Choice {
  name: string;
  text: string;
}

export interface Colors {
  kind: "none" | "category" | "number";
  title: string;
  codes: WireArray;
  categories: string[];
  counts: number[];
  values: WireArray;
}

export interface Entry {
  name: string;
  path: string;
  kind: string;
  size: number;
}

export interface EpochMetrics {
  epoch: number;
  kl_weight: number;
  train_loss: number;
  elbo_train: number;
  reconstruction_loss_train: number;
  kl_local_train: number;
  validation_loss: number | null;
  elbo_validation: number | null;
  reconstruction_loss_validation: number | null;
  kl_local_validation: number | null;
  learning_rate: number;
  seconds: number;
  is_best: boolean;
}

export interface FilterSettings {
  min_cells: number;
  min_regions: number;
  max_regions: number | null;
  standard_chromosomes: boolean;
}

export interface Notice {
  number: number;
  level: "info" | "warning" | "error";
  text: string;
}

export interface ObsColumn {
  name: string;
  kind: "category" | "number";
  categories: string[];
  counts: number[];
}

export interface Outline {
  group: number;
  polygon: number[];
}

export interface Preset {
  name: string;
  text: string;
}

export interface Settings {
  two_sided: boolean;
  delta: number;
  fdr_target: number;
  batch_correction: boolean;
  estimand: "difference" | "log2";
  n_samples: number;
  seed: number;
}

export interface Step {
  epoch: number;
  step: number;
  n_steps: number;
  phase: "train" | "validation";
  seconds_per_step: number;
}

export interface Task {
  name: string;
  text: string;
  progress: number;
  waiting: number;
}

export interface TrainingPlan {
  max_epochs: number;
  max_steps: number | null;
  lr: number;
  weight_decay: number;
  eps: number;
  batch_size: number;
  train_size: number | null;
  validation_size: number | null;
  schedule: "constant" | "one_cycle";
  schedule_epochs: number | null;
  warmup_share: number;
  n_epochs_kl_warmup: number | null;
  n_steps_kl_warmup: number | null;
  early_stopping: boolean;
  early_stopping_patience: number;
  early_stopping_min_delta: number;
  restore_best: boolean;
  kl_weighting: "reference" | "bound";
  seed: number | null;
  n_threads: number | null;
  device: string;
}

export interface CodeState {
  notice: Notice;
  script: string;
  task: Task;
}

export type CodeIntent = never;

export interface DataState {
  batch_key: string | null;
  cells_per_region: WireArray;
  datasets: Choice[];
  directory: string;
  entries: Entry[];
  filter_settings: FilterSettings | null;
  filter_warning: string;
  n_cells: number;
  n_cells_opened: number;
  n_regions: number;
  n_regions_opened: number;
  notice: Notice;
  obs_columns: ObsColumn[];
  regions_per_cell: WireArray;
  source: string;
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
  undo_label: string;
  variables: Choice[];
}

export type DataIntent =
  | { intent: "browse"; path: string }
  | { intent: "filter"; min_cells: number; min_regions: number; max_regions: number | null; standard_chromosomes: boolean }
  | { intent: "load_model"; path: string }
  | { intent: "open_dataset"; name: string }
  | { intent: "open_path"; path: string }
  | { intent: "open_variable"; name: string }
  | { intent: "refresh" }
  | { intent: "save_model"; path: string; overwrite: boolean }
  | { intent: "setup"; batch_key: string | null }
  | { intent: "undo" };

export interface DifferentialState {
  batch_correction: boolean;
  batch_key: string | null;
  color_by: string;
  da_columns: Partial<Record<"effect_size" | "prob_da" | "is_da_fdr" | "bayes_factor" | "est_prob1" | "est_prob2" | "emp_effect" | "emp_prob1" | "emp_prob2", WireArray>> | null;
  da_n_samples: number;
  da_progress: number;
  da_settings: Settings | null;
  da_state: "none" | "waiting" | "running" | "estimate" | "final" | "stale" | "cancelled" | "failed";
  da_title: string;
  delta: number;
  estimand: "difference" | "log2";
  fdr_target: number;
  idx1: WireArray;
  idx2: WireArray;
  live: boolean;
  notice: Notice;
  regions: string[];
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
  two_sided: boolean;
}

export type DifferentialIntent =
  | { intent: "cancel" }
  | { intent: "compare" };

export interface EmbeddingState {
  basis: string;
  color_by: string;
  colors: Colors;
  embedding: WireArray;
  embedding_state: "none" | "current" | "stale";
  idx1: WireArray;
  idx2: WireArray;
  n_cells: number;
  notice: Notice;
  obs_columns: ObsColumn[];
  outlines: Outline[];
  selection: WireArray;
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
  undo_label: string;
}

export type EmbeddingIntent =
  | { intent: "against_rest" }
  | { intent: "clear_groups" }
  | { intent: "clear_selection" }
  | { intent: "cluster"; resolution: number }
  | { intent: "embed" }
  | { intent: "groups_by"; column: string; group1: string; group2: string | null }
  | { intent: "lasso"; polygon: number[]; mode: string }
  | { intent: "make_group"; number: number; against_rest: boolean }
  | { intent: "select_category"; column: string; category: string; mode: string }
  | { intent: "swap_groups" }
  | { intent: "undo" };

export interface TrainingState {
  edited: string[];
  history: EpochMetrics[];
  n_cells: number;
  notice: Notice;
  plan: TrainingPlan;
  preset: "quick" | "standard" | "scvi";
  presets: Preset[];
  step: Step | null;
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
  training_end: string;
}

export type TrainingIntent =
  | { intent: "choose_preset"; name: string }
  | { intent: "pause" }
  | { intent: "resume" }
  | { intent: "stop" }
  | { intent: "train"; restart: boolean };

export interface VolcanoState {
  color_by: string;
  da_columns: Partial<Record<"effect_size" | "prob_da" | "is_da_fdr", WireArray>> | null;
  da_n_samples: number;
  da_progress: number;
  da_state: "none" | "waiting" | "running" | "estimate" | "final" | "stale" | "cancelled" | "failed";
  da_title: string;
  idx1: WireArray;
  idx2: WireArray;
  live: boolean;
  notice: Notice;
  regions: string[];
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
}

export type VolcanoIntent = never;

export interface ViewerState {
  code: string;
  da_state: "none" | "waiting" | "running" | "estimate" | "final" | "stale" | "cancelled" | "failed";
  data: string;
  differential: string;
  embedding: string;
  n_cells: number;
  n_regions: number;
  notice: Notice;
  source: string;
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
  training_monitor: string;
  undo_label: string;
  volcano: string;
}

export type ViewerIntent =
  | { intent: "undo" };
