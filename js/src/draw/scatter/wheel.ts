/** The wheel over a scatter: zoom, without taking a page's own scrolling away. */
import type { Point } from "../polygon";
import type { Drawable } from "./scatter";

/**
 * Zoom by the wheel, towards the pointer. A page that is being scrolled and slides under a resting
 * pointer scrolls on: the wheel is ours only after the pointer has moved here.
 */
export function zoomByWheel(
  scatter: Drawable,
  placeOf: (event: MouseEvent) => Point,
  ended: AbortSignal,
): void {
  const { surface, zoom } = scatter;
  if (!zoom) return;
  let came: Point | undefined;
  let isOurs = false;
  surface.addEventListener(
    "pointermove",
    ({ screenX, screenY }) => {
      if (came && (came[0] !== screenX || came[1] !== screenY)) isOurs = true;
      came = [screenX, screenY];
    },
    { signal: ended },
  );
  surface.addEventListener(
    "pointerleave",
    () => {
      isOurs = false;
      came = undefined;
    },
    { signal: ended },
  );
  surface.addEventListener(
    "wheel",
    (event) => {
      if (!isOurs && !event.ctrlKey && document.activeElement !== surface) return;
      event.preventDefault();
      event.stopPropagation();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1);
      zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002)), placeOf(event));
    },
    { signal: ended, passive: false },
  );
}
