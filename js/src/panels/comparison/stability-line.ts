/** How many called regions stay called in redraws of groups and posterior, over the table. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { DifferentialState, StabilityCheck } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";

const WITH_TABLE: readonly DifferentialState["da_state"][] = ["final", "stale"];
const MOST = 0.8; // share of the called regions from which a table as a whole is stable

/** Make the line; it is shown once the redraws are done. */
export function stabilityLine(
  check: ReadonlySignal<StabilityCheck | null>,
  state: ReadonlySignal<DifferentialState["da_state"]>,
  { watch }: Pick<Panel<object, never>, "watch">,
): HTMLElement {
  const mark = h("span", { class: "pv-evidence-mark", "aria-hidden": "true" });
  const text = h("span", {});
  const attributes = { class: "pv-evidence", role: "status", "data-testid": "da-stability" };
  const el = h("div", attributes, mark, text);
  watch(() => {
    const now = check.value;
    el.hidden = !now || !WITH_TABLE.includes(state.value);
    if (!now) return;
    const [sign, verdict] = verdictOf(now);
    mark.textContent = sign;
    el.dataset.verdict = verdict;
    text.textContent = now.sentence;
  });
  return el;
}

/** The mark and the color: a warning or none, since noise that a model memorised is stable too. */
function verdictOf({ n_called, n_stable }: StabilityCheck): readonly [string, string] {
  if (n_called === 0) return ["–", "nothing called"];
  return n_stable >= MOST * n_called ? ["○", "stable"] : ["!", "mixed"];
}
