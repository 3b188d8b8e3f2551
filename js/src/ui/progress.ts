/** How far a training is, and how long it will take: worked out from what the wire brings. */
import type { EpochMetrics, Step } from "../contract";
import { h } from "./dom";

const RECENT = 5; // epochs that the time of one is taken from

/** Epochs done, as a fraction; validation counts as a tenth of an epoch. */
export function epochsDone(history: readonly EpochMetrics[], step: Step | null): number {
  const whole = history.at(-1)?.epoch ?? 0;
  if (!step || step.epoch <= whole) return whole;
  const done = step.step / step.n_steps;
  return step.epoch - 1 + (step.phase === "train" ? 0.9 * done : 0.9 + 0.1 * done);
}

/** Seconds that an epoch takes: of the last few, or guessed from the first minibatches. */
export function secondsPerEpoch(history: readonly EpochMetrics[], step: Step | null): number {
  const recent = history
    .slice(-RECENT)
    .map((epoch) => epoch.seconds)
    .sort((a, b) => a - b);
  const middle = recent[recent.length >> 1];
  if (middle !== undefined) return middle;
  return step?.phase === "train" ? step.seconds_per_step * step.n_steps : Number.NaN;
}

/** A bar that shows a share, or that work is running whose end is unknown. */
export interface ProgressBar {
  el: HTMLElement;
  /** In [0, 1]; below 0 when it cannot be known. */
  set share(share: number);
}

/** Make a progress bar. */
export function progressBar(label: string, testid = "progress"): ProgressBar {
  const bar = h("i", {});
  const el = h(
    "div",
    {
      class: "pv-progress",
      role: "progressbar",
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "data-testid": testid,
    },
    bar,
  );
  return {
    el,
    set share(share: number) {
      const known = share >= 0;
      const hundredths = Math.round(100 * Math.min(1, share));
      el.toggleAttribute("data-unknown", !known);
      bar.style.width = known ? `${(100 * Math.min(1, share)).toFixed(1)}%` : "";
      if (known) el.setAttribute("aria-valuenow", String(hundredths));
      else el.removeAttribute("aria-valuenow");
    },
  };
}
