/** Which cell the pointer rests on. */
import { placeIn } from "../../ui/pointer-place";
import type { Point } from "../polygon";

/** Tell the cell under the pointer, once a frame and only when it is another one. */
export function followHover(
  surface: HTMLElement,
  ended: AbortSignal,
  cellAt: (at: Point) => number,
  tell: (cell: number) => void,
): void {
  let current = -1;
  let at: Point | undefined;
  let frame = 0;
  const update = () => {
    frame = 0;
    const cell = at ? cellAt(at) : -1;
    if (cell === current) return;
    current = cell;
    tell(cell);
  };
  const move = (event: PointerEvent) => {
    at = event.buttons || event.type === "pointerleave" ? undefined : placeIn(surface, event);
    frame ||= requestAnimationFrame(update);
  };
  surface.addEventListener("pointermove", move, { signal: ended });
  surface.addEventListener("pointerleave", move, { signal: ended });
  ended.addEventListener("abort", () => cancelAnimationFrame(frame), { once: true });
}
