/** Between which values the colors of a layer run: two fields, and a button for automatic limits. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { LayerRow } from "../../contract";
import type { PanelLifetime } from "../../panel";
import { button, h, numberField } from "../../ui/dom";

/** Make the row; `change` gets both limits, or none for automatic ones. */
export function contrastRow(
  active: ReadonlySignal<LayerRow | undefined>,
  change: (limits: number[]) => void,
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const send = () => {
    const limits = [low, high].map(({ value }) => value);
    const fits = limits.every(Number.isFinite) && (limits[0] as number) < (limits[1] as number);
    for (const { input } of [low, high]) input.setAttribute("aria-invalid", String(!fits));
    if (fits) change(limits);
  };
  const low = numberField(send, { ended, testid: "layer-low", label: "colors begin at" });
  const high = numberField(send, { ended, testid: "layer-high", label: "colors end at" });
  const fit = button("fit", () => change([]), {
    asks: true,
    ended,
    testid: "layer-fit",
    title: "Between the limits that hold the middle 98 % of the cells",
  });
  const el = h("div", { class: "pv-row pv-limits" }, h("span", {}, "contrast"), low.el);
  el.append(high.el, fit);
  const shown = ["", ""];
  watch(() => {
    const limits = active.value?.contrast_limits ?? [];
    [low, high].forEach(({ input }, at) => {
      const text = limits[at] === undefined ? "" : String(limits[at]);
      const hasFocus = (input.getRootNode() as Document | ShadowRoot).activeElement === input;
      if (hasFocus && text === shown[at]) return; // only the other limit changed: keep the typing
      shown[at] = text;
      if (input.value !== text) input.value = text;
      input.placeholder = at === 0 ? "low" : "high";
      input.removeAttribute("aria-invalid");
    });
    fit.disabled = limits.length === 0;
  });
  return el;
}
