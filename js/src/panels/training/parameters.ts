/** By which parameters to train: a named table, its text, and every value of it to edit. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Preset, TrainingPlan } from "../../contract";
import type { PanelLifetime } from "../../panel";
import { button, h, row, select } from "../../ui/dom";
import { count, rounded } from "../../ui/format";
import { planForm } from "./plan-form";

/** What is shown, and what a person may do. */
export interface Parameters {
  plan: ReadonlySignal<TrainingPlan>;
  /** With what follows from the data where `plan` leaves that open. */
  completed: ReadonlySignal<TrainingPlan>;
  preset: ReadonlySignal<string>;
  presets: ReadonlySignal<Preset[]>;
  edited: ReadonlySignal<string[]>;
  /** Whether parameters may be changed now. */
  open(): boolean;
  change(plan: TrainingPlan): void;
  choose(preset: string): void;
}

/** Make the part; it folds itself away when training starts. */
export function parameters(
  { plan, completed, preset, presets, edited, open, change, choose }: Parameters,
  { watch, ended }: PanelLifetime,
): HTMLDetailsElement {
  const form = planForm(change, { ended });
  const picked = select([], choose, { ended, testid: "preset" });
  const about = h("span", { class: "pv-grow pv-dim" });
  const reset = button("reset", () => choose(preset.value), {
    asks: true,
    ended,
    kind: "ghost",
    testid: "reset-preset",
    title: "Reset to the preset's values",
  });
  const summary = h("summary", {});
  const el = h(
    "details",
    { class: "pv-details", "data-testid": "parameters" },
    summary,
    row("preset", picked),
    h("div", { class: "pv-line" }, about, reset),
    form.el,
  );

  watch(() => {
    picked.setChoices(presets.value.map(({ name }) => ({ value: name, label: name })));
    picked.value = preset.value;
    const changed = edited.value.length > 0;
    const text = presets.value.find(({ name }) => name === preset.value)?.text ?? "";
    about.textContent = changed ? `${text}; edited` : text;
    reset.hidden = !changed;
    summary.textContent = inShort(completed.value, preset.value, changed);
    form.show(plan.value, completed.value, edited.value);
  });
  let wasOpen: boolean | undefined;
  watch(() => {
    const isOpen = open();
    form.open = isOpen;
    picked.disabled = reset.disabled = !isOpen;
    if (wasOpen && !isOpen) el.open = false; // room for the curves
    wasOpen = isOpen;
  });
  return el;
}

/** A plan in one line: "quick: 12 epochs, lr 0.002"; what was edited is below. */
const inShort = ({ max_epochs, lr }: TrainingPlan, preset: string, edited: boolean): string =>
  edited
    ? `${preset}, edited: ${count(max_epochs ?? 0)} epochs`
    : `${preset}: ${count(max_epochs ?? 0)} epochs, lr ${lr === null ? "by data" : rounded(lr)}`;
