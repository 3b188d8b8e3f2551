/** What the training does now, in a sentence. */
import type { TrainingIntent, TrainingState } from "../../contract";
import type { Panel } from "../../panel";
import { h, say } from "../../ui/dom";
import type { TrainingRequests } from "./requests";

/** Make the sentence, and the one that replaces it when the kernel has stopped meanwhile. */
export function trainingStatus(
  requests: TrainingRequests,
  live: readonly HTMLElement[],
  { wire, watch }: Panel<TrainingState, TrainingIntent>,
): HTMLElement[] {
  const [training, training_end] = [wire.read("training"), wire.read("training_end")];
  const [step, task, n_cells] = [wire.read("step"), wire.read("task"), wire.read("n_cells")];
  const [why_no_start, plan] = [wire.read("why_no_start"), wire.read("plan")];
  const status = h("p", { class: "pv-text", role: "status", "data-testid": "training-said" });
  const interrupted = h(
    "p",
    { class: "pv-text pv-if-gone", "data-testid": "training-interrupted" },
    "The kernel stopped during this training.",
  );
  watch(() => {
    const isLive = !requests.isIdle();
    interrupted.hidden = !isLive;
    for (const one of [status, ...live]) one.toggleAttribute("data-live", isLive);
  });
  watch(() => {
    const pending = requests.pending.now.value;
    say(status, pending?.late ? busySentence(pending.request) : sentence());
    status.toggleAttribute("data-warn", pending?.late ?? false);
  });
  function sentence(): string {
    switch (training.value) {
      case "waiting":
        return task.value.name ? `Waiting until ${task.value.name} has ended.` : "Waiting.";
      case "running":
        return step.value ? "" : `${task.value.text || "preparing"} …`;
      case "paused":
        return "Paused; the model stays as it is.";
      case "stopping":
        return "";
    }
    if (n_cells.value === 0) return "Open data first.";
    if (training.value === "untrained" || !requests.isDone()) return training_end.value;
    return `${training_end.value} Increase epochs to continue training.`.trim();
  }
  const unlike = h("p", { class: "pv-text", "data-warn": true, "data-testid": "why-no-start" });
  watch(() => {
    const isUsed = plan.value.start === "spectral" && why_no_start.value !== "";
    unlike.hidden = !isUsed;
    unlike.textContent = why_no_start.value;
  });
  return [status, unlike, interrupted];
}

const busySentence = (request: "train" | "stop"): string =>
  `The kernel is busy with a cell; training ${request === "stop" ? "stops" : "starts"} when it ends.`;
