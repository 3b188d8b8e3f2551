/** The table of training parameters: what is asked for first, and the rest behind "more". */
import type { TrainingPlan } from "../../contract";
import { checkbox, h, select } from "../../ui/dom";
import { optionalNumber } from "../../ui/optional-number";

type Name = keyof TrainingPlan;
type Value = TrainingPlan[Name];

interface Field {
  name: Name;
  label: string;
  /** Longer help, with the range. */
  title: string;
  kind?: "flag";
  choices?: readonly string[];
  min?: number;
  max?: number;
  whole?: boolean;
  /** What an empty field stands for; without it a field may not be empty. */
  none?: string;
}

const FIRST: Field[] = [
  {
    name: "max_epochs",
    label: "epochs",
    title: "Epochs since the model was new, not since the last stop",
    min: 1,
    whole: true,
  },
  {
    name: "lr",
    label: "lr",
    title: "Learning rate of AdamW, above 0; empty for what suits the data",
    min: 0,
    none: "by data",
  },
  { name: "batch_size", label: "batch", title: "Cells a minibatch", min: 1, whole: true },
  {
    name: "seed",
    label: "seed",
    title: "Of the split, the order of the cells, dropout and samples; empty for the model's own",
    min: 0,
    whole: true,
    none: "model's",
  },
  {
    name: "early_stopping",
    label: "early stopping",
    title: "End when the validation reconstruction loss no longer falls",
    kind: "flag",
  },
  {
    name: "early_stopping_patience",
    label: "after",
    title: "Epochs to wait for a lower validation loss",
    min: 1,
    whole: true,
  },
];

const MORE: Field[] = [
  {
    name: "restore_best",
    label: "keep the best weights",
    title: "Put the weights of the best validation epoch in place at the end",
    kind: "flag",
  },
  {
    name: "early_stopping_min_delta",
    label: "min. gain",
    title: "By how many nats a cell the loss must fall to count, 0 or more",
    min: 0,
  },
  {
    name: "n_threads",
    label: "threads",
    title: "Threads to compute with; empty for one less than there are cores",
    min: 1,
    whole: true,
    none: "cores − 1",
  },
  {
    name: "train_size",
    label: "train share",
    title: "Share of the cells to learn from, in (0, 1]",
    min: 0,
    max: 1,
    none: "0.9",
  },
  {
    name: "validation_size",
    label: "valid. share",
    title: "Share of the cells to judge by, in [0, 1); empty for all others",
    min: 0,
    max: 1,
    none: "the rest",
  },
  {
    name: "n_epochs_kl_warmup",
    label: "KL epochs",
    title: "Epochs over which the weight of the KL term rises to 1; empty to count steps instead",
    min: 0,
    whole: true,
    none: "by steps",
  },
  {
    name: "n_steps_kl_warmup",
    label: "KL steps",
    title: "Minibatches over which the weight of the KL term rises to 1, if not given in epochs",
    min: 0,
    whole: true,
    none: "none",
  },
  { name: "weight_decay", label: "decay", title: "Decoupled weight decay, 0 or more", min: 0 },
  { name: "eps", label: "eps", title: "Added to the denominator of AdamW, above 0", min: 0 },
  {
    name: "schedule_epochs",
    label: "lr epochs",
    title: "Length of the learning rate's schedule; empty for as long as the training",
    min: 1,
    whole: true,
    none: "epochs",
  },
  {
    name: "warmup_share",
    label: "lr warm-up",
    title: "Share of the schedule over which the learning rate rises, in [0, 1)",
    min: 0,
    max: 1,
  },
  {
    name: "schedule",
    label: "schedule",
    title: "Of the learning rate: rising then falling, constant, or falling on a plateau",
    choices: ["one_cycle", "constant", "reduce_on_plateau"],
  },
  {
    name: "lr_factor",
    label: "lr factor",
    title: "reduce_on_plateau: what the learning rate is multiplied by, in (0, 1)",
    min: 0,
    max: 1,
  },
  {
    name: "lr_patience",
    label: "lr patience",
    title: "reduce_on_plateau: epochs to wait for a better validation ELBO",
    min: 0,
    whole: true,
  },
  {
    name: "lr_threshold",
    label: "lr gain",
    title: "reduce_on_plateau: by how many nats a cell an epoch must be better, 0 or more",
    min: 0,
  },
  {
    name: "lr_min",
    label: "min lr",
    title: "reduce_on_plateau: the lowest learning rate, 0 or more",
    min: 0,
  },
  {
    name: "input_dropout",
    label: "input dropout",
    title: "Share of the counts hidden from the encoders while they learn, in [0, 1)",
    min: 0,
    max: 1,
  },
  {
    name: "best_tolerance",
    label: "tolerance",
    title: "Share of the lowest loss by which a later epoch may miss it and still be the best",
    min: 0,
    max: 1,
  },
  {
    name: "kl_weighting",
    label: "weighting",
    title:
      "Reconstruction against KL as scvi-tools does (reference) or as the paper writes (bound)",
    choices: ["reference", "bound"],
  },
  {
    name: "device",
    label: "device",
    title: "A CUDA device if there is one (auto), or as chosen",
    choices: ["auto", "cpu", "cuda"],
  },
];

