/** What every panel shares: a typed end of the wire, and one signal that undoes it all. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { requestAllowed } from "./panel-events";
import { guardFocus } from "./ui/focus";
import { followTheme } from "./ui/theme";

/** A panel's end of the wire. `S` is the state it mirrors, `I` what it may ask for. */
export interface Wire<S, I> {
  /** The current value of one trait; follows every change from Python. */
  read<K extends keyof S & string>(key: K): ReadonlySignal<S[K]>;
  /** Change one shared trait. */
  write<K extends keyof S & string>(key: K, value: S[K]): void;
  /** Ask Python to do something. */
  ask(intent: I): void;
}

/** What a panel is given to draw itself. */
export interface Panel<S, I> {
  el: HTMLElement;
  wire: Wire<S, I>;
  /** Run now, and again whenever a signal it read changes. */
  watch(run: () => void): void;
  /** Aborted when the panel goes away; give it to every `addEventListener`. */
  ended: AbortSignal;
}

/** What a part of a panel needs to follow signals and to end with the panel. */
export type PanelLifetime = Pick<Panel<object, never>, "watch" | "ended">;

function connect<S, I>(
  model: AnyModel,
  el: HTMLElement,
  atEnd: (undo: () => void) => void,
): Wire<S, I> {
  const signals = new Map<string, ReadonlySignal<unknown>>();
  const follow = (key: string) => {
    const current = signal<unknown>(model.get(key));
    const update = () => {
      current.value = model.get(key);
    };
    model.on(`change:${key}`, update);
    atEnd(() => model.off(`change:${key}`, update));
    signals.set(key, current);
    return current;
  };
  return {
    read: <K extends keyof S & string>(key: K) =>
      (signals.get(key) ?? follow(key)) as ReadonlySignal<S[K]>,
    write(key, value) {
      model.set(key, value);
      if (requestAllowed(el, key)) model.save_changes();
    },
    ask(intent) {
      const { intent: name } = intent as { intent: string };
      if (requestAllowed(el, name)) model.send(intent);
    },
  };
}

/** Turn a draw function into an anywidget module. */
export function definePanel<S, I>(draw: (panel: Panel<S, I>) => void) {
  return {
    render({ model, el, signal: ended }: Pick<RenderProps, "model" | "el" | "signal">) {
      const undos: (() => void)[] = []; // one listener for all: a panel has dozens of effects
      const atEnd = (undo: () => void) => undos.push(undo);
      const undoAll = () => {
        for (const undo of undos.splice(0)) undo();
      };
      ended.addEventListener("abort", undoAll, { once: true });
      const watch = (run: () => void) => atEnd(effect(run));
      if (!el.parentElement?.closest(".pv")) {
        followTheme(el, ended);
        guardFocus(el, ended);
      }
      el.classList.add("pv");
      askForStyle(model, el, ended);
      keepKeys(el, ended);
      draw({ el, wire: connect<S, I>(model, el, atEnd), watch, ended });
    },
  };
}

/** A panel of a viewer has the viewer's style; shown where that is not, it asks for its own. */
function askForStyle(model: AnyModel, el: HTMLElement, ended: AbortSignal) {
  if (model.get("_css") !== "") return;
  const look = () => {
    const { length } = getComputedStyle(el).getPropertyValue("--pv-canvas");
    if (!length && el.isConnected) model.send({ intent: "style" });
  };
  const frame = requestAnimationFrame(look); // by then it is on its page
  ended.addEventListener("abort", () => cancelAnimationFrame(frame), { once: true });
}

/**
 * Keep the notebook's keys out. JupyterLab asks the element that has the focus first, and only then
 * those around it, so that one must carry the mark too: else "d d" in a panel deletes a cell.
 */
function keepKeys(el: HTMLElement, ended: AbortSignal) {
  const mark = (marked: EventTarget | null) => {
    if (marked instanceof HTMLElement) marked.dataset.lmSuppressShortcuts = "true";
  };
  mark(el);
  el.addEventListener("focusin", ({ target }) => mark(target), { signal: ended });
}
