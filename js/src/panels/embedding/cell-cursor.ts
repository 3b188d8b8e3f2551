/** The cell cursor: cells are found and selected with the arrow keys, and described in words. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { use } from "../../commands";
import type { Point } from "../../draw/polygon";
import { panned, toScreen } from "../../draw/scatter/camera";
import { nextCell } from "../../draw/scatter/nearest";
import type { Drawable, Scatter } from "../../draw/scatter/scatter";
import type { Panel } from "../../panel";

const DIRECTIONS: Readonly<Record<string, { way: Point; word: string }>> = {
  ArrowLeft: { way: [-1, 0], word: "left" },
  ArrowRight: { way: [1, 0], word: "right" },
  ArrowUp: { way: [0, 1], word: "up" },
  ArrowDown: { way: [0, -1], word: "down" },
};
const REST = 300; // ms after the last step before Python is asked: a way is one change, not many
const MARGIN = 40; // px from the edge, where the picture moves along

/** What the cursor does to the selection. */
export interface CursorState {
  /** Whether a cell is selected, as the picture shows it. */
  isSelected(cell: number): boolean;
  /** Show a change at once. */
  predict(cells: readonly number[], mode: "add" | "subtract"): void;
  /** Ask Python for it. */
  select(cells: readonly number[], mode: "add" | "subtract"): void;
  nSelected(): number;
}

/** The cursor of one scatter. */
export interface Cursor {
  /** The cell that it is on; -1 while there is none. */
  readonly cell: ReadonlySignal<number>;
  /** Why it did not move; empty when it did. */
  readonly trouble: ReadonlySignal<string>;
  /** Put it on the cell that is nearest to the middle of the picture. */
  start(): void;
  /** Ask now for what was taken along the way. */
  flush(): void;
  /** The cells have other places, or are others. */
  settle(): void;
}

/** Give a scatter its cursor. */
export function cellCursor(
  scatter: Omit<Drawable, "draft"> & Pick<Scatter, "mark">,
  { isSelected, nSelected, predict, select }: CursorState,
  { ended }: Pick<Panel<object, never>, "ended">,
): Cursor {
  const { surface } = scatter;
  const [cell, trouble] = [signal(-1), signal("")];
  const way: number[] = []; // what was taken along and is not yet asked for
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isTap = false; // Space went down and nothing was dragged

  const placeOf = (at: number): Point => {
    const { points } = scatter.scene;
    return [points[2 * at] as number, points[2 * at + 1] as number];
  };
  const go = (to: number) => {
    cell.value = to;
    trouble.value = "";
    scatter.mark(to < 0 ? undefined : placeOf(to));
    if (to >= 0) bringIntoSight();
  };
  const bringIntoSight = () => {
    const { view } = scatter;
    if (!view) return;
    const [x, y] = toScreen(view, placeOf(cell.value));
    const beyond = (at: number, size: number) =>
      at < MARGIN ? MARGIN - at : at > size - MARGIN ? size - MARGIN - at : 0;
    const [dx, dy] = [beyond(x, view.width), beyond(y, view.height)];
    if (dx || dy) scatter.look?.(panned(view, dx, dy));
  };
  const flush = () => {
    clearTimeout(timer);
    if (way.length > 0 && !ended.aborted) select(way.splice(0), "add");
  };
  const take = (cells: readonly number[]) => {
    const fresh = cells.filter((one) => !isSelected(one));
    if (fresh.length === 0) return;
    predict(fresh, "add");
    way.push(...fresh);
    clearTimeout(timer);
    timer = setTimeout(flush, REST);
  };
  const start = () => {
    surface.focus({ preventScroll: true });
    const { view, scene } = scatter;
    if (!view || cell.value >= 0) return;
    go(nearestTo([view.camera.x, view.camera.y], scene.points));
  };
  const step = (key: string, along: boolean) => {
    if (cell.value < 0) return start();
    const { way: direction, word } = DIRECTIONS[key] as { way: Point; word: string };
    const from = cell.value;
    const to = nextCell(scatter.scene.points, from, direction);
    if (to < 0) {
      trouble.value = `no cell further ${word}`;
      return;
    }
    go(to);
    if (along) take([from, to]);
  };
  const toggle = () => {
    flush();
    const mode = isSelected(cell.value) ? "subtract" : "add";
    predict([cell.value], mode);
    select([cell.value], mode);
  };
  const press = (event: KeyboardEvent) => {
    const { key } = event;
    if (key === " ") isTap = !event.repeat || isTap;
    const isOthers = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
    if (isOthers) return; // a line that is being drawn has its keys first
    if (key in DIRECTIONS) step(key, event.shiftKey);
    else if (cell.value < 0) return;
    else if (key === "Enter") toggle();
    else if (key === "Escape" && nSelected() === 0) go(-1);
    else return;
    use(event);
  };
  const lift = ({ key }: KeyboardEvent) => {
    if (key === " " && isTap && cell.value >= 0) toggle();
    if (key === " ") isTap = false;
  };
  const drag = () => {
    isTap = false; // Space was held to pan
  };
  surface.addEventListener("keydown", press, { signal: ended });
  surface.addEventListener("keyup", lift, { signal: ended });
  surface.addEventListener("pointerdown", drag, { signal: ended });
  const settle = () => {
    if (cell.value >= 0) go(2 * cell.value < scatter.scene.points.length ? cell.value : -1);
  };
  return { cell, trouble, start, flush, settle };
}

function nearestTo([x, y]: Point, points: ArrayLike<number>): number {
  let found = -1;
  let least = Infinity;
  for (let cell = 0; 2 * cell < points.length; cell++) {
    const distance =
      ((points[2 * cell] as number) - x) ** 2 + ((points[2 * cell + 1] as number) - y) ** 2;
    if (distance < least) [found, least] = [cell, distance];
  }
  return found;
}
