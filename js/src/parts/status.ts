/** The status line: what runs, what waits, and how far model and comparison are. */
import type { Task, ViewerState } from "../contract";
import { h, say } from "../dom";
import { percent } from "../format";
import type { Panel } from "../panel";
import { progressBar } from "./progress";

type Training = ViewerState["training"];
type Compared = ViewerState["da_state"];

const TRAINING: Record<Training, string> = {
  untrained: "ready to train",
  waiting: "training waits for its turn",
  running: "training",
  paused: "training paused",
  stopping: "stopping training",
  trained: "trained",
};
const COMPARED: Record<Compared, string> = {
  none: "",
  waiting: "comparison waits",
  running: "comparing",
  estimate: "comparing, first estimate",
  final: "compared",
  stale: "groups or model changed: compare again",
  cancelled: "comparison cancelled",
  failed: "comparison failed",
};

/** How far the model is, in words. */
export const modelWords = (training: Training, n_cells: number): string =>
  n_cells === 0 ? "No data" : TRAINING[training];

/** What runs now, in words: its name only where the state beside it does not say it already. */
export function taskWords({ name, text, progress }: Task, training: Training): string {
  const isSaid = name === "training" && training !== "untrained" && training !== "trained";
  const told = isSaid ? text : [name, text].filter(Boolean).join(": ");
  return progress >= 0 && told ? `${told}, ${percent(progress, 0)}` : told;
}

/** Make the line. What changes many times a second is not read aloud. */
export function statusLine({
  wire,
  watch,
}: Pick<Panel<ViewerState, never>, "wire" | "watch">): HTMLElement {
  const [training, da_state, task, n_cells] = [
    wire.read("training"),
    wire.read("da_state"),
    wire.read("task"),
    wire.read("n_cells"),
  ];
  const model = h("span", { class: "pv-state", "data-testid": "model-state" });
  const compared = h("span", { "data-testid": "comparison-state" });
  const work = h("span", { class: "pv-work", "aria-live": "off", "data-testid": "task" });
  const waiting = h("span", { "aria-live": "off", "data-testid": "waiting" });
  const bar = progressBar("What runs now", "task-progress");
  watch(() => {
    const { name, waiting: n, progress } = task.value;
    say(model, modelWords(training.value, n_cells.value));
    model.dataset.state = name ? "busy" : training.value;
    say(compared, COMPARED[da_state.value]);
    compared.dataset.state = da_state.value;
    work.textContent = taskWords(task.value, training.value);
    waiting.textContent = n > 0 ? `${n} more waiting` : "";
    bar.el.hidden = name === "";
    bar.share = progress;
  });
  return h(
    "div",
    { class: "pv-status", role: "status", "data-testid": "status" },
    model,
    compared,
    h("span", { class: "pv-grow" }),
    waiting,
    work,
    bar.el,
  );
}
