/** Pointer gestures of the tools: a drag pans or draws, two fingers pan and zoom. */
import { placeIn } from "../../ui/pointer-place";
import type { Point } from "../polygon";
import { panned, rounding, scaleOf, toData, toScreen, type View } from "./camera";
import { modifierOperation, type Operation } from "./combine";
import type { DrawnLine } from "./drawn-line";
import type { Tool } from "./lasso";
import type { Drawable } from "./scatter";
import { touchesOn } from "./touches";
import { zoomByWheel } from "./wheel";

/** Vertices nearer than this, in CSS pixels, are one. */
const STEP = 2;
/** How near the first vertex a click closes a polygon, in CSS pixels. */
const CLOSING = 9;

/** The tools, as the gestures see them. */
export interface GestureTarget {
  readonly tool: Tool;
  readonly operation: Operation;
  readonly brush: number;
  /** Whether Space is held, which pans with any tool. */
  readonly isSpaceHeld: boolean;
  line: DrawnLine;
  /** The line is complete. */
  finish(polygon: readonly Point[], operation: Operation): void;
  /** Close a polygon. */
  close(event: Pick<MouseEvent, "altKey" | "shiftKey">): void;
  /** Forget the line. */
  stop(): void;
  /** The tool, the pointer or what it does has changed. */
  changed(): void;
}

/** What the pointer does now. */
export interface Gestures {
  /** Where the pointer is over the surface. */
  readonly over: Point | undefined;
  readonly isPanning: boolean;
  /** The operation asked for by a modifier key. */
  readonly pressed: Operation | undefined;
  /** The one that was held at the first corner. */
  readonly begun: Operation | undefined;
  /** Release the pointer. */
  reset(): void;
}

/** Data coordinates as they are drawn, counted, sent to Python and written into the script. */
const dataAt = (view: View, at: Point): Point => rounding(view)(toData(view, at));

const distance = ([xa, ya]: Point, [xb, yb]: Point) => Math.hypot(xa - xb, ya - yb);

