/** A wish that was sent and not yet taken up: shown at once, and explained when it takes long. */
import { type ReadonlySignal, signal } from "@preact/signals-core";

const PATIENCE = 2000; // ms after which a wish that Python has not taken up means a busy kernel

/** What was asked for; `late` when the kernel has not answered for two seconds. */
export interface Wish<T extends string> {
  wish: T;
  late: boolean;
}

/** The newest wish, until somebody says that it was taken up. */
export interface Asked<T extends string> {
  readonly now: ReadonlySignal<Wish<T> | null>;
  ask(wish: T): void;
  settle(): void;
}

/** Begin with no wish. */
export function asking<T extends string>(ended: AbortSignal): Asked<T> {
  const now = signal<Wish<T> | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    clearTimeout(timer);
    now.value = null;
  };
  ended.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return {
    now,
    settle,
    ask(wish) {
      settle();
      now.value = { wish, late: false };
      timer = setTimeout(() => {
        now.value = { wish, late: true };
      }, PATIENCE);
    },
  };
}

/** Whether a first press was just made: the second one within some seconds is meant. */
export function arming(ended: AbortSignal, milliseconds = 4000) {
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
