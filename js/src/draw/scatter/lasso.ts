/** Tools on a scatter: pan, lasso, rectangle, polygon, brush. What is drawn is told in data coordinates. */
import { h } from "../../ui/dom";
import { placeIn } from "../../ui/pointer-place";
import {
  type Brushing,
  boundsOf,
  brushing,
  cellsInside,
  type Point,
  type Polygon,
  rectangle,
} from "../polygon";
import { panned, rounding, scaleOf, toData, toScreen, type View } from "./camera";
import type { Scatter } from "./scatter";
import { touchesOn } from "./touches";
import { zoomByWheel } from "./wheel";

/** What a drag does. */
export type Tool = "pan" | "lasso" | "rectangle" | "polygon" | "brush";
/** What the cells inside do to those already chosen. */
export type Operation = "new" | "add" | "subtract" | "intersect";

/** A finished line. */
export interface Drawn {
  tool: Exclude<Tool, "pan">;
  operation: Operation;
  /** In data coordinates, closed by itself; the way of a brush. */
  polygon: Polygon;
  /** Of the brush, in data coordinates; 0 for the other tools. */
  radius: number;
  /** The cells inside, ascending. */
  cells: Uint32Array<ArrayBuffer>;
}

/** Whoever draws a lasso is told here. */
export interface LassoOptions {
  ended: AbortSignal;
  tool?: Tool;
  operation?: Operation;
  /** While drawing: how many cells are inside; `undefined` when the drawing is over. */
  onDraw?: (inside: { count: number; operation: Operation } | undefined) => void;
  onEnd: (drawn: Drawn) => void;
  /** A click beside a line, with the operation "new": let go of what was chosen. */
  onClear?: () => void;
}

/** The tools of one scatter; set `tool` and `operation` from a toolbar. */
export interface Lasso {
  tool: Tool;
  operation: Operation;
  /** Radius of the brush, in CSS pixels. */
  brush: number;
  /** True while a line is being drawn. */
  readonly drawing: boolean;
  /** Forget the line that is being drawn. */
  cancel(): void;
}

/** A line smaller than this, in CSS pixels, was a click. */
const CLICK = 6;
/** Vertices nearer than this, in CSS pixels, are one. */
const STEP = 2;
/** How near the first vertex a click closes a polygon, in CSS pixels. */
const CLOSING = 9;

/** Milliseconds; a count that took longer is made less often. */
const SLOW = 6;

