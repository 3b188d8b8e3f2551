/** A request that was sent and not yet acknowledged: shown at once, explained when it takes long. */
import { type ReadonlySignal, signal } from "@preact/signals-core";

const PATIENCE = 2000; // ms after which a request that Python has not acknowledged means a busy kernel

/** What was asked for; `late` when the kernel has not answered for two seconds. */
export interface Pending<T extends string> {
  request: T;
  late: boolean;
}

/** The newest request, until it is acknowledged. */
export interface PendingRequest<T extends string> {
  readonly now: ReadonlySignal<Pending<T> | null>;
  ask(request: T): void;
  settle(): void;
}

/** Begin with no request. */
export function pendingRequest<T extends string>(ended: AbortSignal): PendingRequest<T> {
  const now = signal<Pending<T> | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    clearTimeout(timer);
    now.value = null;
  };
  ended.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return {
    now,
    settle,
    ask(request) {
      settle();
      now.value = { request, late: false };
      timer = setTimeout(() => {
        now.value = { request, late: true };
      }, PATIENCE);
    },
  };
}

/** Ask for a second press within some seconds, for what cannot be undone. */
export function secondPress(ended: AbortSignal, milliseconds = 4000) {
  const armed = signal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  ended.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return {
    armed: armed as ReadonlySignal<boolean>,
    /** Say whether this press is the second. */
    press(): boolean {
      clearTimeout(timer);
      const second = armed.value;
      armed.value = !second;
      if (!second) {
        timer = setTimeout(() => {
          armed.value = false;
        }, milliseconds);
      }
      return second;
    },
  };
}
