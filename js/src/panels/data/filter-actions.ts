/** The buttons of the filter, and what to know before one is pressed. */
import type { Commands } from "../../commands";
import type { DataIntent, DataState } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import { keepFocus } from "../../ui/focus";

/** The changes that Undo reverts from here; groups have their own Undo where they are drawn. */
const UNDONE_HERE = ["filter", "batches"];

/** Make the buttons, the hint and the warning; `section` keeps the focus when a button goes. */
export function filterActions(
  state: { changed(): boolean; canFilter(): boolean; isIdle(): boolean },
  section: HTMLElement,
  commands: Commands<"filter" | "undo">,
  { wire, watch }: Panel<DataState, DataIntent>,
): HTMLElement[] {
  const [training, undo_label] = [wire.read("training"), wire.read("undo_label")];
  const filter_warning = wire.read("filter_warning");
  const apply = commands.button("filter", {
    label: "Apply",
    kind: "primary",
    testid: "apply-filter",
  });
  const undo = commands.button("undo", { testid: "undo" });
  const hint = h("p", { class: "pv-text pv-dim" });
  const warning = h("p", {
    class: "pv-notice",
    "data-kind": "warning",
    "data-testid": "filter-warning",
  });
  const update = () => {
    const [changed, idle] = [state.changed(), state.isIdle()];
    apply.classList.toggle("pv-primary", training.value === "untrained");
    apply.disabled = !state.canFilter();
    undo.hidden = !UNDONE_HERE.includes(undo_label.value);
    undo.textContent = `Undo ${undo_label.value}`;
    hint.textContent = !idle
      ? "Training is running; stop it before you change the data."
      : changed && training.value === "trained"
        ? "Applying sets the trained model aside; Undo brings it back."
        : "";
  };
  watch(() => keepFocus(section, update));
  watch(() => {
    warning.textContent = filter_warning.value;
  });
  return [h("div", { class: "pv-actions" }, apply, undo), hint, warning];
}
