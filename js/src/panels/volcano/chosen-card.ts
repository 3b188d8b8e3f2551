/** The card over the plot: how many regions were drawn round, and the set that they become. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { PanelLifetime } from "../../panel";
import { button, h } from "../../ui/dom";
import { count } from "../../ui/format";

/** What the card shows and does. */
export interface Chosen {
  rows: ReadonlySignal<Uint32Array>;
  /** How many regions are inside the line that is being drawn. */
  drawing: ReadonlySignal<number | undefined>;
  /** Keep them as a set; without a name it gets the next free one. */
  keep(name: string): void;
  clear(): void;
}

/** Make the card, and what brings the keyboard to its field. */
export function chosenCard(
  { rows, drawing, keep, clear }: Chosen,
  { watch, ended }: PanelLifetime,
): { el: HTMLElement; startNaming(): void } {
  const counted = h("span", { role: "status", "data-testid": "volcano-chosen" });
  const field = h("input", {
    ...{ class: "pv-field", "aria-label": "name of the new set", placeholder: "name" },
    ...{ spellcheck: "false", autocomplete: "off", "data-testid": "volcano-set-name" },
  });
  const done = () => keep(field.value.trim());
  field.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter") done();
      else if (event.key === "Escape") clear();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    { signal: ended },
  );
  const steps = h(
    "span",
    { class: "pv-pending-steps" },
    field,
    button("keep as a set", done, { ended, asks: true, testid: "volcano-keep" }),
    button("clear", clear, { ended, title: "Clear (Esc)", testid: "volcano-clear" }),
  );
  const attributes = { class: "pv-pending", role: "group", "aria-label": "Selected regions" };
  const el = h("div", attributes, counted, steps);
  watch(() => {
    const n = drawing.value ?? rows.value.length;
    el.hidden = n === 0 && drawing.value === undefined;
    if (el.hidden) field.value = "";
    steps.hidden = drawing.value !== undefined;
    counted.setAttribute("aria-live", drawing.value === undefined ? "polite" : "off");
    counted.textContent = `${count(n)} region${n === 1 ? "" : "s"}`;
  });
  return { el, startNaming: () => !el.hidden && field.focus() };
}
