/** The verdict of held-out fragments on a table: one sentence with a mark that needs no color. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Check, DifferentialState } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";

/** The mark before the sentence, and what it means for screen readers and on hover. */
const MARKS: Readonly<Record<Check["verdict"], readonly [mark: string, meaning: string]>> = {
  supported: ["✓", "supported by held-out fragments"],
  mixed: ["!", "supported in part"],
  noise: ["✕", "not distinguishable from noise"],
  "too few fragments": ["?", "too few held-out fragments"],
  "nothing called": ["–", "nothing to check"],
};
const UNCHECKED =
  "Not checked: the model has seen all fragments. “Held out” in the data panel sets some aside.";
const WITH_TABLE: readonly DifferentialState["da_state"][] = ["final", "stale"];

/** Make the line; it is shown where there is a final table. */
export function checkLine(
  check: ReadonlySignal<Check | null>,
  state: ReadonlySignal<DifferentialState["da_state"]>,
  { watch }: Pick<Panel<object, never>, "watch">,
): HTMLElement {
  const mark = h("span", { class: "pv-evidence-mark", "aria-hidden": "true" });
  const text = h("span", {});
  const el = h(
    "div",
    { class: "pv-evidence", role: "status", "data-testid": "da-check" },
    mark,
    text,
  );
  watch(() => {
    const now = check.value;
    el.hidden = !WITH_TABLE.includes(state.value);
    el.dataset.verdict = now?.verdict ?? "unchecked";
    const [sign, meaning] = now ? MARKS[now.verdict] : ["○", "not checked"];
    mark.textContent = sign;
    text.textContent = now ? now.sentence : UNCHECKED;
    el.title = now ? explained(now, meaning) : "";
  });
  return el;
}

/** What the sentence leaves out. */
function explained({ n_called, n_testable, expected_agreement }: Check, meaning: string): string {
  const heading = `${meaning[0]?.toUpperCase()}${meaning.slice(1)}.`;
  if (n_called === 0) return heading;
  const parts = [
    heading,
    `${n_testable} of ${n_called} called regions have enough held-out fragments to be confirmed.`,
  ];
  if (expected_agreement !== null) {
    const share = Math.round(100 * expected_agreement);
    parts.push(`If every estimate were right, ${share} % of the signs would agree.`);
  }
  return parts.join(" ");
}
