/** What a person asked of the data, until Python has acknowledged it. */
import type { DataIntent, DataState } from "../../contract";
import type { Panel } from "../../panel";
import { type PendingRequest, pendingRequest } from "../../ui/pending-request";

type Request = "opens" | "filters";

/** Requests that take a while, and whether one is in progress. */
export interface DataRequests {
  pending: PendingRequest<Request>;
  send(request: Request, intent: DataIntent): void;
  isOpening(): boolean;
  isFiltering(): boolean;
  /** Whether no training is running. */
  isIdle(): boolean;
}

/** Follow the work on the data; a request is acknowledged by work that begins, or by a notice. */
export function dataRequests({ wire, watch, ended }: Panel<DataState, DataIntent>): DataRequests {
  const [task, notice, training] = [wire.read("task"), wire.read("notice"), wire.read("training")];
  const pending = pendingRequest<Request>(ended);
  watch(() => {
    if (task.value.name !== "") pending.settle();
  });
  let lastNotice = notice.value.number;
  watch(() => {
    if (notice.value.number !== lastNotice) pending.settle();
    lastNotice = notice.value.number;
  });
  const isPending = (request: Request) => pending.now.value?.request === request;
  return {
    pending,
    send(request, intent) {
      pending.ask(request);
      wire.ask(intent);
    },
    isOpening: () => task.value.name === "opening" || isPending("opens"),
    isFiltering: () => task.value.name === "filtering" || isPending("filters"),
    isIdle: () => training.value === "untrained" || training.value === "trained",
  };
}
