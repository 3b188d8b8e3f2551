/** The status line: running work, pending requests, and the state of model and comparison. */
import { computed } from "@preact/signals-core";
import type { Task, ViewerState } from "../contract";
import type { Panel } from "../panel";
import { onPoint } from "../panel-events";
import { button, h, say } from "../ui/dom";
import { clock, count, percent } from "../ui/format";
import { progressBar } from "../ui/progress";
import type { Kernel, KernelState } from "./kernel";

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

/** How far the model was when its kernel stopped: what ran then runs no more. */
const lastWords = (training: Training, n_cells: number): string =>
  ["untrained", "trained"].includes(training)
    ? modelWords(training, n_cells)
    : "training interrupted";

/** Running work, in words: its name only where the state beside it does not say it already. */
export function taskWords({ name, text, progress }: Task, training: Training): string {
  const isSaid = name === "training" && training !== "untrained" && training !== "trained";
  const words = isSaid ? text : [name, text].filter(Boolean).join(": ");
  return progress >= 0 && words ? `${words}, ${percent(progress, 0)}` : words;
}

const KERNEL: Record<KernelState, string> = {
  idle: "kernel idle",
  running: "kernel busy (responding)",
  busy: "kernel busy: a cell is running",
  lost: "kernel unreachable",
  gone: "kernel stopped",
};

/** What the kernel does, and which requests wait for it, in words. */
export function kernelWords(state: KernelState, waiting: readonly string[]): string {
  if (state !== "busy" || waiting.length === 0) return KERNEL[state];
  return `${KERNEL[state]}; waiting: ${[...new Set(waiting)].join(", ")}`;
}

/** What the line is made of besides what the wire brings. */
export interface StatusOptions {
  kernel: Kernel;
  /** Cancel the running work. */
  halt: HTMLElement;
  /** Show the log. */
  openLog(): void;
}

/** Make the line. What changes many times a second is not read aloud. */
export function statusLine(
  { kernel, halt, openLog }: StatusOptions,
  {
    el: home,
    wire,
    watch,
    ended,
  }: Pick<Panel<ViewerState, never>, "el" | "wire" | "watch" | "ended">,
): HTMLElement {
  const [training, da_state, task, n_cells] = [
    wire.read("training"),
    wire.read("da_state"),
    wire.read("task"),
    wire.read("n_cells"),
  ];
  const model = h("span", { class: "pv-state", "data-testid": "model-state" });
  const compared = h("span", { "data-testid": "comparison-state" });
  const quiet = { "aria-live": "off" };
  const answers = h("span", { class: "pv-work", ...quiet, "data-testid": "kernel-state" });
  const work = h("span", { class: "pv-work", ...quiet, "data-testid": "task" });
  const elapsed = h("span", { ...quiet, "data-testid": "elapsed" });
  const waiting = h("span", { ...quiet, "data-testid": "waiting" });
  const pointed = h("span", { class: "pv-work", ...quiet, "data-testid": "pointed" });
  const bar = progressBar("Running work", "task-progress");
  const notices = button("", openLog, {
    ended,
    kind: "ghost",
    testid: "notices",
    title: "Show the log",
  });
  notices.setAttribute("aria-live", "off"); // each notice is read where it is shown
  watch(() => {
    const { name, waiting: n, progress } = task.value;
    const isGone = kernel.state.value === "gone";
    say(
      model,
      isGone ? lastWords(training.value, n_cells.value) : modelWords(training.value, n_cells.value),
    );
    model.dataset.state = isGone ? "gone" : name ? "busy" : training.value;
    const isComparing = ["waiting", "running", "estimate"].includes(da_state.value);
    say(compared, isGone && isComparing ? "comparison interrupted" : COMPARED[da_state.value]);
    compared.dataset.state = da_state.value;
    work.textContent = isGone ? "" : taskWords(task.value, training.value);
    waiting.textContent = n > 0 && !isGone ? `${n} more waiting` : "";
    bar.el.hidden = name === "" || isGone;
    bar.share = progress;
    halt.hidden = isGone || !task.value.can_halt;
  });
  watch(() => {
    const state = kernel.state.value;
    answers.dataset.state = `kernel-${state}`;
    answers.textContent = answers.title = kernelWords(state, kernel.waiting.value);
  });
  watch(() => {
    const n = wire.read("n_notices").value;
    notices.textContent = n === 1 ? "1 notice" : `${count(n)} notices`;
    notices.hidden = n === 0;
  });

  // seconds are counted here: Python has better things to send
  const name = computed(() => task.value.name);
  watch(() => {
    const isGone = kernel.state.value === "gone";
    elapsed.textContent = "";
    if (name.value === "" || isGone) return undefined;
    const begin = Date.now();
    const timer = setInterval(() => {
      elapsed.textContent = clock((Date.now() - begin) / 1000);
    }, 1000);
    return () => clearInterval(timer);
  });
  const show = (words: string) => {
    pointed.textContent = words;
  };
  onPoint(home, show, ended);

  return h(
    "div",
    { class: "pv-status", role: "status", "data-testid": "status" },
    model,
    compared,
    answers,
    h("span", { class: "pv-grow" }),
    pointed,
    waiting,
    work,
    elapsed,
    bar.el,
    halt,
    notices,
  );
}
