/** Dragging a column's name to another place. */
import { placeIn } from "../../ui/pointer-place";

const FAR = 6; // pixels from which on it is not a click

/**
 * Let the columns of a head be dragged; `move` puts one before another, or at the end.
 *
 * Returns whether the click that follows ends a drag.
 */
export function headDrag(
  row: HTMLElement,
  move: (key: string, before: string | undefined) => void,
  ended: AbortSignal,
): () => boolean {
  let wasDragged = false;
  const cells = () => [...row.children] as HTMLElement[];
  /** The number of columns whose middle lies to the left of the pointer. */
  const gapAt = (event: PointerEvent) => {
    const [x] = placeIn(row, event);
    return cells().filter((cell) => cell.offsetLeft + cell.offsetWidth / 2 < x).length;
  };
  const mark = (gap: number | undefined) => {
    for (const [at, cell] of cells().entries()) {
      cell.toggleAttribute("data-drop-before", at === gap);
      cell.toggleAttribute("data-drop-after", at === cells().length - 1 && gap === at + 1);
    }
  };
  const press = (event: PointerEvent) => {
    const name = (event.target as Element).closest<HTMLElement>(".pv-sort");
    const cell = name?.parentElement;
    wasDragged = false;
    if (!name || !cell || event.button !== 0) return;
    const from = event.clientX;
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, ended]);
    const drag = (moved: PointerEvent) => {
      if (!wasDragged && Math.abs(moved.clientX - from) < FAR) return;
      if (!wasDragged) name.setPointerCapture?.(event.pointerId);
      wasDragged = true;
      cell.toggleAttribute("data-dragged", true);
      mark(gapAt(moved));
    };
    const finish = (last: PointerEvent) => {
      done.abort();
      mark(undefined);
      cell.removeAttribute("data-dragged");
      if (!wasDragged || last.type !== "pointerup") return;
      const [here, gap] = [cells().indexOf(cell), gapAt(last)];
      const isMoved = gap !== here && gap !== here + 1;
      if (isMoved) move(cell.dataset.key ?? "", cells()[gap]?.dataset.key);
    };
    name.addEventListener("pointermove", drag, { signal });
    name.addEventListener("pointerup", finish, { signal });
    name.addEventListener("pointercancel", finish, { signal });
  };
  row.addEventListener("pointerdown", press, { signal: ended });
  return () => wasDragged;
}
