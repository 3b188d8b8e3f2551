/** Tools on a scatter: pan, lasso, rectangle, polygon, brush. Lines are reported in data coordinates. */
import { boundsOf, cellsInside, type Point, type Polygon } from "../polygon";
import { brushRing } from "./brush-ring";
import { scaleOf, toScreen, type View } from "./camera";
import { modifierOperation, type Operation } from "./combine";
import { drawnLine } from "./drawn-line";
import { lassoKeys } from "./lasso-keys";
import { type GestureTarget, pointerGestures } from "./lasso-pointer";
import type { Drawable } from "./scatter";

/** What a drag does. */
export type Tool = "pan" | "lasso" | "rectangle" | "polygon" | "brush";

/** A finished line. */
export interface Drawn {
  tool: Exclude<Tool, "pan">;
  operation: Operation;
  /** In data coordinates, closed from its last vertex to its first; the path of a brush. */
  polygon: Polygon;
  /** Of the brush, in data coordinates; 0 for the other tools. */
  radius: number;
  /** The cells inside, ascending. */
  cells: Uint32Array<ArrayBuffer>;
}

/** A line that is being drawn. */
export interface Drawing extends Pick<Drawn, "operation" | "polygon" | "radius"> {
  /** How many cells are inside. */
  count: number;
}

/** Callbacks of the tools. */
export interface LassoOptions {
  ended: AbortSignal;
  tool?: Tool;
  operation?: Operation;
  /** While drawing; `undefined` when the drawing is over. */
  onDraw?: (line: Drawing | undefined) => void;
  onEnd: (drawn: Drawn) => void;
  /** A click beside a line, with the operation "new": clear the selection. */
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

/** Give a scatter its tools. */
export function createLasso(scatter: Drawable, options: LassoOptions): Lasso {
  const { ended, onDraw, onEnd, onClear } = options;
  const { surface } = scatter;
  let tool = options.tool ?? "lasso";
  let operation = options.operation ?? "new";
  let brush = 16;
  let isSpaceHeld = false;
  const ring = brushRing(surface);
  const line = drawnLine(scatter, (count) => {
    if (count === undefined) return onDraw?.(undefined);
    const by = gestures.pressed ?? operation;
    onDraw?.({ count, operation: by, polygon: line.shape(), radius: line.radius ?? 0 });
  });
  const changed = () => {
    const isShown = tool === "brush" && !isSpaceHeld;
    const { view } = scatter;
    const radius = line.radius !== undefined && view ? line.radius * scaleOf(view) : brush;
    ring.show(isShown ? gestures.over : undefined, radius);
    surface.dataset.tool = isSpaceHeld ? "pan" : tool;
    surface.toggleAttribute("data-dragging", gestures.isPanning);
  };
  const stop = () => {
    gestures.reset();
    const stroke = line.end();
    changed();
    return stroke;
  };
  const target: GestureTarget = {
    get tool() {
      return tool;
    },
    get operation() {
      return operation;
    },
    get brush() {
      return brush;
    },
    get isSpaceHeld() {
      return isSpaceHeld;
    },
    ...{ line, stop, changed },
    finish(polygon, by) {
      const { view } = scatter;
      const isClick = !view || polygon.length < 3 || sizeOnScreen(view, polygon) < CLICK;
      const stroke = stop();
      if (tool === "pan") return;
      if (stroke || !isClick) {
        const cells = stroke?.cells() ?? cellsInside(scatter.scene.points, polygon);
        onEnd({ tool, operation: by, polygon, radius: stroke?.radius ?? 0, cells });
      } else if (by === "new") onClear?.();
    },
    close(event) {
      if (!line.isActive || tool !== "polygon") return;
      target.finish([...line.vertices], modifierOperation(event) ?? gestures.begun ?? operation);
    },
  };
  const gestures = pointerGestures(scatter, target, ended);
  const holdSpace = (isHeld: boolean) => {
    isSpaceHeld = isHeld;
    changed();
  };
  lassoKeys(scatter, target, holdSpace, ended);
  surface.addEventListener("dblclick", target.close, { signal: ended });
  ended.addEventListener("abort", stop, { once: true });
  changed();
  return {
    get tool() {
      return tool;
    },
    set tool(next) {
      if (next === tool) return;
      stop();
      tool = next;
      changed();
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
      changed();
    },
    get drawing() {
      return line.isActive;
    },
    cancel: stop,
  };
}

function sizeOnScreen(view: View, polygon: readonly Point[]): number {
  const { x0, y0, x1, y1 } = boundsOf(polygon.map((point) => toScreen(view, point)));
  return Math.max(x1 - x0, y1 - y0);
}
