/** A training panel on the page. */
import type { TrainingPlan, TrainingState } from "../src/contract";
import panel from "../src/panels/training";
import { fakeModel } from "./fake-model";

export const PLAN: TrainingPlan = {
  start: "spectral",
  encoder_rate: 0,
  max_epochs: 12,
  max_steps: null,
  lr: 0.002,
  weight_decay: 0.001,
  eps: 1e-8,
  batch_size: 128,
  train_size: null,
  validation_size: null,
  schedule: "one_cycle",
  schedule_epochs: null,
  lr_factor: 0.6,
  lr_patience: 30,
  lr_threshold: 0,
  lr_min: 0,
  best_tolerance: 0,
  input_dropout: 0,
  warmup_share: 0.15,
  n_epochs_kl_warmup: 6,
  n_steps_kl_warmup: null,
  early_stopping: true,
  early_stopping_patience: 50,
  early_stopping_min_delta: 0,
  restore_best: true,
  kl_weighting: "reference",
  seed: null,
  n_threads: null,
  devices: 1,
  device: "auto",
};
export const STATE: TrainingState = {
  training: "untrained",
  training_end: "",
  why_no_start: "",
  history: [],
  basis: "",
  bases: [],
  restorable: [],
  earlier_runs: [],
  step: null,
  preset: "quick",
  presets: [
    { name: "quick", text: "a first look in under a minute" },
    { name: "standard", text: "for results" },
  ],
  edited: [],
  plan: PLAN,
  completed_plan: PLAN,
  n_cells: 9440,
  notice: { number: 0, level: "info", text: "" },
  task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
};

export function opened(state: Partial<TrainingState> = {}) {
  const fake = fakeModel({ ...STATE, ...state });
  const el = document.createElement("div");
  document.body.append(el);
  const end = new AbortController();
  panel.render({ model: fake.model, el, signal: end.signal });
  const at = <E extends HTMLElement = HTMLButtonElement>(id: string) =>
    el.querySelector<E>(`[data-testid="${id}"]`) as E;
  const seen = () =>
    ["train", "restart", "stop", "pause"]
      .filter((id) => !at(id).hidden)
      .map((id) => at(id).textContent);
  const said = () => at("training-said").textContent;
  const type = (id: string, value: string) => {
    at<HTMLInputElement>(id).value = value;
    at(id).dispatchEvent(new Event("change"));
  };
  return { ...fake, el, end, at, seen, said, type };
}
