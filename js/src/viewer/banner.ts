/** A band over the window: why it is read-only, and what to do. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { Panel } from "../panel";
import { h } from "../ui/dom";
import type { KernelState } from "./kernel";

/** What to do about a viewer that has a newer one. */
export const NEWER = "Run this cell to see the newer one.";

/** Why nothing can be asked of Python: in words, or empty while it can. */
export const whyFrozen = (state: KernelState, superseded: string): string => {
  if (superseded) return `${superseded} ${NEWER}`;
  if (state === "gone") return "The kernel stopped. This view is read-only; run the cell again.";
  return "";
};

/** Make the band; its frame is marked while Python cannot be asked. */
export function banner(
  state: ReadonlySignal<KernelState>,
  superseded: ReadonlySignal<string>,
  frame: HTMLElement,
  { watch }: Pick<Panel<object, never>, "watch">,
): { el: HTMLElement; frozen: ReadonlySignal<string> } {
  const frozen = computed(() => whyFrozen(state.value, superseded.value));
  const el = h("div", { class: "pv-banner", role: "alert", "data-testid": "banner" });
  watch(() => {
    const lost = state.value === "lost";
    const why = frozen.value;
    el.textContent =
      why || (lost ? "The connection to the kernel is lost; what you ask for waits for it." : "");
    el.hidden = el.textContent === "";
    el.dataset.kind = superseded.value ? "superseded" : state.value;
    frame.toggleAttribute("data-frozen", why !== "");
    if (why) freeze(frame);
  });
  return { el, frozen };
}

/** There is no way back: a new kernel has a new viewer. */
function freeze(frame: HTMLElement) {
  const asking = "select, input:not([data-looks])";
  for (const field of frame.querySelectorAll<HTMLInputElement>(asking)) field.disabled = true;
}
