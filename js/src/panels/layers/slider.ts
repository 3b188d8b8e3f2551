/** A slider of a layer with its value in words beside it. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { LayerRow } from "../../contract";
import type { PanelLifetime } from "../../panel";
import { h, range } from "../../ui/dom";
import { throttled } from "../../ui/throttle";

const SIZES = { cells: [0, 20], labels: [6, 48], groups: [0, 20] } as const; // CSS pixels

/** Make a slider for one setting of the active layer; it sends a few values a second. */
export function layerSlider(
  {
    active,
    setting,
    words,
    change,
  }: {
    active: ReadonlySignal<LayerRow | undefined>;
    setting: "opacity" | "size";
    words(value: number): string;
    change(value: number): void;
  },
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const sender = throttled(change, ended);
  const text = h("output", { class: "pv-num", "aria-live": "off" });
  const slide = (value: number) => {
    text.value = words(value);
    sender.send(value);
  };
  const testid = `layer-${setting}`;
  const input = range(slide, { ended, testid, min: 0, max: 1, step: 0.01 });
  const keep = (event: KeyboardEvent) => {
    if (/^(Arrow|Delete)/.test(event.key)) event.stopPropagation(); // here they move the slider
  };
  input.addEventListener("keydown", keep, { signal: ended });
  watch(() => {
    const { kind, [setting]: value } = active.value ?? { kind: "cells" as const, [setting]: 0 };
    if (sender.busy.value) return; // what comes in may be older than what is shown
    const [min, max] = setting === "opacity" ? [0, 1] : SIZES[kind];
    Object.assign(input, { min, max, step: setting === "opacity" ? 0.01 : 0.5 });
    input.valueAsNumber = Number(value);
    text.value = words(Number(value));
  });
  return h("span", { class: "pv-slider" }, input, text);
}
