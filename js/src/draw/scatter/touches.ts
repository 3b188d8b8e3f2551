/** Two fingers on a scatter: what lies between them follows them, nearer or farther. */
import type { Point } from "../polygon";
import { panned } from "./camera";
import type { Drawable } from "./scatter";

/** Fingers on the surface. */
export interface Touches {
  /** Whether two fingers move the picture, or did and one is still down. */
  readonly pinching: boolean;
  /** How many fingers are down. */
  readonly size: number;
  has(pointer: number): boolean;
  /** A finger came down; true for the second one, by which a pinch begins. */
  down(pointer: number, at: Point): boolean;
  /** A finger moved; true where that moved the picture. */
  move(pointer: number, at: Point): boolean;
  /** A finger was lifted, or the browser took it over. */
  up(pointer: number): void;
}

/** Follow the fingers on a scatter. */
export function touchesOn(scatter: Pick<Drawable, "view" | "look" | "zoom">): Touches {
  const fingers = new Map<number, Point>();
  let pinching = false;
  const pair = (): { middle: Point; apart: number } | undefined => {
    const [a, b] = [...fingers.values()];
    if (!a || !b) return undefined;
    return {
      middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
      apart: Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1])),
    };
  };
  return {
    get pinching() {
      return pinching;
    },
    get size() {
      return fingers.size;
    },
    has: (pointer) => fingers.has(pointer),
    down(pointer, at) {
      fingers.set(pointer, at);
      const begins = fingers.size === 2 && !pinching;
      pinching ||= begins;
      return begins;
    },
    move(pointer, at) {
      if (!fingers.has(pointer)) return false;
      const before = pair();
      fingers.set(pointer, at);
      const now = pair();
      if (!pinching) return false;
      if (!before || !now || !scatter.view) return true; // one finger is left
      scatter.zoom?.(now.apart / before.apart, before.middle);
      const [dx, dy] = [now.middle[0] - before.middle[0], now.middle[1] - before.middle[1]];
      scatter.look?.(panned(scatter.view, dx, dy));
      return true;
    },
    up(pointer) {
      fingers.delete(pointer);
      if (fingers.size === 0) pinching = false;
    },
  };
}
