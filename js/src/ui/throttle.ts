/** Values that come faster than they are to be sent: the newest goes, and none is lost at the end. */
import { type ReadonlySignal, signal } from "@preact/signals-core";

const PACE = 60; // ms between two
const REST = 400; // ms after the last one in which answers to earlier ones may still come

/** Sends what it is given, not too often. */
export interface Paced<T> {
  /** Whether what the other side says may be older than what was given here. */
  readonly busy: ReadonlySignal<boolean>;
  give(value: T): void;
}

/** Pace a sender. */
export function paced<T>(send: (value: T) => void, ended: AbortSignal): Paced<T> {
  const busy = signal(false);
  let waiting: { value: T } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isPaused = false;
  const go = (value: T) => {
    waiting = undefined;
    isPaused = true;
    send(value);
    clearTimeout(timer);
    timer = setTimeout(next, PACE);
  };
  const next = () => {
    isPaused = false;
    if (waiting) go(waiting.value);
    else
      timer = setTimeout(() => {
        busy.value = false;
      }, REST);
  };
  ended.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return {
    busy,
    give(value) {
      busy.value = true;
      if (isPaused) waiting = { value };
      else go(value);
    },
  };
}
