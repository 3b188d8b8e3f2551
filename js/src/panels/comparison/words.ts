/** A comparison in words: how far it is, which table is shown, and what to do next. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { VolcanoState } from "../../contract";
import type { Wire } from "../../panel";
import { count, percent } from "../../ui/format";

/** What the words depend on; every panel that shows a comparison mirrors it. */
export type ComparisonState = Omit<VolcanoState, "da_columns" | "color_by" | "notice">;

const MANY = 1000; // draws a group from which an estimate is no longer the first

/** The words for a comparison. */
export interface ComparisonWords {
  /** The state in a few words; where nothing is compared yet, what to do next. */
  state: ReadonlySignal<string>;
  /** What is shown where there is no table. */
  empty: ReadonlySignal<string>;
  /** Whether asking for a comparison makes sense now. */
  canCompare: ReadonlySignal<boolean>;
}

/** Put a comparison into words, and keep them true. */
export function wordsOf<S extends ComparisonState, I>(wire: Wire<S, I>): ComparisonWords {
  const [state, progress, n_samples] = [
    wire.read("da_state"),
    wire.read("da_progress"),
    wire.read("da_n_samples"),
  ];
  const fromBefore = wire.read("da_from_before");
  const [training, regions, task, live] = [
    wire.read("training"),
    wire.read("regions"),
    wire.read("task"),
    wire.read("live"),
  ];
  const [idx1, idx2] = [wire.read("idx1"), wire.read("idx2")];
  const emptyGroups = () =>
    [idx1, idx2].flatMap(({ value }, at) => (value.shape[0] ? [] : [at + 1]));
  const isTraining = () => training.value !== "untrained" && training.value !== "trained";
  const canCompare = computed(() => emptyGroups().length === 0 && training.value !== "untrained");

  function next(): string {
    if (regions.value.length === 0) return "open data first";
    const [missing, other] = emptyGroups();
    const groups =
      missing === undefined
        ? "press Compare"
        : other === undefined
          ? `select cells for group ${missing}`
          : "lasso two groups";
    if (training.value === "untrained") {
      return missing === undefined ? "train a model first" : `train a model first, then ${groups}`;
    }
    if (!isTraining()) return groups;
    if (missing !== undefined) return `${groups}; training continues`;
    return live.value ? "compares when training ends" : "press Compare when it is trained";
  }

  const draws = () => `${count(n_samples.value)} draws a group`;
  const share = () => percent(progress.value, 0);
  const named: Record<ComparisonState["da_state"], () => string> = {
    none: next,
    waiting: () => {
      const { name } = task.value;
      return name && name !== "comparing" ? `waits for ${name}` : "waits for its turn";
    },
    running: () => `comparing, ${share()}`,
    estimate: () =>
      `${n_samples.value < MANY ? "first estimate" : "estimate"}, ${draws()} · refining ${share()}`,
    final: () => `final, ${draws()}${fromBefore.value ? " · from before" : ""}`,
    stale: () => "stale",
    cancelled: () => "cancelled",
    failed: () => "failed",
  };
  const withTable: Partial<Record<ComparisonState["da_state"], () => string>> = {
    waiting: () => `${named.waiting()} · showing the previous table`,
    running: () => `${named.running()} · showing the previous table`,
    cancelled: () => `cancelled · showing ${draws()}`,
    failed: () => "failed · showing the previous table",
  };
  const empty: Record<ComparisonState["da_state"], string> = {
    none: "Regions that differ between group 1 and group 2 will be listed here, with effect size and probability.",
    waiting: "The first estimate appears about a second after the comparison starts.",
    running: "The first estimate is on its way.",
    estimate: "",
    final: "",
    stale: "",
    cancelled: "Cancelled before the first estimate.",
    failed: "The comparison failed; its message says why.",
  };

  return {
    state: computed(() => {
      const name = state.value;
      return ((n_samples.value > 0 && withTable[name]) || named[name])();
    }),
    empty: computed(() => empty[state.value] || "There is no table for these regions."),
    canCompare,
  };
}
