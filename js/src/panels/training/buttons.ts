/** The buttons of the training: train or continue, stop, pause or resume, restart. */
import { commandsOf } from "../../commands";
import { TRAINING_COMMANDS, type TrainingIntent, type TrainingState } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import { keepFocus } from "../../ui/focus";
import type { TrainingRequests } from "./requests";

/** The row of buttons, and those that only a live kernel can answer. */
export interface TrainingButtons {
  el: HTMLElement;
  live: readonly HTMLElement[];
}

/** Make the buttons and their commands; `section` keeps the focus when a button goes. */
export function trainingButtons(
  requests: TrainingRequests,
  section: HTMLElement,
  panel: Panel<TrainingState, TrainingIntent>,
): TrainingButtons {
  const training = panel.wire.read("training");
  const { isIdle, isTrained, isDone, isStopping, canTrain, canPause, requested } = requests;
  const commands = commandsOf(panel, TRAINING_COMMANDS, {
    train: {
      enabled: () => canTrain() && !(isTrained() && isDone()),
      run: () => requests.train(false),
    },
    stop: { enabled: () => !isIdle() && !isStopping(), run: requests.stop },
    pause: {
      enabled: canPause,
      run: requests.hold,
      python: () => (training.value === "paused" ? "session.resume()" : "session.pause()"),
    },
    restart: {
      enabled: () => isTrained() && requested() !== "train",
      run: requests.restart,
    },
  });
  const train = commands.button("train", { kind: "primary", testid: "train" });
  const restart = commands.button("restart", { testid: "restart" });
  const stop = commands.button("stop", {
    label: "Stop",
    kind: "danger",
    icon: "■",
    testid: "stop",
  });
  const pause = commands.button("pause", { testid: "pause" });
  const buttons = { train, restart, stop, pause };
  const update = () => {
    const trained = isTrained();
    train.hidden = !isIdle();
    restart.hidden = !trained;
    stop.hidden = pause.hidden = isIdle();
    train.textContent = requested() === "train" ? "Starting…" : trained ? "Continue" : "Train";
    train.classList.toggle("pv-primary", !trained); // the next step is then to look at the cells
    restart.textContent = requests.confirmsRestart() ? "Really restart?" : "Restart";
    restart.classList.toggle("pv-danger", requests.confirmsRestart());
    stop.lastChild?.replaceWith(isStopping() ? "Stopping…" : "Stop");
    pause.textContent = training.value === "paused" ? "Resume" : "Pause";
    for (const id of Object.keys(buttons) as (keyof typeof buttons)[]) {
      buttons[id].disabled = !commands.enabled(id);
    }
  };
  panel.watch(() => keepFocus(section, update));
  const el = h("div", { class: "pv-actions" }, train, stop, pause, restart);
  return { el, live: [stop, pause] };
}
