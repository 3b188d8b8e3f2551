// Written by js/scripts/contract.py from the Python panels. Do not edit.

export interface WireArray {
  dtype: "float32" | "float64" | "uint32" | "int16" | "uint8";
  shape: number[];
  data: DataView;
}

/** An entry of the registry of commands, peakvi_widgets/commands.py. */
export interface Command {
  title: string;
  keys?: readonly string[];
  needs?: string;
  python?: string;
  help?: string;
  local?: boolean;
}

export interface Access {
  opening: boolean;
  saving: boolean;
  variables: boolean;
}

export interface Basis {
  name: string;
  n_dimensions: number;
}

export interface Binding {
  key: string;
  title: string;
}

export interface CellDetails {
  cell: number;
  name: string;
  n_counts: number;
  n_regions: number;
}

export interface Check {
  verdict: "nothing called" | "too few fragments" | "supported" | "mixed" | "noise";
  n_called: number;
  n_signs: number;
  n_agree: number;
  n_confirmed: number;
  n_testable: number;
  expected_agreement: number | null;
  sentence: string;
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
  color_by: string;
}

export interface Component {
  z: number;
  is_confirmed: boolean;
  follows_depth: boolean;
}

export interface CourseStep {
  name: string;
  is_done: boolean;
}

export interface Docked {
  name: string;
  area: "left" | "right" | "bottom";
  ref: string;
}

export interface DonorCheck {
  column: string;
  design: "paired" | "unpaired" | "refused";
  donors1: string[];
  donors2: string[];
  left_out: string[];
  n_called: number;
  n_signs: number;
  n_agree: number;
  n_significant: number;
  is_held_out: boolean;
  sentence: string;
}

export interface DonorDot {
  group: number;
  donor: string;
  rate: number;
}

export interface Download {
  number: number;
  name: string;
  text: string;
}

