/** An edge to drag: the size of what lies beside it, in pixels, also by keys; far in, it folds. */
import { h } from "./dom";
import { scaleOnPage } from "./pointer-place";

/** How an edge is made. */
export interface SplitterOptions {
  /** For screen readers. */
  label: string;
  /** Which way the pointer moves. */
  axis: "x" | "y";
  /** Whether moving right or down makes it larger, or smaller. */
  grows: 1 | -1;
  /** What it sizes. */
  of: HTMLElement;
  /** The sizes that leave room for everything else. */
  bounds(): { low: number; high: number };
  /** Take another size while it changes; nothing for the one that it began with. */
  change(size: number | undefined): void;
  /** Keep that size: the edge was released. */
  keep(size: number | undefined): void;
  /** Fold away what it sizes. */
  fold?(): void;
  ended: AbortSignal;
  testid: string;
}

const STEP = 16; // pixels a key press
const FAR = 96;
const FOLDS = 0.5; // of the least size: dragged below that, it folds

/** Make the edge; a double click puts the size back. */
export function splitter(options: SplitterOptions): HTMLElement {
  const { label, axis, grows, of, bounds, change, keep, fold, ended, testid } = options;
  const el = h("div", {
    class: "pv-splitter",
    role: "separator",
    tabindex: 0,
    title: `${label}: drag, or double-click to reset${fold ? "; Enter folds it" : ""}`,
    "aria-label": label,
    "aria-orientation": axis === "x" ? "vertical" : "horizontal",
    "data-testid": testid,
  });
  const size = () => (axis === "x" ? of.offsetWidth : of.offsetHeight);
  const tell = (now: number) => {
    const { low, high } = bounds();
    const range = { min: Math.min(low, now), now, max: Math.max(low, high, now) };
    for (const [name, value] of Object.entries(range))
      el.setAttribute(`aria-value${name}`, String(value));
  };
  tell(size());
  const observer = new ResizeObserver(() => tell(size()));
  observer.observe(of);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });
  const set = (next: number): number => {
    const { low, high } = bounds();
    const fits = Math.round(Math.max(low, Math.min(Math.max(low, high), next)));
    tell(fits);
    change(fits);
    return fits;
  };
  const reset = () => {
    change(undefined);
    keep(undefined);
  };

  el.addEventListener("pointerdown", (event) => drag(event), { signal: ended });
  el.addEventListener("dblclick", reset, { signal: ended });
  el.addEventListener(
    "keydown",
    (event) => {
      const keys = axis === "x" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
      const at = keys.indexOf(event.key);
      const folds = fold && event.key === "Enter";
      if (at < 0 && !folds) return;
      event.preventDefault();
      event.stopPropagation();
      if (folds) fold();
      else keep(set(size() + (at === 1 ? grows : -grows) * (event.shiftKey ? FAR : STEP)));
    },
    { signal: ended },
  );

  function drag(event: PointerEvent) {
    if (event.button !== 0) return;
    event.preventDefault();
    const place = (moved: PointerEvent) => (axis === "x" ? moved.clientX : moved.clientY);
    const [from, began] = [place(event), size()];
    const [scaleX, scaleY] = scaleOnPage(of);
    const scale = axis === "x" ? scaleX : scaleY;
    let now: number | undefined;
    let isFar = false; // whether it was released far inside
    el.setPointerCapture?.(event.pointerId);
    el.dataset.dragged = "";
    const let_go = new AbortController();
    const signal = AbortSignal.any([let_go.signal, ended]);
    const finish = ({ pointerId }: PointerEvent) => {
      if (pointerId !== event.pointerId) return;
      let_go.abort();
      delete el.dataset.dragged;
      if (isFar) fold?.();
      else if (now !== undefined) keep(now);
    };
    const move = (moved: PointerEvent) => {
      if (moved.pointerId !== event.pointerId) return;
      const next = began + (grows * (place(moved) - from)) / scale;
      now = set(next);
      isFar = fold !== undefined && next < FOLDS * bounds().low;
    };
    el.addEventListener("pointermove", move, { signal });
    el.addEventListener("pointerup", finish, { signal });
    el.addEventListener("pointercancel", finish, { signal });
  }
  return el;
}