/** A form that stands in `el`. */
export interface PlanForm {
  el: HTMLElement;
  /** Show a plan, and mark the parameters that differ from the preset's. */
  show(plan: TrainingPlan, edited: readonly string[]): void;
  /** Whether it may be changed now. */
  set open(open: boolean);
}

/** Make the form; `change` is given the whole plan, one parameter changed. */
export function planForm(
  change: (plan: TrainingPlan) => void,
  options: { ended: AbortSignal },
): PlanForm {
  const { ended } = options;
  const shown = new Map<Name, (value: Value, edited: boolean) => void>();
  let plan: TrainingPlan | undefined;
  const set = (name: Name, value: Value) => {
    if (plan && plan[name] !== value) change({ ...plan, [name]: value });
  };

  function flag({ name, label, title }: Field): HTMLElement {
    const testid = `plan-${name}`;
    const box = checkbox(label, (on) => set(name, on), { ended, title, testid });
    box.el.classList.add("pv-span");
    shown.set(name, (value, edited) => {
      box.input.checked = value === true;
      box.el.toggleAttribute("data-edited", edited);
    });
    return box.el;
  }

  function labelled(field: Field, control: HTMLElement): HTMLLabelElement {
    return h(
      "label",
      { class: "pv-pair", title: field.title },
      h("span", {}, field.label),
      control,
    );
  }

  function choice(field: Field): HTMLElement {
    const { name, choices = [] } = field;
    const testid = `plan-${name}`;
    const control = select(choices, (value) => set(name, value), { ended, testid });
    const el = labelled(field, control);
    shown.set(name, (value, edited) => {
      const known = choices.includes(String(value)) ? choices : [...choices, String(value)];
      control.setChoices(known);
      control.value = String(value);
      el.toggleAttribute("data-edited", edited);
    });
    return el;
  }

  function number(field: Field): HTMLElement {
    const { name, min, max, whole, none } = field;
    const testid = `plan-${name}`;
    const options = { ended, min, max, whole, none, testid };
    const { input, show } = optionalNumber((value) => set(name, value), options);
    const el = labelled(field, input);
    shown.set(name, (value, edited) => {
      show(value as number | null);
      el.toggleAttribute("data-edited", edited);
    });
    return el;
  }

  const made = (field: Field) =>
    field.kind === "flag" ? flag(field) : field.choices ? choice(field) : number(field);
  const more = h(
    "details",
    { class: "pv-details pv-span" },
    h("summary", {}, "more"),
    h("div", { class: "pv-plan" }, ...MORE.map(made)),
  );
  const el = h(
    "fieldset",
    { class: "pv-plan", "aria-label": "Parameters" },
    ...FIRST.map(made),
    more,
  );

  return {
    el,
    show(next, edited) {
      plan = next;
      for (const [name, write] of shown) write(next[name], edited.includes(name));
      const hidden = MORE.filter(({ name }) => edited.includes(name)).length;
      const summary = more.querySelector("summary");
      if (summary) summary.textContent = hidden ? `more (${hidden} edited)` : "more";
    },
    set open(open: boolean) {
      el.disabled = !open;
    },
  };
}
