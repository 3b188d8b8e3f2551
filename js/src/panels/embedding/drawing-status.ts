/** What a line that was drawn did not do: it contained no cell, or the kernel is busy. */
import type { EmbeddingIntent, EmbeddingState } from "../../contract";
import type { Panel } from "../../panel";
import { h, say } from "../../ui/dom";
import type { Tools } from "./actions";
import type { EmbeddingRequests } from "./requests";
import type { Selection } from "./selection";

/** Make the sentence. */
export function drawingStatus(
  { tool, empty }: Tools,
  { pending }: EmbeddingRequests,
  selection: Selection,
  { watch }: Panel<EmbeddingState, EmbeddingIntent>,
): HTMLElement {
  const status = h("p", { class: "pv-said", role: "status", "data-testid": "embedding-said" });
  watch(() => {
    const late = pending.now.value?.late;
    const isBrush = tool.value === "brush";
    const none = isBrush ? "The brush touched no cell." : "No cell is inside that line.";
    const busy = "The kernel is busy with a cell; this takes effect when that ends.";
    const isKept = selection.now.value.cells.length > 0 && empty.value !== "new";
    const kept = isKept ? " The selection is unchanged." : "";
    say(status, late ? busy : empty.value ? none + kept : "");
    status.toggleAttribute("data-warn", late ?? false);
  });
  return status;
}
