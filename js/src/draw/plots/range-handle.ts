/** A handle on an axis: dragged by a pointer or moved by keys. */
import { h } from "../../ui/dom";
import { count } from "../../ui/format";

/** What a handle does. */
export interface HandleOptions {
  /** What it sets, for a screen reader: "lowest open regions per cell". */
  name: string;
  testid?: string | undefined;
  ended: AbortSignal;
  /** Called while it is dragged. */
  follow(event: PointerEvent): void;
  /** Called when it is dropped. */
  drop(): void;
  /** Where a key moves it; nothing for a key that does not. */
  press(event: KeyboardEvent): number | undefined;
  /** Moves it there at once. */
  jump(value: number): void;
}

/** A handle. */
export interface Handle {
  el: HTMLElement;
  /** Begin a drag, also from beside the handle. */
  drag(event: PointerEvent): void;
  /** Put it at a share of the axis, in percent, and say its value and bounds. */
  place(left: number, value: number, bounds: { low: number; high: number }): void;
}

/** Make a handle. */
export function rangeHandle(options: HandleOptions): Handle {
  const { name, testid, ended, follow, drop, press, jump } = options;
  const attributes = { class: "pv-handle", role: "slider", tabindex: 0, "aria-label": name };
  const el = h("div", { ...attributes, "data-testid": testid });

  function drag(event: PointerEvent) {
    if (event.button !== 0) return;
    event.preventDefault();
    el.focus();
    el.dataset.dragged = "";
    el.setPointerCapture?.(event.pointerId);
    const dropped = new AbortController();
    const signal = AbortSignal.any([dropped.signal, ended]);
    const move = (moved: PointerEvent) => {
      if (moved.pointerId === event.pointerId) follow(moved);
    };
    const finish = ({ pointerId }: PointerEvent) => {
      if (pointerId !== event.pointerId) return;
      dropped.abort();
      delete el.dataset.dragged;
      drop();
    };
    el.addEventListener("pointermove", move, { signal });
    el.addEventListener("pointerup", finish, { signal });
    el.addEventListener("pointercancel", finish, { signal });
  }

  el.addEventListener("pointerdown", drag, { signal: ended });
  el.addEventListener(
    "keydown",
    (event) => {
      const to = press(event);
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      jump(to);
    },
    { signal: ended },
  );

  return {
    el,
    drag,
    place(left, value, bounds) {
      el.style.left = `${left.toFixed(3)}%`;
      el.setAttribute("aria-valuemin", String(bounds.low));
      el.setAttribute("aria-valuemax", String(bounds.high));
      el.setAttribute("aria-valuenow", String(value));
      el.setAttribute("aria-valuetext", count(value));
      el.title = count(value);
    },
  };
}
