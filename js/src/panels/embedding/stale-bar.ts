/** The bar over cells whose places are of an earlier state of the model. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { EmbeddingIntent, EmbeddingState } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import { EPOCH, PREVIEW } from "./basis-menu";

/** Make the bar; `again` embeds the cells again. */
export function staleBar(
  again: HTMLButtonElement,
  { isThere, isPlacing }: { isThere: ReadonlySignal<boolean>; isPlacing(): boolean },
  { wire, watch }: Panel<EmbeddingState, EmbeddingIntent>,
): HTMLElement {
  const [embedding_state, task] = [wire.read("embedding_state"), wire.read("task")];
  const [basis, training] = [wire.read("basis"), wire.read("training")];
  const text = h("span", {});
  const el = h("div", { class: "pv-stale", "data-testid": "stale" }, text, again);
  watch(() => {
    const isPreview = basis.value === PREVIEW;
    const isOfOwn = isPreview || basis.value.startsWith(EPOCH); // it says itself what it is of
    const isEarly = isOfOwn && training.value !== "trained";
    el.hidden = embedding_state.value !== "stale" || !isThere.value || isEarly;
    again.hidden = isPlacing();
    text.toggleAttribute("data-live", isPlacing());
    const since = isPreview ? "the model is trained now" : "the model has changed since";
    text.textContent = isPlacing() ? task.value.text || "placing the cells …" : since;
    again.textContent = isPreview ? "embed" : "embed again";
  });
  return el;
}
