/** Send at most a few values a second; the last one is always sent. */
import { type ReadonlySignal, signal } from "@preact/signals-core";

const PACE = 60; // ms between two
const REST = 400; // ms after the last one in which answers to earlier ones may still come

/** A sender that skips values when they come too fast. */
export interface Throttled<T> {
  /** Whether values from the other side may be older than those sent from here. */
  readonly busy: ReadonlySignal<boolean>;
  send(value: T): void;
}

/** Limit the rate of a sender. */
export function throttled<T>(sendNow: (value: T) => void, ended: AbortSignal): Throttled<T> {
  const busy = signal(false);
  let waiting: { value: T } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isPaused = false;
  const go = (value: T) => {
    waiting = undefined;
    isPaused = true;
    sendNow(value);
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
    send(value) {
      busy.value = true;
      if (isPaused) waiting = { value };
      else go(value);
    },
  };
}
