/** The bar over cells whose places are of an earlier state of the model. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { EmbeddingIntent, EmbeddingState } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";

/** Make the bar; `again` embeds the cells again. */
export function staleBar(
  again: HTMLButtonElement,
  { isThere, isPlacing }: { isThere: ReadonlySignal<boolean>; isPlacing(): boolean },
  { wire, watch }: Panel<EmbeddingState, EmbeddingIntent>,
): HTMLElement {
  const [embedding_state, task] = [wire.read("embedding_state"), wire.read("task")];
  const text = h("span", {});
  const el = h("div", { class: "pv-stale", "data-testid": "stale" }, text, again);
  watch(() => {
    el.hidden = embedding_state.value !== "stale" || !isThere.value;
    again.hidden = isPlacing();
    text.toggleAttribute("data-live", isPlacing());
    text.textContent = isPlacing()
      ? task.value.text || "placing the cells again …"
      : "the model has changed since";
  });
  return el;
}
