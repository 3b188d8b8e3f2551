/** What about the groups makes a comparison weak, and for shared cells what to do about it. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { DifferentialIntent, DifferentialState, GroupWarning } from "../../contract";
import type { Panel } from "../../panel";
import { button, h } from "../../ui/dom";

type SharedCells = Extract<DifferentialIntent, { intent: "separate_groups" }>["shared_cells"];

const CHOICES: readonly (readonly [SharedCells, string])[] = [
  ["leave out", "Leave them out"],
  ["group 1", "Keep in group 1"],
  ["group 2", "Keep in group 2"],
];
const WITH_TABLE: readonly DifferentialState["da_state"][] = ["estimate", "final", "stale"];

/** Make the lines; they are shown with the table that they speak of. */
export function groupWarnings(
  found: ReadonlySignal<readonly GroupWarning[]>,
  state: ReadonlySignal<DifferentialState["da_state"]>,
  { wire, watch, ended }: Panel<DifferentialState, DifferentialIntent>,
): HTMLElement {
  const el = h("div", { role: "status", "data-testid": "da-warnings" });
  const choice = (shared_cells: SharedCells, label: string) =>
    button(label, () => wire.ask({ intent: "separate_groups", shared_cells }), {
      ended,
      kind: "ghost",
      testid: `separate-${shared_cells.replace(" ", "-")}`,
      title: `session.separate_groups("${shared_cells}")`,
    });
  const line = ({ kind, text }: GroupWarning, isStale: boolean) => {
    const canSeparate = kind === "shared cells" && !isStale;
    return h(
      "div",
      { class: "pv-evidence", "data-verdict": "mixed" },
      h("span", { class: "pv-evidence-mark", "aria-hidden": "true" }, "!"),
      h("span", {}, text, ...(canSeparate ? CHOICES.map((one) => choice(...one)) : [])),
    );
  };
  watch(() => {
    el.hidden = found.value.length === 0 || !WITH_TABLE.includes(state.value);
  });
  // each estimate brings the same sentences again: as text, so that none is read aloud twice
  const shown = computed(() => JSON.stringify([found.value, state.value === "stale"]));
  watch(() => {
    const [warnings, isStale] = JSON.parse(shown.value) as [GroupWarning[], boolean];
    el.replaceChildren(...warnings.map((one) => line(one, isStale)));
  });
  return el;
}
