/** The training monitor: start, watch, hold and stop. */
import { commandsOf } from "../commands";
import { TRAINING_COMMANDS, type TrainingIntent, type TrainingState } from "../contract";
import { definePanel } from "../panel";
import { h, say } from "../ui/dom";
import { keepFocus } from "../ui/focus";
import { notices } from "../ui/notices";
import { arming, asking } from "../ui/pending-request";
import { monitor } from "./training/monitor";
import { parameters } from "./training/parameters";

export default definePanel<TrainingState, TrainingIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const training = wire.read("training");
  const training_end = wire.read("training_end");
  const history = wire.read("history");
  const step = wire.read("step");
  const plan = wire.read("plan");
  const n_cells = wire.read("n_cells");
  const task = wire.read("task");
  const notice = wire.read("notice");
  const isIdle = () => training.value === "untrained" || training.value === "trained";
  const isDone = () => (history.value.at(-1)?.epoch ?? 0) >= plan.value.max_epochs;

  // What a person wishes. Python has taken it up when the state says so; a notice answers it too.
  const asked = asking<"train" | "stop">(ended);
  const again = arming(ended);
  const train = (restart: boolean) => {
    asked.ask("train");
    wire.ask({ intent: "train", restart });
  };
  const stop = () => {
    asked.ask("stop");
    wire.ask({ intent: "stop" });
  };
  const hold = () => wire.ask({ intent: training.value === "paused" ? "resume" : "pause" });
  watch(() => {
    const taken = { train: !isIdle(), stop: isIdle() || training.value === "stopping" };
    const wish = asked.now.peek()?.wish;
    if (wish && taken[wish]) asked.settle();
  });
  let heard = notice.value.number;
  watch(() => {
    if (notice.value.number !== heard) asked.settle();
    heard = notice.value.number;
  });

  const wished = () => asked.now.value?.wish;
  const isStopping = () => training.value === "stopping" || wished() === "stop";
  const isTrained = () => training.value === "trained";
  const canTrain = () => isIdle() && wished() !== "train" && n_cells.value > 0;
  const canHold = () => !isIdle() && !isStopping() && training.value !== "waiting";
  const commands = commandsOf(panel, TRAINING_COMMANDS, {
    train: { enabled: () => canTrain() && !(isTrained() && isDone()), run: () => train(false) },
    stop: { enabled: () => !isIdle() && !isStopping(), run: stop },
    pause: {
      enabled: canHold,
      run: hold,
      python: () => (training.value === "paused" ? "session.resume()" : "session.pause()"),
    },
    restart: {
      enabled: () => isTrained() && wished() !== "train",
      run: () => again.press() && train(true),
    },
  });
  const go = commands.button("train", { kind: "primary", testid: "train" });
  const anew = commands.button("restart", { testid: "restart" });
  const halt = commands.button("stop", {
    label: "Stop",
    kind: "danger",
    icon: "■",
    testid: "stop",
  });
  const pause = commands.button("pause", { testid: "pause" });
  const buttons = [
    [go, "train"],
    [anew, "restart"],
    [halt, "stop"],
    [pause, "pause"],
  ] as const;
  const section = h("section", {
    class: "pv-panel pv-section",
    tabindex: -1,
    "aria-label": "Training",
    "data-testid": "training-panel",
  });
  watch(() => keepFocus(section, update));
  function update() {
    const trained = isTrained();
    go.hidden = !isIdle();
    anew.hidden = !trained;
    halt.hidden = pause.hidden = isIdle();
    go.textContent = wished() === "train" ? "Starting…" : trained ? "Continue" : "Train";
    go.classList.toggle("pv-primary", !trained); // the next step is then to look at the cells
    anew.textContent = again.armed.value ? "Really restart?" : "Restart";
    anew.classList.toggle("pv-danger", again.armed.value);
    halt.lastChild?.replaceWith(isStopping() ? "Stopping…" : "Stop");
    pause.textContent = training.value === "paused" ? "Resume" : "Pause";
    for (const [button, id] of buttons) button.disabled = !commands.enabled(id);
  }

  const said = h("p", { class: "pv-text", role: "status", "data-testid": "training-said" });
  const interrupted = h(
    "p",
    { class: "pv-text pv-if-gone", "data-testid": "training-interrupted" },
    "This training ended with its kernel.",
  );
  watch(() => {
    const isLive = !isIdle();
    interrupted.hidden = !isLive;
    for (const one of [said, halt, pause]) one.toggleAttribute("data-live", isLive);
  });
  watch(() => {
    const late = asked.now.value?.late;
    say(said, sentence(late ? asked.now.value?.wish : undefined));
    said.toggleAttribute("data-warn", late ?? false);
  });
  function sentence(late: "train" | "stop" | undefined): string {
    const then = late === "stop" ? "stops" : "starts";
    if (late) return `The kernel is busy with a cell; training ${then} when it ends.`;
    switch (training.value) {
      case "waiting":
        return task.value.name
          ? `Waits until ${task.value.name} has ended.`
          : "Waits for its turn.";
      case "running":
        return step.value ? "" : `${task.value.text || "preparing"} …`;
      case "paused":
        return "Paused; the model stays as it is.";
      case "stopping":
        return "";
    }
    if (n_cells.value === 0) return "Open data first.";
    if (training.value === "untrained" || !isDone()) return training_end.value;
    return `${training_end.value} Increase epochs to continue training.`.trim();
  }

  const settings = parameters(
    {
      plan,
      preset: wire.read("preset"),
      presets: wire.read("presets"),
      edited: wire.read("edited"),
      open: isIdle,
      change: (next) => wire.write("plan", next),
      choose: (name) => wire.ask({ intent: "choose_preset", name }),
    },
    panel,
  );
  settings.open = training.value === "untrained";

  section.append(
    h("h3", { class: "pv-title" }, "Training"),
    h("div", { class: "pv-actions" }, go, halt, pause, anew),
    said,
    interrupted,
    ...monitor({ history, step, most: () => plan.value.max_epochs, idle: isIdle }, panel),
    settings,
  );
  el.append(section, notices(panel));
});