/** Give a scatter its tools. */
export function createLasso(scatter: Scatter, options: LassoOptions): Lasso {
  const { ended, onDraw, onEnd, onClear } = options;
  const { surface } = scatter;
  let tool = options.tool ?? "lasso";
  let operation = options.operation ?? "new";
  let brush = 16;
  let brushed: (Brushing & { radius: number }) | undefined;
  let line: Point[] = [];
  let loose: Point | undefined; // the vertex under the pointer: corner of a rectangle, next of a polygon
  let drawing = false;
  let pointer: number | undefined; // that draws or drags; others are not followed
  let dragged: Point | undefined;
  let spaceHeld = false;
  let pressed: Operation | undefined; // by a modifier key
  let begun: Operation | undefined; // the one that was held at the first corner
  let frame = 0;
  let countAt = 0; // not before

  const isPan = (event: PointerEvent) => tool === "pan" || spaceHeld || event.button === 1;
  const placeOf = (event: MouseEvent): Point => placeIn(surface, event);
  /** Data coordinates as they are drawn, counted, sent to Python and written into the script. */
  const drawnAt = (view: View, at: Point): Point => rounding(view)(toData(view, at));
  const touches = touchesOn(scatter);
  let nBefore = 0; // corners of a polygon before the finger came down
  const shape = (): readonly Point[] => {
    if (tool === "rectangle") return line[0] && loose ? rectangle(line[0], loose) : line;
    return loose ? [...line, loose] : line;
  };
  const round = h("div", { class: "pv-brush", hidden: true });
  surface.append(round);
  let over: Point | undefined; // where the pointer is
  const showBrush = () => {
    round.hidden = tool !== "brush" || spaceHeld || !over;
    if (!over) return;
    const radius = brushed && scatter.view ? brushed.radius * scaleOf(scatter.view) : brush;
    round.style.width = round.style.height = `${2 * radius}px`;
    round.style.transform = `translate(${over[0] - radius}px, ${over[1] - radius}px)`;
  };
  const showTool = () => {
    showBrush();
    surface.dataset.tool = spaceHeld ? "pan" : tool;
    surface.toggleAttribute("data-dragging", dragged !== undefined);
  };
  const report = () => {
    frame = 0;
    if (!drawing) return;
    const polygon = shape();
    const isBox = tool === "rectangle" && polygon[0];
    scatter.draft(isBox ? [...polygon, isBox] : polygon, brushed?.radius);
    const at = performance.now();
    if (at < countAt) {
      soon(); // a million cells are not counted in each frame
      return;
    }
    onDraw?.({
      count: brushed ? brushed.count : cellsInside(scatter.scene.points, polygon).length,
      operation: pressed ?? operation,
    });
    const took = performance.now() - at;
    countAt = took > SLOW ? at + 5 * took : 0;
  };
  const soon = () => {
    frame ||= requestAnimationFrame(report);
  };
  const stop = () => {
    if (pointer !== undefined && surface.hasPointerCapture?.(pointer)) {
      surface.releasePointerCapture(pointer);
    }
    cancelAnimationFrame(frame);
    frame = 0;
    pointer = dragged = loose = pressed = begun = brushed = undefined;
    line = [];
    showTool();
    if (!drawing) return;
    drawing = false;
    scatter.draft(undefined);
    onDraw?.(undefined);
  };
  const finish = (polygon: Polygon, by: Operation) => {
    const { view } = scatter;
    const made = tool;
    const stroke = brushed;
    const isClick = !view || polygon.length < 3 || sizeOnScreen(polygon) < CLICK;
    stop();
    if (made === "pan") return;
    if (stroke || !isClick) {
      const cells = stroke ? stroke.cells() : cellsInside(scatter.scene.points, polygon);
      onEnd({ tool: made, operation: by, polygon, radius: stroke?.radius ?? 0, cells });
    } else if (by === "new") onClear?.();
  };
  const close = (event: Modified) => {
    if (drawing && tool === "polygon") finish([...line], held(event) ?? begun ?? operation);
  };
  const sizeOnScreen = (polygon: readonly Point[]): number => {
    const { view } = scatter;
    if (!view) return 0;
    const { x0, y0, x1, y1 } = boundsOf(polygon.map((point) => toScreen(view, point)));
    return Math.max(x1 - x0, y1 - y0);
  };
  const distance = ([xa, ya]: Point, [xb, yb]: Point) => Math.hypot(xa - xb, ya - yb);

  /** Two fingers move the picture: what the first of them began is taken back. */
  const pinch = () => {
    if (tool === "polygon" && drawing && nBefore > 0) {
      line.length = nBefore;
      soon();
    } else stop();
  };
  const down = (event: PointerEvent) => {
    const { view } = scatter;
    if (!view || (event.button !== 0 && event.button !== 1)) return;
    const at = placeOf(event);
    const isMouseOrPen = event.pointerType !== "touch";
    if (pointer !== undefined && isMouseOrPen && pointer !== event.pointerId) return;
    if (!isMouseOrPen && (pointer === undefined || touches.has(pointer))) {
      if (touches.down(event.pointerId, at)) pinch();
      if (touches.pinching) return event.preventDefault();
    } else if (pointer !== undefined) return; // a hand that rests while a pen draws
    nBefore = line.length;
    surface.focus({ preventScroll: true });
    event.preventDefault();
    if (isPan(event)) {
      if (drawing && tool !== "polygon") return;
      pointer = event.pointerId;
      surface.setPointerCapture?.(pointer);
      dragged = at;
      showTool();
      return;
    }
    if (!drawing) begun = held(event);
    pressed = held(event) ?? begun;
    if (tool === "polygon" && drawing) {
      const [first, last] = [line[0], line.at(-1)].map((point) => point && toScreen(view, point));
      if (line.length > 2 && first && distance(first, at) < CLOSING) close(event);
      else if (!last || distance(last, at) >= STEP) line.push(drawnAt(view, at));
      soon();
      return;
    }
    drawing = true;
    const start = drawnAt(view, at);
    line = [start];
    if (tool === "brush") {
      const [radius] = rounding(view)([brush / scaleOf(view), 0]);
      const begun = brushing(scatter.scene.points, radius, start);
      brushed = Object.assign(begun, { radius });
    }
    if (tool !== "polygon") {
      pointer = event.pointerId;
      surface.setPointerCapture?.(pointer);
    }
    soon();
  };
  const move = (event: PointerEvent) => {
    const { view } = scatter;
    if (!view) return;
    const at = placeOf(event);
    if (touches.move(event.pointerId, at)) return;
    if (pointer !== undefined && event.pointerId !== pointer) return;
    over = at;
    showBrush();
    if (dragged) {
      scatter.look(panned(view, at[0] - dragged[0], at[1] - dragged[1]));
      dragged = at;
    } else if (drawing) {
      pressed = held(event) ?? (tool === "polygon" ? begun : pressed);
      if (tool === "lasso" || brushed) {
        const last = line.at(-1);
        const step = brushed ? Math.max(STEP, brush / 4) : STEP;
        if (last && distance(toScreen(view, last), at) < step) return;
        reach(drawnAt(view, at));
      } else loose = drawnAt(view, at);
      soon();
    }
  };
  const reach = (at: Point) => {
    line.push(at);
    brushed?.to(at);
  };
  const up = (event: PointerEvent) => {
    touches.up(event.pointerId);
    if (pointer !== undefined && event.pointerId !== pointer) return;
    if (dragged) {
      dragged = pointer = undefined;
      showTool();
    } else if (drawing && tool !== "polygon" && event.pointerId === pointer) {
      const last = line.at(-1);
      if (brushed && scatter.view && last) {
        const at = placeOf(event); // where it was lifted, however small the last step
        if (distance(toScreen(scatter.view, last), at) >= 1) reach(drawnAt(scatter.view, at));
      }
      finish([...shape()], held(event) ?? pressed ?? operation);
    }
  };
  const cancelled = (event: PointerEvent) => {
    touches.up(event.pointerId);
    if (pointer === event.pointerId) stop();
  };
  const key = (event: KeyboardEvent) => {
    const isDown = event.type === "keydown";
    if (event.key === " ") spaceHeld = isDown;
    else if (!isDown) return;
    else if (event.key === "Escape" && drawing) stop();
    else if (event.key === "Enter" && drawing && tool === "polygon") close(event);
    else if (event.key === "Backspace" && drawing && tool === "polygon") {
      line.pop();
      if (line.length === 0) stop();
      else soon();
    } else if (event.ctrlKey || event.metaKey || event.altKey)
      return; // the browser zooms by them
    else if (event.key === "Home" && !event.shiftKey) scatter.fit();
    else if (event.key === "+" || event.key === "=") scatter.zoom(1.25);
    else if (event.key === "-") scatter.zoom(0.8);
    else return;
    event.preventDefault();
    event.stopPropagation();
    showTool();
  };
  const menu = (event: MouseEvent) => {
    if (touches.size > 0)
      event.preventDefault(); // a finger that rests is not a right click
    else if (drawing) stop();
  };
  const blur = () => {
    spaceHeld = false;
    showTool();
  };
  const leave = () => {
    over = undefined;
    showBrush();
  };
  const listening = { signal: ended };
  surface.addEventListener("pointerdown", down, listening);
  surface.addEventListener("pointermove", move, listening);
  surface.addEventListener("pointerup", up, listening);
  surface.addEventListener("pointercancel", cancelled, listening);
  surface.addEventListener("dblclick", close, listening);
  surface.addEventListener("contextmenu", menu, listening);
  surface.addEventListener("keydown", key, listening);
  surface.addEventListener("keyup", key, listening);
  surface.addEventListener("blur", blur, listening);
  surface.addEventListener("pointerleave", leave, listening);
  zoomByWheel(scatter, placeOf, ended);
  ended.addEventListener("abort", stop, { once: true });
  showTool();
  return {
    get tool() {
      return tool;
    },
    set tool(next) {
      if (next === tool) return;
      stop();
      tool = next;
      showTool();
    },
    get operation() {
      return operation;
    },
    set operation(next) {
      operation = next;
    },
    get brush() {
      return brush;
    },
    set brush(next) {
      brush = next;
      showBrush();
    },
    get drawing() {
      return drawing;
    },
    cancel: stop,
  };
}

type Modified = Pick<MouseEvent, "altKey" | "shiftKey">;

/** What a modifier key asks for while drawing. */
export const held = (event: Modified): Operation | undefined =>
  event.altKey ? (event.shiftKey ? "intersect" : "subtract") : event.shiftKey ? "add" : undefined;

const [BEFORE, NOW] = [1, 2];
const STAYS = { add: [BEFORE, NOW, BEFORE + NOW], subtract: [BEFORE], intersect: [BEFORE + NOW] };

/** The cells that stand chosen afterwards, in order. */
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
  const stands = new Uint8Array(last + 1);
  for (let i = 0; i < before.length; i++) stands[before[i] as number] = BEFORE;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as number;
    stands[cell] = (stands[cell] as number) + NOW;
  }
  const stays = STAYS[operation];
  const found = new Uint32Array(last + 1);
  let count = 0;
  for (let cell = 0; cell <= last; cell++) {
    if (stays.includes(stands[cell] as number)) found[count++] = cell;
  }
  return found.slice(0, count);
}
