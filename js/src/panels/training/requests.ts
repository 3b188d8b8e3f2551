/** What a person asked of the training, until Python has acknowledged it. */
import type { TrainingIntent, TrainingState } from "../../contract";
import type { Panel } from "../../panel";
import { type PendingRequest, pendingRequest, secondPress } from "../../ui/pending-request";

type Request = "train" | "stop";

/** The state of the training as the buttons need it, and the requests that change it. */
export interface TrainingRequests {
  pending: PendingRequest<Request>;
  /** Whether "Restart" was pressed once and waits for the second press. */
  confirmsRestart(): boolean;
  isIdle(): boolean;
  isTrained(): boolean;
  isStopping(): boolean;
  /** Whether all epochs of the plan are done. */
  isDone(): boolean;
  canTrain(): boolean;
  canPause(): boolean;
  /** What was asked for and not yet acknowledged. */
  requested(): Request | undefined;
  train(restart: boolean): void;
  /** Train from the beginning at the second press. */
  restart(): void;
  stop(): void;
  /** Pause, or resume. */
  hold(): void;
}

/** Follow the training; a request is acknowledged by the state that it asks for, or by a notice. */
export function trainingRequests({
  wire,
  watch,
  ended,
}: Panel<TrainingState, TrainingIntent>): TrainingRequests {
  const [training, history] = [wire.read("training"), wire.read("history")];
  const [plan, n_cells, notice] = [
    wire.read("completed_plan"),
    wire.read("n_cells"),
    wire.read("notice"),
  ];
  const isIdle = () => training.value === "untrained" || training.value === "trained";
  const pending = pendingRequest<Request>(ended);
  const confirmation = secondPress(ended);
  watch(() => {
    const acknowledged = { train: !isIdle(), stop: isIdle() || training.value === "stopping" };
    const request = pending.now.peek()?.request;
    if (request && acknowledged[request]) pending.settle();
  });
  let lastNotice = notice.value.number;
  watch(() => {
    if (notice.value.number !== lastNotice) pending.settle();
    lastNotice = notice.value.number;
  });

  const requested = () => pending.now.value?.request;
  const isStopping = () => training.value === "stopping" || requested() === "stop";
  const train = (restart: boolean) => {
    pending.ask("train");
    wire.ask({ intent: "train", restart });
  };
  return {
    pending,
    requested,
    isIdle,
    isStopping,
    train,
    confirmsRestart: () => confirmation.armed.value,
    isTrained: () => training.value === "trained",
    isDone: () => (history.value.at(-1)?.epoch ?? 0) >= (plan.value.max_epochs ?? 0),
    canTrain: () => isIdle() && requested() !== "train" && n_cells.value > 0,
    canPause: () => !isIdle() && !isStopping() && training.value !== "waiting",
    restart() {
      if (confirmation.press()) train(true);
    },
    stop() {
      pending.ask("stop");
      wire.ask({ intent: "stop" });
    },
    hold: () => wire.ask({ intent: training.value === "paused" ? "resume" : "pause" }),
  };
}
