/** Why a filter filters nothing, under its field. */
import { h, say } from "../../ui/dom";

const MAX_WIDTH = 436; // pixels, as in grid.css

/** The box with the reasons. */
export interface FilterReasons {
  el: HTMLElement;
  /** Show reasons below the head, near the first field that has one. */
  show(reasons: readonly string[], head: HTMLElement, scroller: HTMLElement): void;
}

/** Make the box, hidden. */
export function filterReasons(id: string): FilterReasons {
  const text = h("span", {});
  const el = h("div", { class: "pv-grid-why", id, hidden: true }, text);
  return {
    el,
    show(reasons, head, scroller) {
      el.hidden = reasons.length === 0;
      const at = head.querySelector<HTMLElement>("[aria-invalid=true]")?.parentElement;
      const room = Math.max(0, scroller.clientWidth - MAX_WIDTH);
      const left = Math.max(8, (at?.offsetLeft ?? 0) - scroller.scrollLeft);
      text.style.left = `${Math.min(left, room)}px`;
      el.style.top = `${head.offsetHeight}px`;
      say(text, reasons.join(" "));
    },
  };
}