export interface EarlierRun {
  name: string;
  epoch: number[];
  loss: number[];
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

export interface FileAnswer {
  number: number;
  outcome: "done" | "there" | "refused";
  text: string;
}

export interface FilterSettings {
  min_cells: number;
  min_regions: number;
  max_regions: number | null;
  standard_chromosomes: boolean;
}

export interface Genome {
  name: string;
  sentence: string;
  is_guessed: boolean;
  is_sure: boolean;
}

export interface GroupWarning {
  kind: "few cells" | "shared cells" | "one donor";
  text: string;
}

export interface LayerRow {
  kind: "cells" | "groups" | "labels";
  name: string;
  visible: boolean;
  opacity: number;
  active: boolean;
  in_legend: boolean;
  basis: string;
  color_by: string;
  colormap: string;
  contrast_limits: number[];
  palette: string | string[] | Record<string, string>;
  size: number;
  fill: boolean;
  outline: boolean;
  column: string;
}

export interface Layout {
  height: number | null;
  left: number | null;
  right: number | null;
  bottom: number | null;
  left_open: boolean;
  right_open: boolean;
  bottom_open: boolean;
  left_tab: string;
  right_tab: string;
  bottom_tab: string;
}

export interface Lesson {
  step: number;
  body: string;
  is_done: boolean;
  is_read: boolean;
  missing: string;
  hint: string;
  question: string;
  answer: string;
  button: string;
}

export interface LogEntry {
  number: number;
  level: "info" | "warning" | "error";
  text: string;
  report: string;
  time: number;
}

export interface MarkerGroup {
  name: string;
  n_cells: number;
  n_called: number;
  n_rows: number;
}

export interface MarkersWork {
  state: "none" | "running" | "final" | "stale";
  column: string;
  finding: string;
  text: string;
  progress: number;
}

export interface NamedGroup {
  name: string;
  color: string;
  n_cells: number;
  query: string;
}

export interface Notice {
  number: number;
  level: "info" | "warning" | "error";
  text: string;
}

export interface ObsColumn {
  name: string;
  kind: "category" | "number" | "none";
  categories: string[];
  counts: number[];
  colors: string[];
  reason: string;
}

export interface ObsDifference {
  column: string;
  kind: "number" | "category";
  separation: number;
  p_value: number;
  summary: string;
  is_warning: boolean;
}

export interface ObservedRegion {
  region: string;
  share1: number;
  share2: number;
  p: number;
  is_held_out: boolean;
}

export interface Outline {
  group: number;
  polygon: number[];
  basis: string;
  dimensions: number[];
  radius: number;
}

export interface PictureRequest {
  number: number;
  canvas_only: boolean;
}

export interface Preset {
  name: string;
  text: string;
}

export interface RegionStrip {
  region: string;
  tracks: string[];
  keys: string[];
  n_cells: number[];
  column: string;
  shares: WireArray;
  means: WireArray;
  expected: WireArray;
  dot_tracks: WireArray;
  dot_counts: WireArray;
  words: string;
}

export interface RegionTracks {
  chromosome: string;
  start: number;
  end: number;
  genes: string[];
  gene_places: WireArray;
  exons: WireArray;
  regions: string[];
  region_rows: WireArray;
  region_places: WireArray;
  regions_words: string;
  tracks: string[];
  keys: string[];
  n_cells: number[];
  column: string;
  observed: WireArray;
  expected: WireArray;
  expected_words: string;
  coverage: WireArray;
  coverage_words: string;
  cell_tracks: WireArray;
  cell_marks: WireArray;
}

export interface RegionWindow {
  chromosome: string;
  start: number;
  end: number;
}

export interface SetRows {
  name: string;
  rows: WireArray;
}

export interface Settings {
  two_sided: boolean;
  delta: number;
  fdr_target: number;
  batch_correction: boolean;
  estimand: "difference" | "log2";
  n_samples: number;
  seed: number;
  donor: string | null;
  stability: boolean;
  level: "auto" | "group" | "cell";
}

export interface SortKey {
  column: string;
  ascending: boolean;
}

export interface StabilityCheck {
  n_redraws: number;
  n_called: number;
  n_stable: number;
  sentence: string;
}

export interface Step {
  epoch: number;
  step: number;
  n_steps: number;
  phase: "train" | "validation";
  seconds_per_step: number;
}

export interface SummaryPage {
  number: number;
  name: string;
  html: string;
}

export interface TableColumn {
  name: string;
  width: number;
  is_shown: boolean;
}

export interface TableFilter {
  column: string;
  text: string;
}

export interface Task {
  name: string;
  text: string;
  progress: number;
  waiting: number;
  can_halt: boolean;
}

export interface TopRegions {
  question: number;
  n_cells: number;
  by: "" | "observed" | "model";
  regions: string[];
  genes: string[];
  inside: number[];
  outside: number[];
}

export interface TrainingPlan {
  start: "spectral" | "none";
  max_epochs: number | null;
  max_steps: number | null;
  lr: number | null;
  encoder_rate: number | null;
  weight_decay: number;
  eps: number;
  batch_size: number | null;
  seed: number | null;
  train_size: number | null;
  validation_size: number | null;
  schedule: "one_cycle" | "constant" | "reduce_on_plateau";
  schedule_epochs: number | null;
  warmup_share: number;
  lr_factor: number;
  lr_patience: number;
  lr_threshold: number;
  lr_min: number;
  n_epochs_kl_warmup: number | null;
  n_steps_kl_warmup: number | null;
  early_stopping: boolean;
  early_stopping_patience: number;
  early_stopping_min_delta: number;
  restore_best: boolean;
  best_tolerance: number;
  input_dropout: number;
  kl_weighting: "reference" | "bound";
  n_threads: number | null;
  devices: number;
  device: string;
}

export interface CodeState {
  access: Access;
  download: Download;
  notice: Notice;
  script_body: string;
  script_head: string;
  script_tail: string;
  source: string;
  task: Task;
}

export type CodeIntent =
  | { intent: "download_code"; ending: ".py" | ".ipynb" }
  | { intent: "save_code"; path: string; overwrite: boolean }
  | { intent: "save_session"; path: string; overwrite: boolean };

export interface CourseState {
  course_title: string;
  lesson: Lesson;
  notice: Notice;
  page: SummaryPage;
  steps: CourseStep[];
  task: Task;
}

export type CourseIntent =
  | { intent: "answer"; text: string }
  | { intent: "check" }
  | { intent: "go_to_step"; step: number }
  | { intent: "hand_in" }
  | { intent: "start_again"; step: number };

export interface DataState {
  access: Access;
  batch_key: string | null;
  cells_per_region: WireArray;
  components: Component[];
  confirmed_from: number;
  datasets: Choice[];
  dimensions_sentence: string;
  directory: string;
  entries: Entry[];
  filter_settings: FilterSettings | null;
  filter_warning: string;
  held_out: number;
  n_cells: number;
  n_cells_opened: number;
  n_regions: number;
  n_regions_opened: number;
  notice: Notice;
  obs_columns: ObsColumn[];
  previewing: boolean;
  recoverable: string;
  redo_label: string;
  regions_per_cell: WireArray;
  source: string;
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
  undo_label: string;
  variables: Choice[];
}

export type DataIntent =
  | { intent: "browse"; path: string }
  | { intent: "dismiss_recovery" }
  | { intent: "filter"; min_cells: number; min_regions: number; max_regions: number | null; standard_chromosomes: boolean }
  | { intent: "load_model"; path: string }
  | { intent: "open_dataset"; name: string }
  | { intent: "open_path"; path: string }
  | { intent: "open_variable"; name: string }
  | { intent: "preview" }
  | { intent: "recover" }
  | { intent: "redo" }
  | { intent: "refresh" }
  | { intent: "save_model"; path: string; overwrite: boolean }
  | { intent: "setup"; batch_key: string | null; held_out: number }
  | { intent: "undo" };

export interface DifferentialState {
  batch_correction: boolean;
  batch_key: string | null;
  color_by: string;
  da_check: Check | null;
  da_columns: Partial<Record<"prob_da" | "is_da_fdr" | "bayes_factor" | "effect_size" | "emp_effect" | "est_prob1" | "est_prob2" | "emp_prob1" | "emp_prob2" | "effect_low" | "effect_high" | "held_out_effect" | "held_out_p" | "is_confirmed" | "stability" | "donor_effect" | "donor_p" | "n_donors_agree", WireArray>> | null;
  da_differences: ObsDifference[];
  da_donors: DonorCheck | null;
  da_from_before: boolean;
  da_n_samples: number;
  da_progress: number;
  da_settings: Settings | null;
  da_stability: StabilityCheck | null;
  da_state: "none" | "waiting" | "running" | "estimate" | "final" | "stale" | "cancelled" | "failed";
  da_title: string;
  da_warnings: GroupWarning[];
  delta: number;
  donor: string | null;
  donor_dots: DonorDot[];
  drawn_regions: TopRegions;
  estimand: "difference" | "log2";
  fdr_target: number;
  gene_codes: Partial<Record<"gene" | "where" | "distance", WireArray>> | null;
  gene_texts: string[];
  genome: string;
  genome_in_use: Genome | null;
  idx1: WireArray;
  idx2: WireArray;
  level: "auto" | "group" | "cell";
  live: boolean;
  n_kept: number;
  notice: Notice;
  obs_columns: ObsColumn[];
  observed: ObservedRegion[];
  regions: string[];
  set_rows: SetRows[];
  sort_by: SortKey[];
  stability: boolean;
  table_columns: TableColumn[];
  table_filters: TableFilter[];
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
  two_sided: boolean;
}

export type DifferentialIntent =
  | { intent: "annotate"; genome: string | null }
  | { intent: "cancel" }
  | { intent: "combine_sets"; name: string; expression: string }
  | { intent: "compare" }
  | { intent: "match_by"; column: string }
  | { intent: "name_rows"; name: string; rows: number[] }
  | { intent: "regions_from_bed_text"; text: string; name: string }
  | { intent: "remove_region_set"; name: string }
  | { intent: "separate_groups"; shared_cells: "leave out" | "group 1" | "group 2" }
  | { intent: "star_region"; region: string; starred: boolean }
  | { intent: "stop_looking" };

export interface EmbeddingState {
  bases: Basis[];
  basis: string;
  cell_details: CellDetails;
  color_by: string;
  colors: Colors;
  drawn_regions: TopRegions;
  embedding: WireArray;
  embedding_state: "none" | "current" | "stale";
  group_names: string[];
  idx1: WireArray;
  idx2: WireArray;
  layer_colors: Colors[];
  layer_rows: LayerRow[];
  n_cells: number;
  named_groups: NamedGroup[];
  notice: Notice;
  obs_columns: ObsColumn[];
  outlines: Outline[];
  preview_sentence: string;
  previewing: boolean;
  redo_label: string;
  selected_regions: TopRegions;
  selection: WireArray;
  selection_sentence: string;
  shown_dimensions: number[];
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
  undo_label: string;
}

export type EmbeddingIntent =
  | { intent: "against_rest" }
  | { intent: "brush"; path: number[]; radius: number; mode: "new" | "add" | "subtract" | "intersect" }
  | { intent: "check_selection" }
  | { intent: "clear_groups" }
  | { intent: "clear_selection" }
  | { intent: "cluster"; resolution: number }
  | { intent: "color_group"; name: string; color: string }
  | { intent: "compare_group"; name: string; number: 1 | 2 }
  | { intent: "embed" }
  | { intent: "groups_by"; column: string; group1: string; group2: string | null }
  | { intent: "groups_from"; column: string }
  | { intent: "groups_to_obs" }
  | { intent: "grow_selection"; k: number }
  | { intent: "invert_selection" }
  | { intent: "lasso"; polygon: number[]; mode: "new" | "add" | "subtract" | "intersect" }
  | { intent: "look_inside"; line: number[]; radius: number; mode: "new" | "add" | "subtract" | "intersect"; question: number }
  | { intent: "make_group"; number: 1 | 2; against_rest: boolean }
  | { intent: "name_group"; name: string; query: string }
  | { intent: "preview" }
  | { intent: "redo" }
  | { intent: "remove_group"; name: string }
  | { intent: "rename_group"; name: string; new_name: string }
  | { intent: "select"; cells: number[]; mode: "new" | "add" | "subtract" | "intersect" }
  | { intent: "select_barcodes"; barcodes: string[]; mode: "new" | "add" | "subtract" | "intersect" }
  | { intent: "select_category"; column: string; category: string; mode: "new" | "add" | "subtract" | "intersect" }
  | { intent: "select_group"; name: string; mode: "new" | "add" | "subtract" | "intersect" }
  | { intent: "show_basis"; basis: string; dimensions: number[] }
  | { intent: "show_cell_details"; cell: number }
  | { intent: "stop_looking"; kept: boolean }
  | { intent: "swap_groups" }
  | { intent: "train" }
  | { intent: "undo" }
  | { intent: "update_group"; name: string };

export interface LayersState {
  bases: Basis[];
  layer_rows: LayerRow[];
  n_cells: number;
  notice: Notice;
  obs_columns: ObsColumn[];
  task: Task;
}

export type LayersIntent =
  | { intent: "add_layer"; kind: "cells" | "groups" | "labels" }
  | { intent: "choose_layer"; layer: string }
  | { intent: "move_layer"; layer: string; to: number }
  | { intent: "remove_layer"; layer: string }
  | { intent: "set_layer"; layer: string; setting: string; value: string | number | boolean | number[] };

export interface LogState {
  log_newer: LogEntry[];
  log_older: LogEntry[];
  notice: Notice;
  task: Task;
}

export type LogIntent =
  | { intent: "clear_log" };

export interface MarkersState {
  color_by: string;
  marker_columns: Partial<Record<"effect_size" | "prob_da" | "is_da_fdr" | "is_confirmed" | "emp_prob1" | "emp_prob2", WireArray>> | null;
  marker_genes: string[];
  marker_regions: string[];
  markers_work: MarkersWork;
  n_cells: number;
  notice: Notice;
  obs_columns: ObsColumn[];
  shown_groups: MarkerGroup[];
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
}

export type MarkersIntent =
  | { intent: "cancel_markers" }
  | { intent: "compare_category"; column: string; category: string }
  | { intent: "find_markers"; column: string };

export interface RegionState {
  color_by: string;
  is_shown: boolean;
  layer_rows: LayerRow[];
  n_regions: number;
  notice: Notice;
  obs_columns: ObsColumn[];
  region_marks: WireArray;
  region_strip: RegionStrip | null;
  region_tracks: RegionTracks | null;
  region_window: RegionWindow | null;
  task: Task;
  tracks_by: string;
}

export type RegionIntent =
  | { intent: "show_region"; where: string | number }
  | { intent: "use_fragments"; path: string };

export interface TrainingState {
  bases: Basis[];
  basis: string;
  completed_plan: TrainingPlan;
  earlier_runs: EarlierRun[];
  edited: string[];
  history: EpochMetrics[];
  n_cells: number;
  notice: Notice;
  plan: TrainingPlan;
  preset: "quick" | "standard" | "best_loss" | "scvi";
  presets: Preset[];
  restorable: string[];
  step: Step | null;
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
  training_end: string;
  why_no_start: string;
}

export type TrainingIntent =
  | { intent: "choose_preset"; name: string }
  | { intent: "pause" }
  | { intent: "restore_epoch"; epoch: number }
  | { intent: "resume" }
  | { intent: "show_basis"; basis: string }
  | { intent: "stop" }
  | { intent: "train"; restart: boolean };

export interface VolcanoState {
  color_by: string;
  da_columns: Partial<Record<"effect_size" | "prob_da" | "is_da_fdr" | "is_confirmed" | "effect_low" | "effect_high", WireArray>> | null;
  da_from_before: boolean;
  da_n_samples: number;
  da_progress: number;
  da_settings: Settings | null;
  da_state: "none" | "waiting" | "running" | "estimate" | "final" | "stale" | "cancelled" | "failed";
  da_title: string;
  gene_codes: Partial<Record<"gene" | "where" | "distance", WireArray>> | null;
  gene_texts: string[];
  idx1: WireArray;
  idx2: WireArray;
  live: boolean;
  n_kept: number;
  notice: Notice;
  regions: string[];
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
}

export type VolcanoIntent =
  | { intent: "name_rows"; name: string; rows: number[] };

export interface ViewerState {
  access: Access;
  bindings: Binding[];
  code: string;
  da_state: "none" | "waiting" | "running" | "estimate" | "final" | "stale" | "cancelled" | "failed";
  data: string;
  differential: string;
  docked: Docked[];
  embedding: string;
  file_answer: FileAnswer;
  layer_list: string;
  log_panel: string;
  markers: string;
  n_cells: number;
  n_notices: number;
  n_regions: number;
  notice: Notice;
  picture_asked: PictureRequest;
  pong: number;
  redo_label: string;
  region: string;
  saved_output: string;
  source: string;
  superseded: string;
  task: Task;
  training: "untrained" | "waiting" | "running" | "paused" | "stopping" | "trained";
  training_monitor: string;
  undo_label: string;
  volcano: string;
  window_layout: Layout;
}

export type ViewerIntent =
  | { intent: "close_dock"; name: string }
  | { intent: "halt" }
  | { intent: "open_session"; path: string }
  | { intent: "picture"; number: number; png: string; why: string }
  | { intent: "ping"; number: number }
  | { intent: "press_key"; key: string }
  | { intent: "redo" }
  | { intent: "save_file"; path: string; overwrite: boolean }
  | { intent: "undo" };

export const SESSION_COMMANDS: Readonly<Record<"undo" | "redo", Command>> = {
  undo: { title: "Undo", keys: ["mod+z"], needs: "a change to undo", python: "session.undo()" },
  redo: { title: "Redo", keys: ["mod+shift+z", "mod+y"], needs: "a change that was undone", python: "session.redo()" },
};

export const EMBEDDING_COMMANDS: Readonly<Record<"pan" | "lasso" | "rectangle" | "polygon" | "brush" | "brush_smaller" | "brush_larger" | "fit" | "fit_selection" | "zoom_in" | "zoom_out" | "make_group_1" | "make_group_2" | "make_group_1_against_rest" | "name_group" | "against_rest" | "swap_groups" | "clear_groups" | "clear_selection" | "select_visible" | "invert_selection" | "grow_selection" | "fewer_neighbors" | "more_neighbors" | "cell_cursor" | "check_selection" | "preview" | "embed" | "cluster", Command>> = {
  pan: { title: "Pan", keys: ["p"], needs: "an embedding", help: "Drag the canvas; with any other tool, hold Space or use the middle button" },
  lasso: { title: "Lasso", keys: ["l"], needs: "an embedding", python: "session.lasso(polygon)", help: "Draw around cells; the line closes automatically" },
  rectangle: { title: "Rectangle", keys: ["r"], needs: "an embedding", python: "session.lasso(corners)", help: "Drag from corner to corner" },
  polygon: { title: "Polygon", keys: ["g"], needs: "an embedding", python: "session.lasso(polygon)", help: "Click corner by corner; the first corner, Enter or a double click closes it" },
  brush: { title: "Brush", keys: ["b"], needs: "an embedding", python: "session.brush(path, radius)", help: "Paint over cells; [ and ] change its size" },
  brush_smaller: { title: "Smaller brush", keys: ["["], needs: "the brush" },
  brush_larger: { title: "Larger brush", keys: ["]"], needs: "the brush" },
  fit: { title: "Fit", keys: ["home"], needs: "an embedding", help: "Show all cells", local: true },
  fit_selection: { title: "Fit to the selection", keys: ["shift+home"], needs: "selected cells, or cells in a group", help: "Zoom to the selected cells, or to the groups if nothing is selected", local: true },
  zoom_in: { title: "Zoom in", keys: ["+", "="], needs: "an embedding", local: true },
  zoom_out: { title: "Zoom out", keys: ["-"], needs: "an embedding", local: true },
  make_group_1: { title: "Make group 1", keys: ["1"], needs: "selected cells", python: "session.make_group(1)", help: "These cells become group 1" },
  make_group_2: { title: "Make group 2", keys: ["2"], needs: "selected cells", python: "session.make_group(2)", help: "These cells become group 2" },
  make_group_1_against_rest: { title: "Make group 1, all others group 2", keys: ["shift+i"], needs: "selected cells", python: "session.make_group(1, against_rest=True)", help: "These cells become group 1, all others group 2" },
  name_group: { title: "Name cells", keys: ["n"], needs: "open counts", python: "session.name_group(name)", help: "Give the selected cells, or those of a query, a name" },
  against_rest: { title: "Group 1 against the rest", keys: ["shift+i"], needs: "cells in group 1", python: "session.against_rest()", help: "All cells that are not in group 1 become group 2" },
  swap_groups: { title: "Swap groups", keys: ["x"], needs: "cells in a group", python: "session.swap_groups()", help: "Exchange group 1 and group 2" },
  clear_groups: { title: "Clear groups", needs: "cells in a group", python: "session.clear_groups()", help: "Empty both groups" },
  clear_selection: { title: "Clear the selection", keys: ["escape"], needs: "selected cells or a line in progress", python: "session.clear_selection()", help: "Deselect all cells" },
  select_visible: { title: "Select visible cells", keys: ["a"], needs: "an embedding", python: "session.lasso(corners)", help: "Select all cells in the current view" },
  invert_selection: { title: "Invert the selection", keys: ["i"], needs: "an embedding", python: "session.invert_selection()", help: "Select the cells that are not selected" },
  grow_selection: { title: "Grow the selection", keys: ["k"], needs: "selected cells", python: "session.grow_selection(k=15)", help: "Add the nearest neighbors of each cell, in the latent space if there is one" },
  fewer_neighbors: { title: "Grow by fewer neighbors", keys: ["["], needs: "a tool other than the brush" },
  more_neighbors: { title: "Grow by more neighbors", keys: ["]"], needs: "a tool other than the brush" },
  cell_cursor: { title: "Cell cursor", keys: ["c"], needs: "an embedding", help: "Arrow keys move to the next cell, with Shift they select; Enter selects a cell" },
  check_selection: { title: "Anything in here?", keys: ["e"], needs: "selected cells", python: "session.dimensions_of()", help: "Test whether there is structure among these cells, beyond noise" },
  preview: { title: "Preview", needs: "open counts", python: "session.preview()", help: "Map the cells without a model, by dimensions that held-out data confirm" },
  embed: { title: "Embed", needs: "a trained model", python: "session.embed()", help: "Compute a UMAP of the model's latent space" },
  cluster: { title: "Cluster", needs: "an embedding of the trained model", python: "session.cluster()", help: "Find Leiden clusters in the model's latent space" },
};

export const TRAINING_COMMANDS: Readonly<Record<"train" | "stop" | "pause" | "restart", Command>> = {
  train: { title: "Train", keys: ["t"], needs: "open counts and no running training", python: "session.train()", help: "Train with these parameters, or continue from the last step" },
  stop: { title: "Stop training", keys: ["s"], needs: "a running training", python: "session.stop()", help: "Stop at the next minibatch and keep the best weights" },
  pause: { title: "Pause or resume training", needs: "a running training", python: "session.pause()" },
  restart: { title: "Restart training", needs: "a trained model", python: "session.train(restart=True)", help: "Discard this model and train a new one; press twice" },
};

export const DIFFERENTIAL_COMMANDS: Readonly<Record<"compare" | "cancel" | "live" | "csv" | "copy_rows" | "copy_regions" | "bed" | "copy_bed", Command>> = {
  compare: { title: "Compare", keys: ["d"], needs: "a trained model and cells in both groups", python: "session.compare()", help: "Find regions that differ between group 1 and group 2" },
  cancel: { title: "Cancel the comparison", needs: "a running comparison", python: "session.cancel()", help: "Stop this comparison; the current table stays" },
  live: { title: "Compare automatically", python: "session.live = True", help: "Compare whenever the groups or a setting change" },
  csv: { title: "Download the table", needs: "a table", python: "session.da_result.to_csv(path)", help: "Download the visible rows and columns in this order" },
  copy_rows: { title: "Copy the table", needs: "a table", python: "session.da_result.to_clipboard()", help: "Copy the visible rows for a spreadsheet; Ctrl+C copies the selected rows" },
  copy_regions: { title: "Copy the region names", needs: "a table", python: "session.da_result.index", help: "Copy the visible regions, one per line" },
  bed: { title: "Download the regions as BED", needs: "a table", python: "session.save_regions(path, 'all')", help: "Download the visible regions in this order, for a genome browser" },
  copy_bed: { title: "Copy the regions as BED", needs: "a table", python: "session.save_regions(path, 'all')", help: "Copy the visible regions, for GREAT and other web pages" },
};

export const MARKERS_COMMANDS: Readonly<Record<"find_markers" | "cancel_markers" | "compare_category" | "save_markers", Command>> = {
  find_markers: { title: "Find markers", needs: "a trained model and a column of categories", python: "session.find_markers(column)", help: "Compare each category of a column with all other cells" },
  cancel_markers: { title: "Cancel finding markers", needs: "markers that are being found", python: "session.cancel_markers()", help: "Stop; the present table stays" },
  compare_category: { title: "Category against the rest", needs: "a selected marker", python: "session.groups_by(column, category)", help: "Make the category of the selected row group 1, all other cells group 2" },
  save_markers: { title: "Download the markers", needs: "markers", python: "session.save_markers(path)", help: "Download the visible rows in this order" },
};

export const DATA_COMMANDS: Readonly<Record<"open_another" | "filter", Command>> = {
  open_another: { title: "Open data", python: "session.open(path)" },
  filter: { title: "Apply the filter", needs: "a changed filter and no running training", python: "session.filter(min_cells=10)", help: "Keep these cells and regions" },
};

export const LAYERS_COMMANDS: Readonly<Record<"toggle_layer" | "rename_layer" | "remove_layer" | "raise_layer" | "lower_layer" | "add_cells" | "add_labels" | "add_groups", Command>> = {
  toggle_layer: { title: "Show or hide the layer", keys: ["v"], needs: "a layer", python: "session.layers[name].visible = False" },
  rename_layer: { title: "Rename the layer", keys: ["f2"], needs: "a layer", python: "session.layers[name].name = new_name", local: true },
  remove_layer: { title: "Remove the layer", keys: ["delete"], needs: "a layer", python: "session.layers.remove(name)", local: true },
  raise_layer: { title: "Move the layer up", keys: ["alt+arrowup"], needs: "a layer above it", python: "session.layers.move(name, position)", help: "Draw it above the next one", local: true },
  lower_layer: { title: "Move the layer down", keys: ["alt+arrowdown"], needs: "a layer below it", python: "session.layers.move(name, position)", help: "Draw it below the next one", local: true },
  add_cells: { title: "New layer of cells", needs: "open counts", python: "session.add_layer('cells')", help: "Show the same cells with other colors" },
  add_labels: { title: "New layer of labels", needs: "open counts", python: "session.add_layer('labels')", help: "Show category names at the center of their cells" },
  add_groups: { title: "Show the groups again", needs: "a removed groups layer", python: "session.add_layer('groups')" },
};

export const LOG_COMMANDS: Readonly<Record<"copy_report" | "clear_log", Command>> = {
  copy_report: { title: "Copy the newest report", needs: "a failure in the log", python: "session.log[-1].report", help: "What failed and where, without any data" },
  clear_log: { title: "Clear the log", needs: "a notice in the log", python: "session.clear_log()" },
};

export const CODE_COMMANDS: Readonly<Record<"copy_code" | "download_script" | "download_notebook", Command>> = {
  copy_code: { title: "Copy the code", python: "session.code()" },
  download_script: { title: "Download the code as .py", python: "session.code()", help: "Save the script with the browser" },
  download_notebook: { title: "Download the code as a notebook", python: "session.code('.ipynb')", help: "Save the script as a notebook with the browser" },
};

export const VIEWER_COMMANDS: Readonly<Record<"open_session" | "save_session" | "save_page" | "save_script" | "save_notebook" | "palette" | "shortcuts" | "save_picture" | "save_window_picture" | "halt" | "fullscreen" | "fold_left" | "fold_right" | "fold_bottom", Command>> = {
  open_session: { title: "Open session\u2026", needs: "no running training", python: "session.open('name.peakvi')", help: "Open a saved session" },
  save_session: { title: "Save session\u2026", needs: "open counts", python: "session.save('name.peakvi')", help: "Save counts, groups, model and results in one file on the server" },
  save_page: { title: "Save as a page\u2026", needs: "open counts", python: "session.export_html('name.html')", help: "Save cells, groups and table in one HTML file on the server; it needs no kernel" },
  save_script: { title: "Save code as .py\u2026", python: "session.save_code('name.py')", help: "Save the script in a file on the server" },
  save_notebook: { title: "Save code as a notebook\u2026", python: "session.save_code('name.ipynb')", help: "Save the script as a notebook on the server" },
  palette: { title: "All commands", keys: ["/", "q"], help: "Find a command, a region or a column" },
  shortcuts: { title: "Keyboard shortcuts", keys: ["?"], help: "List all keys with their Python" },
  save_picture: { title: "Save picture", python: "viewer.screenshot(path)", help: "Download the current view of the cells as PNG" },
  save_window_picture: { title: "Save picture of the window", python: "viewer.screenshot(path, canvas_only=False)", help: "Download the whole window as PNG" },
  halt: { title: "Cancel", needs: "opening, filtering, mapping, embedding or clustering that is running", python: "session.halt()", help: "Stop at the next step; nothing changes" },
  fullscreen: { title: "Full screen", keys: ["shift+f"] },
  fold_left: { title: "Fold or unfold the left dock" },
  fold_right: { title: "Fold or unfold the right dock", needs: "a docked widget" },
  fold_bottom: { title: "Fold or unfold the bottom dock" },
};

export const MENUS: readonly { title: string; groups: readonly (readonly string[])[] }[] = [
  { title: "File", groups: [["open_another", "open_session", "save_session"], ["save_page", "save_script", "save_notebook"], ["copy_code", "download_script", "download_notebook"], ["csv", "bed", "copy_rows", "copy_regions", "copy_bed"], ["save_picture", "save_window_picture"]] },
  { title: "Edit", groups: [["undo", "redo", "halt"], ["filter"]] },
  { title: "View", groups: [["fit", "fit_selection", "zoom_in", "zoom_out"], ["fullscreen"], ["fold_left", "fold_right", "fold_bottom"]] },
  { title: "Select", groups: [["pan", "lasso", "rectangle", "polygon", "brush", "brush_smaller", "brush_larger"], ["select_visible", "invert_selection", "clear_selection"], ["cell_cursor", "grow_selection", "fewer_neighbors", "more_neighbors"], ["check_selection"]] },
  { title: "Layers", groups: [["toggle_layer", "rename_layer", "remove_layer"], ["raise_layer", "lower_layer"], ["add_cells", "add_labels", "add_groups"]] },
  { title: "Model", groups: [["preview", "train", "stop", "pause", "restart"], ["embed", "cluster"]] },
  { title: "Compare", groups: [["make_group_1", "make_group_2", "make_group_1_against_rest", "against_rest"], ["name_group", "swap_groups", "clear_groups"], ["compare", "cancel", "live"], ["find_markers", "cancel_markers", "compare_category", "save_markers"]] },
  { title: "Help", groups: [["palette", "shortcuts"], ["copy_report", "clear_log"]] },
];

export interface PanelRow {
  name: "embedding" | "layer_list" | "data" | "training_monitor" | "differential" | "volcano" | "markers" | "region" | "log_panel" | "code";
  module: string;
  class_name: string;
  label: string;
  dock: "canvas" | "left" | "right" | "bottom";
}

export const PANELS: readonly PanelRow[] = [
  { name: "embedding", module: "embedding", class_name: "EmbeddingPanel", label: "Embedding", dock: "canvas" },
  { name: "layer_list", module: "layers", class_name: "LayersPanel", label: "Layers", dock: "left" },
  { name: "data", module: "data", class_name: "DataPanel", label: "Data", dock: "left" },
  { name: "training_monitor", module: "training", class_name: "TrainingPanel", label: "Training", dock: "left" },
  { name: "differential", module: "differential", class_name: "DifferentialPanel", label: "Differential accessibility", dock: "bottom" },
  { name: "volcano", module: "volcano", class_name: "VolcanoPanel", label: "Volcano", dock: "bottom" },
  { name: "markers", module: "markers", class_name: "MarkersPanel", label: "Markers", dock: "bottom" },
  { name: "region", module: "region", class_name: "RegionPanel", label: "Region", dock: "bottom" },
  { name: "log_panel", module: "log", class_name: "LogPanel", label: "Log", dock: "bottom" },
  { name: "code", module: "code", class_name: "CodePanel", label: "Code", dock: "bottom" },
];

export interface FormField {
  name: "start" | "max_epochs" | "max_steps" | "lr" | "encoder_rate" | "weight_decay" | "eps" | "batch_size" | "seed" | "train_size" | "validation_size" | "schedule" | "schedule_epochs" | "warmup_share" | "lr_factor" | "lr_patience" | "lr_threshold" | "lr_min" | "n_epochs_kl_warmup" | "n_steps_kl_warmup" | "early_stopping" | "early_stopping_patience" | "early_stopping_min_delta" | "restore_best" | "best_tolerance" | "input_dropout" | "kl_weighting" | "n_threads" | "devices" | "device";
  label: string;
  help: string;
  kind: "integer" | "number" | "flag" | "choice";
  min: number | null;
  max: number | null;
  choices: string[];
  empty: string;
  is_basic: boolean;
}

export const PLAN_FORM: readonly FormField[] = [
  { name: "start", label: "start", help: "Where a new model starts: at what held-out fragments confirm (spectral), or at random", kind: "choice", min: null, max: null, choices: ["spectral", "none"], empty: "", is_basic: false },
  { name: "max_epochs", label: "epochs", help: "Epochs since the model was new, not since the last stop; empty for what suits the data", kind: "integer", min: 1, max: null, choices: [], empty: "by data", is_basic: true },
  { name: "lr", label: "lr", help: "Learning rate of AdamW, above 0; leave empty for a rate that suits the data", kind: "number", min: 0, max: null, choices: [], empty: "by data", is_basic: true },
  { name: "encoder_rate", label: "encoder lr", help: "Learning rate of the encoders in units of lr, in [0, 1]; empty for what suits the data", kind: "number", min: 0, max: 1, choices: [], empty: "by data", is_basic: false },
  { name: "weight_decay", label: "decay", help: "Decoupled weight decay, 0 or more", kind: "number", min: 0, max: null, choices: [], empty: "", is_basic: false },
  { name: "eps", label: "eps", help: "Added to the denominator of AdamW, above 0", kind: "number", min: 0, max: null, choices: [], empty: "", is_basic: false },
  { name: "batch_size", label: "batch", help: "Cells in a minibatch; leave empty for a number that suits the data", kind: "integer", min: 1, max: null, choices: [], empty: "by data", is_basic: true },
  { name: "seed", label: "seed", help: "Seed of the split, the order of cells, dropout and samples; leave empty for the model's", kind: "integer", min: 0, max: 4294967295, choices: [], empty: "model's", is_basic: true },
  { name: "train_size", label: "train share", help: "Share of the cells to learn from, in (0, 1]", kind: "number", min: 0, max: 1, choices: [], empty: "0.9", is_basic: false },
  { name: "validation_size", label: "valid. share", help: "Share of the cells to validate with, in [0, 1); leave empty for all others", kind: "number", min: 0, max: 1, choices: [], empty: "the rest", is_basic: false },
  { name: "schedule", label: "schedule", help: "Learning rate: rising then falling, constant, or falling on a plateau", kind: "choice", min: null, max: null, choices: ["one_cycle", "constant", "reduce_on_plateau"], empty: "", is_basic: false },
  { name: "schedule_epochs", label: "lr epochs", help: "Length of the learning rate's schedule; leave empty for the length of the training", kind: "integer", min: 1, max: null, choices: [], empty: "epochs", is_basic: false },
  { name: "warmup_share", label: "lr warm-up", help: "Share of the schedule over which the learning rate rises, in [0, 1)", kind: "number", min: 0, max: 1, choices: [], empty: "", is_basic: false },
  { name: "lr_factor", label: "lr factor", help: "reduce_on_plateau: factor of each reduction, in (0, 1)", kind: "number", min: 0, max: 1, choices: [], empty: "", is_basic: false },
  { name: "lr_patience", label: "lr patience", help: "reduce_on_plateau: epochs to wait for a better validation ELBO", kind: "integer", min: 0, max: null, choices: [], empty: "", is_basic: false },
  { name: "lr_threshold", label: "lr min. gain", help: "reduce_on_plateau: nats per cell by which an epoch must be better, 0 or more", kind: "number", min: 0, max: null, choices: [], empty: "", is_basic: false },
  { name: "lr_min", label: "min lr", help: "reduce_on_plateau: lowest learning rate, 0 or more", kind: "number", min: 0, max: null, choices: [], empty: "", is_basic: false },
  { name: "n_epochs_kl_warmup", label: "KL epochs", help: "Epochs over which the weight of the KL term rises to 1; leave empty to count steps", kind: "integer", min: 0, max: null, choices: [], empty: "by steps", is_basic: false },
  { name: "n_steps_kl_warmup", label: "KL steps", help: "Minibatches over which the weight of the KL term rises to 1, if not given in epochs", kind: "integer", min: 0, max: null, choices: [], empty: "none", is_basic: false },
  { name: "early_stopping", label: "early stopping", help: "Stop when the validation reconstruction loss no longer falls", kind: "flag", min: null, max: null, choices: [], empty: "", is_basic: true },
  { name: "early_stopping_patience", label: "patience", help: "Epochs to wait for a lower validation loss", kind: "integer", min: 1, max: null, choices: [], empty: "", is_basic: true },
  { name: "early_stopping_min_delta", label: "min. gain", help: "Nats per cell by which the loss must fall to count, 0 or more", kind: "number", min: 0, max: null, choices: [], empty: "", is_basic: false },
  { name: "restore_best", label: "keep the best weights", help: "Restore the weights of the best validation epoch at the end", kind: "flag", min: null, max: null, choices: [], empty: "", is_basic: false },
  { name: "best_tolerance", label: "tolerance", help: "How far a later epoch may be above the lowest loss and count as best, as a share of it", kind: "number", min: 0, max: 1, choices: [], empty: "", is_basic: false },
  { name: "input_dropout", label: "input dropout", help: "Share of the counts hidden from the encoders during training, in [0, 1)", kind: "number", min: 0, max: 1, choices: [], empty: "", is_basic: false },
  { name: "kl_weighting", label: "weighting", help: "Reconstruction against KL: as scvi-tools does (reference) or as in the paper (bound)", kind: "choice", min: null, max: null, choices: ["reference", "bound"], empty: "", is_basic: false },
  { name: "n_threads", label: "threads", help: "CPU threads; leave empty for one less than there are cores", kind: "integer", min: 1, max: null, choices: [], empty: "cores - 1", is_basic: false },
  { name: "device", label: "device", help: "Device to train on; auto is a CUDA device if there is one", kind: "choice", min: null, max: null, choices: ["auto", "cpu", "cuda", "mps"], empty: "", is_basic: false },
];

export interface DAColumn {
  name: "prob_da" | "is_da_fdr" | "bayes_factor" | "effect_size" | "emp_effect" | "est_prob1" | "est_prob2" | "emp_prob1" | "emp_prob2" | "effect_low" | "effect_high" | "held_out_effect" | "held_out_p" | "is_confirmed" | "stability" | "donor_effect" | "donor_p" | "n_donors_agree" | "gene" | "where" | "distance" | "sets";
  label: string;
  kind: "number" | "flag" | "text";
  format: string;
  help: string;
  unit: string;
  grid_order: number;
  width: number;
  grow: number;
  has_bar: boolean;
}

export const DA_COLUMNS: readonly DAColumn[] = [
  { name: "prob_da", label: "prob_da", kind: "number", format: ".3f", help: "posterior probability that the region differs", unit: "", grid_order: 2, width: 82, grow: 1.0, has_bar: false },
  { name: "is_da_fdr", label: "FDR", kind: "flag", format: "", help: "whether the region is called at the FDR target; filter by yes", unit: "", grid_order: 3, width: 56, grow: 0.5, has_bar: false },
  { name: "bayes_factor", label: "Bayes f.", kind: "number", format: "+.2f", help: "log odds of prob_da", unit: "nats", grid_order: 10, width: 82, grow: 1.0, has_bar: false },
  { name: "effect_size", label: "effect size", kind: "number", format: "+.3f", help: "est_prob1 - est_prob2, positive if more open in group 1", unit: "", grid_order: 1, width: 166, grow: 1.0, has_bar: true },
  { name: "emp_effect", label: "emp. effect", kind: "number", format: "+.3f", help: "emp_prob1 - emp_prob2, positive if observed open more often in group 1", unit: "", grid_order: 9, width: 88, grow: 1.0, has_bar: false },
  { name: "est_prob1", label: "est. 1", kind: "number", format: ".3f", help: "mean accessibility of group 1 by the model", unit: "probability", grid_order: 7, width: 70, grow: 1.0, has_bar: false },
  { name: "est_prob2", label: "est. 2", kind: "number", format: ".3f", help: "mean accessibility of group 2 by the model", unit: "probability", grid_order: 8, width: 70, grow: 1.0, has_bar: false },
  { name: "emp_prob1", label: "open in 1", kind: "number", format: ".1%", help: "share of the cells of group 1 in which the region is open; filter by > 20 % or > 0.2", unit: "", grid_order: 5, width: 82, grow: 1.0, has_bar: false },
  { name: "emp_prob2", label: "open in 2", kind: "number", format: ".1%", help: "share of the cells of group 2 in which the region is open; filter by > 20 % or > 0.2", unit: "", grid_order: 6, width: 82, grow: 1.0, has_bar: false },
  { name: "effect_low", label: "effect low", kind: "number", format: "+.3f", help: "group 1 - group 2 lies between effect_low and effect_high with a probability of 95 %", unit: "", grid_order: 13, width: 84, grow: 1.0, has_bar: false },
  { name: "effect_high", label: "effect high", kind: "number", format: "+.3f", help: "upper end of that credible interval", unit: "", grid_order: 14, width: 84, grow: 1.0, has_bar: false },
  { name: "held_out_effect", label: "held out", kind: "number", format: "+.2f", help: "group 1 - group 2 in the fragments that the model never saw", unit: "fragments of 10,000", grid_order: 11, width: 76, grow: 1.0, has_bar: false },
  { name: "held_out_p", label: "held-out p", kind: "number", format: ".1e", help: "two-sided p-value of that difference, given the depths of both groups", unit: "", grid_order: 12, width: 82, grow: 1.0, has_bar: false },
  { name: "is_confirmed", label: "confirmed", kind: "flag", format: "", help: "called, and held-out fragments agree: the same sign, and significant at 0.05 after adjustment over the called regions; filter by yes", unit: "", grid_order: 4, width: 96, grow: 0.5, has_bar: false },
  { name: "stability", label: "stability", kind: "number", format: ".0%", help: "share of the redraws of the groups' borders and the posterior in which the region is called; filter by > 90 %", unit: "", grid_order: 18, width: 76, grow: 1.0, has_bar: false },
  { name: "donor_effect", label: "donors", kind: "number", format: "+.2f", help: "group 1 - group 2, the mean over donors", unit: "fragments of 10,000", grid_order: 15, width: 76, grow: 1.0, has_bar: false },
  { name: "donor_p", label: "donors p", kind: "number", format: ".1e", help: "two-sided p-value of that difference with each donor as one observation", unit: "", grid_order: 16, width: 82, grow: 1.0, has_bar: false },
  { name: "n_donors_agree", label: "agree", kind: "number", format: ".0f", help: "donors whose own difference has the sign of effect_size", unit: "donors", grid_order: 17, width: 64, grow: 1.0, has_bar: false },
  { name: "gene", label: "gene", kind: "text", format: "", help: "gene of the region by its main TSS, several separated by ;", unit: "", grid_order: 0, width: 92, grow: 1.0, has_bar: false },
  { name: "where", label: "where", kind: "text", format: "", help: "promoter: 1,000 bp upstream to 100 bp downstream of a TSS; distal: within 200,000 bp, or in a gene; intergenic: neither", unit: "", grid_order: 1, width: 88, grow: 0.5, has_bar: false },
  { name: "distance", label: "distance", kind: "number", format: "+.0f", help: "from the gene's main TSS to the region, negative upstream, 0 where it covers the TSS", unit: "base pairs", grid_order: 19, width: 82, grow: 1.0, has_bar: false },
  { name: "sets", label: "sets", kind: "text", format: "", help: "sets of regions that it is in, several separated by ;", unit: "", grid_order: 0, width: 84, grow: 1.0, has_bar: false },
];

export const FILTER_DEFAULTS: FilterSettings = { min_cells: 10, min_regions: 0, max_regions: null, standard_chromosomes: false };

export const GENOMES: Readonly<Record<string, string>> = {"hg38": "human, GRCh38", "hg19": "human, GRCh37", "mm10": "mouse, GRCm38"};
