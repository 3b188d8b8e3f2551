/** The ring that shows where a brush is and how large it is. */
import { h } from "../../ui/dom";
import type { Point } from "../polygon";

/** A ring on a surface. */
export interface BrushRing {
  /** Show it at a place with a radius, both in CSS pixels; hide it without a place. */
  show(at: Point | undefined, radius: number): void;
}

/** Make the ring, hidden. */
export function brushRing(surface: HTMLElement): BrushRing {
  const ring = h("div", { class: "pv-brush", hidden: true });
  surface.append(ring);
  return {
    show(at, radius) {
      ring.hidden = !at;
      if (!at) return;
      ring.style.width = ring.style.height = `${2 * radius}px`;
      ring.style.transform = `translate(${at[0] - radius}px, ${at[1] - radius}px)`;
    },
  };
}
