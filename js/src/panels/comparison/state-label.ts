/** The state of a comparison as a label: "final, 5,000 draws a group". */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import type { ComparisonWords } from "./words";

/** Make the label. */
export function stateLabel(
  testid: string,
  words: ComparisonWords,
  state: ReadonlySignal<string>,
  { watch }: Pick<Panel<object, never>, "watch">,
): HTMLElement {
  const label = h("output", { class: "pv-da-state", "data-testid": testid });
  watch(() => {
    // progress is not read aloud
    label.setAttribute("aria-live", words.state.value.includes("%") ? "off" : "polite");
    label.value = words.state.value;
    label.dataset.state = state.value;
  });
  return label;
}
