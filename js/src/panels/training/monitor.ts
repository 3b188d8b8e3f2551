/** How a training goes: figures, a bar, the curves and their newest values. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { EarlierRun, EpochMetrics, Step } from "../../contract";
import { chart } from "../../draw/plots/loss-chart";
import type { PanelLifetime } from "../../panel";
import { h } from "../../ui/dom";
import { clock, count, fixed } from "../../ui/format";
import { epochsDone, progressBar, secondsPerEpoch } from "../../ui/progress";

/** What a monitor looks at. */
export interface Run {
  history: ReadonlySignal<EpochMetrics[]>;
  /** Trainings before this one. */
  earlier: ReadonlySignal<EarlierRun[]>;
  step: ReadonlySignal<Step | null>;
  /** Epochs there will be at most. */
  most(): number;
  /** Whether nothing is trained just now. */
  idle(): boolean;
}

const UNIT = "nats/cell";

/** The lowest validation loss, with its unit. */
const inWords = ({ epoch, reconstruction_loss_validation }: EpochMetrics): string =>
  `${UNIT}, best ${fixed(reconstruction_loss_validation ?? Number.NaN, 2)} at epoch ${count(epoch)}`;

/** Make the elements, in their order from top to bottom. */
export function monitor(run: Run, { watch, ended }: PanelLifetime): HTMLElement[] {
  const { history, earlier, step, most, idle } = run;

  const figure = (label: string, testid: string) => {
    const value = h("b", { "data-testid": testid });
    return { value, el: h("div", {}, h("span", {}, label), value) };
  };
  const epoch = figure("epoch", "epoch");
  const pace = figure("per epoch", "per-epoch");
  const left = figure("left", "left");
  const figures = h("div", { class: "pv-figures" }, epoch.el, pace.el, left.el);
  const bar = progressBar("Training");
  for (const one of [left.el, bar.el]) one.toggleAttribute("data-live", true);
  watch(() => {
    const [epochs, at] = [history.value, step.value];
    figures.hidden = epochs.length === 0 && !at;
    left.el.hidden = bar.el.hidden = idle();
    const done = epochsDone(epochs, at);
    const now = Math.max(at?.epoch ?? 0, epochs.at(-1)?.epoch ?? 0);
    const seconds = secondsPerEpoch(epochs, at);
    epoch.value.textContent = idle() ? count(now) : `${count(now)} of ${count(most())}`;
    pace.value.textContent = Number.isFinite(seconds) ? `${fixed(seconds, 1)} s` : "–";
    left.value.textContent = clock(Math.max(0, most() - done) * seconds);
    bar.share = figures.hidden ? -1 : done / most();
  });

  const curves = chart({ ended, testid: "loss-chart" });
  const losses = h("p", { class: "pv-text pv-losses", "data-testid": "losses" });
  const key = (color: string) =>
    h("span", { class: "pv-key", style: `background:var(--pv-${color})` });
  watch(() => {
    const epochs = history.value;
    curves.el.hidden = losses.hidden = epochs.length + earlier.value.length === 0;
    const best = epochs.findLast(
      (one) => one.is_best && one.reconstruction_loss_validation !== null,
    );
    curves.show({
      epoch: epochs.map((one) => one.epoch),
      train: epochs.map((one) => one.reconstruction_loss_train ?? Number.NaN),
      validation: epochs.map((one) => one.reconstruction_loss_validation ?? Number.NaN),
      best: best?.epoch,
      earlier: earlier.value,
    });
    const train = epochs.at(-1)?.reconstruction_loss_train ?? Number.NaN;
    const validation = epochs.at(-1)?.reconstruction_loss_validation ?? Number.NaN;
    const now = [
      h("span", {}, key("accent"), `train ${fixed(train, 2)}`),
      h("span", {}, key("warn"), "validation ", h("b", {}, fixed(validation, 2))),
      h("span", { class: "pv-dim", "data-testid": "best" }, best ? inWords(best) : UNIT),
    ];
    const before = earlier.value.map(({ name }) => name).join("; ");
    losses.replaceChildren(...(epochs.length > 0 ? now : []));
    if (!before) return;
    const attributes = { class: "pv-dim", "data-testid": "earlier" };
    losses.append(h("span", attributes, key("dim"), `before: ${before}`));
  });
  return [figures, bar.el, curves.el, losses];
}
