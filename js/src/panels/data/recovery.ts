/** The offer to recover a training that was autosaved before its kernel stopped. */
import type { DataIntent, DataState } from "../../contract";
import type { Panel } from "../../panel";
import { button, h } from "../../ui/dom";
import type { DataRequests } from "./requests";

/** Make the offer; it is shown while there is something to recover. */
export function recoveryOffer(
  { isIdle, send }: DataRequests,
  { wire, watch, ended }: Panel<DataState, DataIntent>,
): HTMLElement {
  const [recoverable, task] = [wire.read("recoverable"), wire.read("task")];
  const text = h("span", {});
  const recover = button("Recover", () => send("opens", { intent: "recover" }), {
    ended,
    testid: "recover",
    title: "session.recover()",
  });
  const dismiss = button("Dismiss", () => send("opens", { intent: "dismiss_recovery" }), {
    ended,
    kind: "ghost",
    testid: "dismiss-recovery",
    title: "session.dismiss_recovery(): the autosave is offered again at the next opening",
  });
  const el = h(
    "p",
    { class: "pv-notice", "data-kind": "info", role: "status", "data-testid": "recovery" },
    text,
    " ",
    recover,
    " ",
    dismiss,
  );
  watch(() => {
    el.hidden = recoverable.value === "";
    text.textContent = recoverable.value;
  });
  watch(() => {
    // apart from the text, which is read aloud whenever it is written
    recover.disabled = !isIdle() || task.value.name === "opening";
  });
  return el;
}
