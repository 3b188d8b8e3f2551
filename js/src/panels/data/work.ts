/** How far work on the data is: a sentence and a bar. */
import type { DataIntent, DataState } from "../../contract";
import type { Panel } from "../../panel";
import { h, say } from "../../ui/dom";
import { progressBar } from "../../ui/progress";
import type { DataRequests } from "./requests";

/** The work that this panel shows; all other work is shown elsewhere. */
const SHOWN = ["opening", "filtering", "setting up", "saving", "loading a model"];

/** Make the sentence and the bar. */
export function workStatus(
  { pending }: DataRequests,
  { wire, watch }: Panel<DataState, DataIntent>,
): HTMLElement[] {
  const task = wire.read("task");
  const bar = progressBar("Work on the data");
  bar.el.toggleAttribute("data-live", true);
  const status = h("p", { class: "pv-text", role: "status", "data-testid": "data-said" });
  watch(() => {
    const { name, text, progress } = task.value;
    const isShown = SHOWN.includes(name);
    const late = pending.now.value?.late ? pending.now.value.request : undefined;
    bar.el.hidden = !isShown && !pending.now.value;
    bar.share = isShown ? progress : -1;
    status.setAttribute("aria-live", isShown ? "off" : "polite"); // progress is not read aloud
    const busy = `The kernel is busy with a cell; it ${late} the data when that ends.`;
    say(status, isShown ? text || name : late ? busy : "");
    status.toggleAttribute("data-warn", late !== undefined);
  });
  return [status, bar.el];
}
