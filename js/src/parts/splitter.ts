/** An edge to drag: the size of what lies beside it, in pixels, also by keys. */
import { h } from "../dom";

/** How an edge is made. */
export interface SplitterOptions {
  /** What it sizes, for those who hear it. */
  label: string;
  /** Which way the pointer moves. */
  axis: "x" | "y";
  /** Whether moving right or down makes it larger, or smaller. */
  grows: 1 | -1;
  /** The size now. */
  size(): number;
  /** The sizes that leave room for everything else. */
  bounds(): { low: number; high: number };
  /** Take another size; nothing for the one that it began with. */
  change(size: number | undefined): void;
  ended: AbortSignal;
  testid: string;
}

const STEP = 16; // pixels a key press
const FAR = 96;

/** Make the edge; a double click puts the size back. */
export function splitter(options: SplitterOptions): HTMLElement {
  const { label, axis, grows, size, bounds, change, ended, testid } = options;
  const el = h("div", {
    class: "pv-splitter",
    role: "separator",
    tabindex: 0,
    title: `${label}: drag, or double-click to reset`,
    "aria-label": label,
    "aria-orientation": axis === "x" ? "vertical" : "horizontal",
    "data-testid": testid,
  });
  const set = (next: number) => {
    const { low, high } = bounds();
    const fits = Math.round(Math.max(low, Math.min(Math.max(low, high), next)));
    el.setAttribute("aria-valuenow", String(fits));
    change(fits);
  };

  el.addEventListener("pointerdown", (event) => drag(event), { signal: ended });
  el.addEventListener("dblclick", () => change(undefined), { signal: ended });
  el.addEventListener(
    "keydown",
    (event) => {
      const keys = axis === "x" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
      const at = keys.indexOf(event.key);
      if (at < 0) return;
      event.preventDefault();
      event.stopPropagation();
      set(size() + (at === 1 ? grows : -grows) * (event.shiftKey ? FAR : STEP));
    },
    { signal: ended },
  );

  function drag(event: PointerEvent) {
    if (event.button !== 0) return;
    event.preventDefault();
    const place = (moved: PointerEvent) => (axis === "x" ? moved.clientX : moved.clientY);
    const [from, began] = [place(event), size()];
    el.setPointerCapture?.(event.pointerId);
    el.dataset.dragged = "";
    const let_go = new AbortController();
    const signal = AbortSignal.any([let_go.signal, ended]);
    const finish = () => {
      let_go.abort();
      delete el.dataset.dragged;
    };
    el.addEventListener("pointermove", (moved) => set(began + grows * (place(moved) - from)), {
      signal,
    });
    el.addEventListener("pointerup", finish, { signal });
    el.addEventListener("pointercancel", finish, { signal });
  }
  return el;
}
