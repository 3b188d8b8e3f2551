/** What Python says of the cells inside a line while it is drawn: one question at a time. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import type { EmbeddingIntent, EmbeddingState, TopRegions } from "../../contract";
import type { Drawing } from "../../draw/scatter/lasso";
import type { Panel } from "../../panel";

const PACE = 100; // ms between two questions
const PATIENCE = 1500; // ms after which a question without an answer means a busy kernel
const NONE = Number.POSITIVE_INFINITY;

/** A line under the pen. */
export interface Pen {
  /** The newest answer about this line; `undefined` before the first. */
  readonly found: ReadonlySignal<TopRegions | undefined>;
  /** Whether the kernel does not answer. */
  readonly late: ReadonlySignal<boolean>;
  /** The line is a selection now: what was found stays until Python describes the selection. */
  keep(): void;
}

/** Ask about the line that is being drawn; a question waits for the answer to the one before it. */
export function penQuestions(
  drawing: ReadonlySignal<Drawing | undefined>,
  { wire, watch, ended }: Pick<Panel<EmbeddingState, EmbeddingIntent>, "wire" | "watch" | "ended">,
): Pen {
  const answered = wire.read("drawn_regions");
  const [selected, notice] = [wire.read("selected_regions"), wire.read("notice")];
  const [first, late] = [signal(NONE), signal(false)];
  let next = 1 + Math.floor(Math.random() * 2 ** 40); // two views of a panel do not share answers
  let open: number | undefined;
  let unasked: Drawing | undefined;
  let begun = NONE; // first question about the newest line
  let [isDrawn, isKept] = [false, false];
  let pause: ReturnType<typeof setTimeout> | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;

  const ask = () => {
    if (open !== undefined || pause !== undefined || !unasked) return;
    const { polygon, radius, operation: mode } = unasked;
    if (!radius && polygon.length < 3) return;
    open = next++;
    wire.ask({ intent: "look_inside", line: polygon.flat(), radius, mode, question: open });
    unasked = undefined;
    pause = setTimeout(() => {
      pause = undefined;
      ask();
    }, PACE);
    patience = setTimeout(() => {
      late.value = true;
    }, PATIENCE);
  };
  const stopAsking = () => {
    if (next > begun) wire.ask({ intent: "stop_looking", kept: isKept });
  };
  const settle = () => {
    clearTimeout(patience);
    open = undefined;
    late.value = false;
    ask();
  };
  watch(() => {
    unasked = drawing.value;
    if (unasked && !isDrawn) begun = next;
    if (!unasked && isDrawn) queueMicrotask(stopAsking); // by then it is known whether it is kept
    if (Boolean(unasked) !== isDrawn) first.value = unasked ? begun : NONE;
    isDrawn = unasked !== undefined;
    isKept = false;
    ask();
  });
  watch(() => {
    if (answered.value.question === open) settle();
  });
  watch(() => {
    if (notice.value.level === "error" && open !== undefined) settle(); // it was refused
  });
  watch(() => {
    if (selected.value.by && isKept) first.value = NONE;
  });
  const stop = () => {
    if (isDrawn) stopAsking();
    clearTimeout(pause);
    clearTimeout(patience);
  };
  ended.addEventListener("abort", stop, { once: true });
  return {
    found: computed(() => {
      const { question, by } = answered.value;
      return by && question >= first.value && question < next ? answered.value : undefined;
    }),
    late,
    keep() {
      first.value = begun;
      isKept = true;
    },
  };
}
