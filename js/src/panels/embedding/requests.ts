/** What a person asked of the embedding, until Python has acknowledged it. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { EmbeddingIntent, EmbeddingState } from "../../contract";
import type { Panel } from "../../panel";
import { type PendingRequest, pendingRequest } from "../../ui/pending-request";

/** Sends intents and knows which is in progress. */
export interface EmbeddingRequests {
  pending: PendingRequest<EmbeddingIntent["intent"]>;
  ask(intent: EmbeddingIntent): void;
  /** Run before each request but "select", so that what was selected before is sent first. */
  before: () => void;
  /** Whether the cells are being placed. */
  isPlacing(): boolean;
  /** Whether they are being mapped before any training. */
  isMapping(): boolean;
  isClustering: ReadonlySignal<boolean>;
}

/** Follow the answers; a request is acknowledged by any result, by work that begins, or a notice. */
export function embeddingRequests({
  wire,
  watch,
  ended,
}: Panel<EmbeddingState, EmbeddingIntent>): EmbeddingRequests {
  const [task, previewing] = [wire.read("task"), wire.read("previewing")];
  const answers = [
    ...[wire.read("selection"), wire.read("outlines"), wire.read("idx1"), wire.read("idx2")],
    ...[wire.read("undo_label"), wire.read("colors"), task, wire.read("notice")],
    ...[wire.read("embedding"), wire.read("basis"), wire.read("shown_dimensions")],
    ...[wire.read("training"), wire.read("selection_sentence"), wire.read("named_groups")],
  ];
  const pending = pendingRequest<EmbeddingIntent["intent"]>(ended);
  watch(() => {
    for (const answer of answers) void answer.value;
    pending.settle();
  });
  const isPending = (intent: EmbeddingIntent["intent"]) => pending.now.value?.request === intent;
  const requests: EmbeddingRequests = {
    pending,
    before() {},
    ask(intent) {
      if (intent.intent !== "select") requests.before();
      pending.ask(intent.intent);
      wire.ask(intent);
    },
    isMapping: () => previewing.value || task.value.name === "mapping" || isPending("preview"),
    isPlacing: () => task.value.name === "embedding" || isPending("embed"),
    isClustering: computed(() => task.value.name === "clustering" || isPending("cluster")),
  };
  return requests;
}