/** Follow the pointer on a scatter. */
export function pointerGestures(
  scatter: Drawable,
  target: GestureTarget,
  ended: AbortSignal,
): Gestures {
  const { surface } = scatter;
  const { line } = target;
  const touches = touchesOn(scatter);
  const placeOf = (event: MouseEvent): Point => placeIn(surface, event);
  let pointer: number | undefined; // that draws or drags; others are not followed
  let dragged: Point | undefined;
  let over: Point | undefined;
  let pressed: Operation | undefined;
  let begun: Operation | undefined;
  let nBefore = 0; // corners of a polygon before the finger came down

  const capture = (event: PointerEvent) => {
    pointer = event.pointerId;
    surface.setPointerCapture?.(pointer);
  };
  /** Whether a pointer that comes down may draw: not a second one, nor a palm beside a pen. */
  const mayDraw = (event: PointerEvent, at: Point): boolean => {
    const isTouch = event.pointerType === "touch";
    if (!isTouch) return pointer === undefined;
    if (pointer !== undefined && !touches.has(pointer)) return false;
    if (touches.down(event.pointerId, at)) pinch();
    if (touches.pinching) event.preventDefault();
    return !touches.pinching;
  };
  /** Two fingers move the picture: what the first of them began is removed. */
  const pinch = () => {
    if (target.tool === "polygon" && line.isActive && nBefore > 0) {
      line.truncate(nBefore);
      line.update();
    } else target.stop();
  };
  const down = (event: PointerEvent) => {
    const { view } = scatter;
    if (!view || (event.button !== 0 && event.button !== 1)) return;
    const at = placeOf(event);
    if (!mayDraw(event, at)) return;
    nBefore = line.vertices.length;
    surface.focus({ preventScroll: true });
    event.preventDefault();
    if (target.tool === "pan" || target.isSpaceHeld || event.button === 1) {
      if (line.isActive && target.tool !== "polygon") return;
      capture(event);
      dragged = at;
      target.changed();
      return;
    }
    if (!line.isActive) begun = modifierOperation(event);
    pressed = modifierOperation(event) ?? begun;
    if (target.tool === "polygon" && line.isActive) addCorner(target, view, at, event);
    else {
      beginLine(target, view, at);
      if (target.tool !== "polygon") capture(event);
    }
    line.update();
  };
  const move = (event: PointerEvent) => {
    const { view } = scatter;
    if (!view) return;
    const at = placeOf(event);
    if (touches.move(event.pointerId, at)) return;
    if (pointer !== undefined && event.pointerId !== pointer) return;
    over = at;
    target.changed();
    if (dragged) {
      scatter.look?.(panned(view, at[0] - dragged[0], at[1] - dragged[1]));
      dragged = at;
    } else if (line.isActive) {
      pressed = modifierOperation(event) ?? (target.tool === "polygon" ? begun : pressed);
      extendLine(target, view, at);
    }
  };
  const up = (event: PointerEvent) => {
    touches.up(event.pointerId);
    if (pointer !== undefined && event.pointerId !== pointer) return;
    if (dragged) {
      dragged = pointer = undefined;
      target.changed();
    } else if (line.isActive && target.tool !== "polygon" && event.pointerId === pointer) {
      if (scatter.view) liftBrush(line, scatter.view, placeOf(event));
      target.finish([...line.shape()], modifierOperation(event) ?? pressed ?? target.operation);
    }
  };
  const cancelled = (event: PointerEvent) => {
    touches.up(event.pointerId);
    if (pointer === event.pointerId) target.stop();
  };
  const menu = (event: MouseEvent) => {
    if (touches.size > 0)
      event.preventDefault(); // a finger that rests is not a right click
    else if (line.isActive) target.stop();
  };
  const leave = () => {
    over = undefined;
    target.changed();
  };
  const listening = { signal: ended };
  surface.addEventListener("pointerdown", down, listening);
  surface.addEventListener("pointermove", move, listening);
  surface.addEventListener("pointerup", up, listening);
  surface.addEventListener("pointercancel", cancelled, listening);
  surface.addEventListener("pointerleave", leave, listening);
  surface.addEventListener("contextmenu", menu, listening);
  zoomByWheel(scatter, placeOf, ended);
  return {
    get over() {
      return over;
    },
    get isPanning() {
      return dragged !== undefined;
    },
    get pressed() {
      return pressed;
    },
    get begun() {
      return begun;
    },
    reset() {
      if (pointer !== undefined && surface.hasPointerCapture?.(pointer)) {
        surface.releasePointerCapture(pointer);
      }
      pointer = dragged = pressed = begun = undefined;
    },
  };
}

function beginLine({ line, tool, brush }: GestureTarget, view: View, at: Point) {
  const isBox = tool === "rectangle";
  if (tool !== "brush") return line.begin(dataAt(view, at), { isBox });
  const [radius] = rounding(view)([brush / scaleOf(view), 0]);
  line.begin(dataAt(view, at), { radius, isBox });
}

/** A further click with the polygon tool: close it at its first vertex, else add one. */
function addCorner(target: GestureTarget, view: View, at: Point, event: MouseEvent) {
  const { vertices } = target.line;
  const [first, last] = [vertices[0], vertices.at(-1)].map((one) => one && toScreen(view, one));
  if (vertices.length > 2 && first && distance(first, at) < CLOSING) target.close(event);
  else if (!last || distance(last, at) >= STEP) target.line.add(dataAt(view, at));
}

function extendLine({ tool, line, brush }: GestureTarget, view: View, at: Point) {
  const isBrush = line.radius !== undefined;
  if (tool === "lasso" || isBrush) {
    const last = line.vertices.at(-1);
    const step = isBrush ? Math.max(STEP, brush / 4) : STEP;
    if (last && distance(toScreen(view, last), at) < step) return;
    line.add(dataAt(view, at));
  } else line.point(dataAt(view, at));
  line.update();
}

/** A brush touches where it was lifted, however small the last step. */
function liftBrush(line: DrawnLine, view: View, at: Point) {
  const last = line.vertices.at(-1);
  if (line.radius === undefined || !last) return;
  if (distance(toScreen(view, last), at) >= 1) line.add(dataAt(view, at));
}
