/** How cells that are drawn round change the selection. */

/** What the cells inside do to those already selected. */
export type Operation = "new" | "add" | "subtract" | "intersect";

/** The operation that a modifier key asks for while drawing. */
export const modifierOperation = (
  event: Pick<MouseEvent, "altKey" | "shiftKey">,
): Operation | undefined =>
  event.altKey ? (event.shiftKey ? "intersect" : "subtract") : event.shiftKey ? "add" : undefined;

const [BEFORE, NOW] = [1, 2];
const KEPT = { add: [BEFORE, NOW, BEFORE + NOW], subtract: [BEFORE], intersect: [BEFORE + NOW] };

/** The cells that are selected afterwards, ascending unless `operation` is "new". */
export function combined(
  before: ArrayLike<number>,
  cells: ArrayLike<number>,
  operation: Operation,
): Uint32Array<ArrayBuffer> {
  if (operation === "new") return Uint32Array.from(cells);
  let last = -1;
  for (const list of [before, cells]) {
    for (let i = 0; i < list.length; i++) last = Math.max(last, list[i] as number);
  }
  const marks = new Uint8Array(last + 1);
  for (let i = 0; i < before.length; i++) marks[before[i] as number] = BEFORE;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as number;
    marks[cell] = (marks[cell] as number) + NOW;
  }
  const kept = KEPT[operation];
  const found = new Uint32Array(last + 1);
  let count = 0;
  for (let cell = 0; cell <= last; cell++) {
    if (kept.includes(marks[cell] as number)) found[count++] = cell;
  }
  return found.slice(0, count);
}
