/** Parts one below the other in a scrolled column, which can stay with one of them. */
import { h } from "../ui/dom";

/** A column, and the way to a part of it. */
export interface PanelColumn {
  el: HTMLElement;
  /** Scroll to a part and stay there while it grows, until a person scrolls. */
  stayWith(part: HTMLElement): void;
}

/** Make the column. */
export function panelColumn(parts: readonly HTMLElement[], ended: AbortSignal): PanelColumn {
  const el = h("div", { class: "pv-scroll" }, ...parts);
  let followed: HTMLElement | undefined;
  const look = () => {
    if (followed) el.scrollTop = followed.offsetTop;
  };
  const release = () => {
    followed = undefined;
  };
  for (const event of ["wheel", "pointerdown", "keydown"]) {
    el.addEventListener(event, release, { signal: ended, passive: true });
  }
  const observer = new ResizeObserver(look);
  for (const part of parts) observer.observe(part);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });
  return {
    el,
    stayWith(part) {
      followed = part;
      look();
    },
  };
}
