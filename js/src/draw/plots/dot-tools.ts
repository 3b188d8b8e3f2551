/** Draw round the dots of a plot that stays where it is, with the tools of the scatter. */
import { h } from "../../ui/dom";
import type { Point } from "../polygon";
import type { View } from "../scatter/camera";
import type { Operation } from "../scatter/combine";
import { createLasso, type Lasso } from "../scatter/lasso";
import type { Drawable } from "../scatter/scatter";
import type { Colors, Size } from "./plot-frame";

/** Where the dots are. */
export interface Dots {
  readonly size: Size;
  /** x and y of each dot in CSS pixels, y upwards from the top edge: no more than 0. */
  readonly places: Float32Array;
  /** The line or the cursor has changed. */
  changed(): void;
}

/** What the tools report. */
export interface DotToolsOptions {
  ended: AbortSignal;
  /** What a screen reader calls the dots. */
  label: string;
  /** While drawing, how many dots are inside; `undefined` when it is over. */
  onDraw(count: number | undefined): void;
  onEnd(dots: Uint32Array, operation: Operation): void;
  /** A click without a line. */
  onClear(): void;
}

/** The tools over a plot. */
export interface DotTools {
  /** Takes the pointer and the keys; lies over the plot. */
  surface: HTMLElement;
  lasso: Lasso;
  /** What a cursor of single dots needs. */
  picture: Omit<Drawable, "draft"> & { mark(at: Point | undefined): void };
  /** Draw the line and the cursor. */
  drawOn(ctx: CanvasRenderingContext2D, colors: Colors): void;
}

/** Give the dots of a plot their tools. */
export function dotTools(dots: Dots, options: DotToolsOptions): DotTools {
  const { label, ended, onDraw, onEnd, onClear } = options;
  const attributes = { class: "pv-surface", tabindex: "0", role: "application" };
  const surface = h("div", { ...attributes, "aria-label": label });
  let [line, width, cursor]: [readonly Point[] | undefined, number, Point | undefined] = [
    ...([undefined, 0] as const),
    undefined,
  ];
  const picture = {
    surface,
    get scene() {
      return { points: dots.places };
    },
    get view() {
      return dots.size.width > 0 ? viewOf(dots.size) : undefined;
    },
    draft(next: readonly Point[] | undefined, radius = 0) {
      [line, width] = [next, radius];
      dots.changed();
    },
    mark(at: Point | undefined) {
      cursor = at;
      dots.changed();
    },
  };
  const lasso = createLasso(picture, {
    ...{ ended, onClear },
    onDraw: (drawing) => onDraw(drawing?.count),
    onEnd: ({ cells, operation }) => onEnd(cells, operation),
  });
  return {
    ...{ surface, lasso, picture },
    drawOn(ctx, colors) {
      if (line) drawLine(ctx, colors, line, width);
      if (!cursor) return;
      ctx.beginPath();
      ctx.arc(cursor[0], -cursor[1], 9, 0, 2 * Math.PI);
      ctx.lineWidth = 2;
      ctx.strokeStyle = colors.text;
      ctx.stroke();
    },
  };
}

/** One unit of data is a pixel, counted from the top left with y upwards. */
function viewOf({ width, height }: Size): View {
  const [x, y] = [width / 2, -height / 2];
  return {
    ...{ width, height, inset: { top: 0, right: 0, bottom: 0, left: 0 } },
    extent: { x, y, halfX: x, halfY: -y, half: Math.max(x, -y) },
    camera: { x, y, zoom: 1 },
  };
}

function drawLine(
  ctx: CanvasRenderingContext2D,
  { accent, text }: Colors,
  line: readonly Point[],
  radius: number,
) {
  ctx.save();
  ctx.beginPath();
  for (const [x, y] of line) ctx.lineTo(x, -y);
  ctx.lineJoin = ctx.lineCap = "round";
  ctx.lineWidth = 2 * radius || 1.5;
  ctx.strokeStyle = radius ? accent : text;
  ctx.fillStyle = accent;
  ctx.globalAlpha = radius ? 0.25 : 1;
  if (radius && line[0] && line.length === 1) ctx.lineTo(line[0][0] + 0.1, -line[0][1]);
  ctx.stroke();
  ctx.globalAlpha = 0.1;
  if (!radius) ctx.fill();
  ctx.restore();
}
