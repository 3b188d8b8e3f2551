/** What every plot shares: its canvases, sizes, colors, axes and the tip beside the pointer. */
import { h } from "../../ui/dom";
import { short } from "../../ui/format";
import { onTheme, themeColors } from "../../ui/theme";
import type { Scale } from "./scale";

/** The colors that plots are drawn in, as tokens of the theme. */
export const COLORS = [
  ...(["canvas", "text", "dim", "line", "faint", "edge"] as const),
  ...(["accent", "warn", "g1", "g2"] as const),
] as const;
export type Colors = Record<(typeof COLORS)[number], string>;

/** Width and height of a plot, in pixels of its own. */
export interface Size {
  width: number;
  height: number;
}

/** The edges of the field between the axes. */
export interface Field {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A canvas to draw on, cleared, in CSS pixels. */
export interface Pen {
  ctx: CanvasRenderingContext2D;
  canvas: HTMLCanvasElement;
  colors: Colors;
  font: string;
  size: Size;
}

/** How a plot is made. */
export interface FrameOptions {
  ended: AbortSignal;
  class: string;
  testid?: string | undefined;
  /** Called when size, data or theme have changed, before anything is drawn. */
  layOut?(size: Size): void;
  /** Draws everything but what follows the pointer. */
  draw(pen: Pen): void;
  /** Draws what follows the pointer and the selection. */
  drawAbove?(pen: Pen): void;
}

/** The frame of a plot. */
export interface PlotFrame {
  el: HTMLElement;
  get size(): Size;
  /** Draw all of it again; nothing happens before it has a size. */
  redraw(): void;
  /** Draw what follows the pointer again. */
  redrawAbove(): void;
  /**
   * Show a text beside a place, on the side with more room; no text hides it. `seen` is the part of
   * a higher plot that is in sight.
   */
  tip(
    text: string,
    at?: readonly [x: number, y: number],
    seen?: { top: number; bottom: number },
  ): void;
}

/** Room for the axes around the field: less height for one at the bottom. */
export const fieldOf = ({ width, height }: Size, margin: Field): Field => ({
  left: margin.left,
  right: Math.max(margin.left + 1, width - margin.right),
  top: margin.top,
  bottom: Math.max(margin.top + 1, height - margin.bottom),
});

/** Make the frame of a plot; it is drawn once its element has a size. */
export function plotFrame(options: FrameOptions): PlotFrame {
  const { ended, layOut, draw, drawAbove } = options;
  const base = h("canvas", { "aria-hidden": "true" });
  const above = h("canvas", { "aria-hidden": "true" });
  const tip = h("div", { class: "pv-tip", hidden: true });
  const attributes = { class: options.class, role: "img", "data-testid": options.testid };
  const el = h("div", attributes, base, ...(drawAbove ? [above] : []), tip);
  let size: Size = { width: 0, height: 0 };

  const pen = (canvas: HTMLCanvasElement): Pen | undefined => {
    const ctx = fit(canvas, size);
    const font = getComputedStyle(el).fontFamily || "sans-serif";
    return ctx ? { ctx, canvas, colors: themeColors(el, COLORS), font, size } : undefined;
  };
  function redraw() {
    if (size.width === 0) return;
    layOut?.(size);
    const on = pen(base);
    if (on) draw(on);
    redrawAbove();
  }
  function redrawAbove() {
    const on = drawAbove && size.width > 0 ? pen(above) : undefined;
    if (on) drawAbove?.(on);
  }

  const observer = new ResizeObserver((entries) => {
    const { width = 0, height = 0 } = entries.at(-1)?.contentRect ?? {};
    if (width < 1 || height < 1) return; // detached, or in a hidden tab
    if (size.width === 0) onTheme(el, ended, redraw);
    if (size.width === width && size.height === height) return;
    size = { width, height };
    redraw();
  });
  observer.observe(el);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });

  return {
    el,
    get size() {
      return size;
    },
    redraw,
    redrawAbove,
    tip(text, [x, y] = [0, 0], seen = { top: 0, bottom: size.height }) {
      tip.hidden = text === "";
      if (tip.hidden) return;
      tip.textContent = text;
      const beside = x > size.width / 2 ? x - tip.offsetWidth - 12 : x + 12;
      const below = y > (seen.top + seen.bottom) / 2 ? y - tip.offsetHeight - 8 : y + 8;
      const inside = (place: number, least: number, most: number) =>
        Math.round(Math.max(least + 2, Math.min(most - 2, place)));
      const left = inside(beside, 0, size.width - tip.offsetWidth);
      const top = inside(below, seen.top, seen.bottom - tip.offsetHeight);
      tip.style.transform = `translate(${left}px, ${top}px)`;
    },
  };
}

/** How axes look: lines across the field at each tick, or short marks beside it. */
export interface AxesStyle {
  x: Scale;
  y: Scale;
  field: Field;
  grid?: boolean;
}

/** Draw both axes with their ticks and the numbers beside these. */
export function drawAxes({ ctx, colors, font }: Pen, { x, y, field, grid }: AxesStyle): void {
  const { left, right, top, bottom } = field;
  const line = lineOn(ctx);
  ctx.lineWidth = grid ? 0.5 : 1;
  ctx.strokeStyle = colors.line;
  ctx.fillStyle = colors.dim;
  ctx.font = `10px ${font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  for (const value of x.ticks) {
    const at = x.at(value);
    line(at, grid ? top : bottom, at, grid ? bottom : bottom + 4);
    ctx.fillText(short(value), at, bottom + (grid ? 4 : 7));
  }
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  for (const value of y.ticks) {
    const at = y.at(value);
    line(grid ? left : left - 4, at, grid ? right : left, at);
    ctx.fillText(short(value), left - (grid ? 4 : 7), at);
  }
  if (grid) return;
  line(left, bottom, right, bottom);
  line(left, top, left, bottom);
}

/** Draw straight lines that are sharp: on the middle of a pixel. */
export const lineOn =
  (ctx: CanvasRenderingContext2D) =>
  (x1: number, y1: number, x2: number, y2: number): void => {
    ctx.beginPath();
    ctx.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
    ctx.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
    ctx.stroke();
  };

/** Pixels of the screen for one of the page. */
export const pixelRatio = (): number => globalThis.devicePixelRatio || 1;

/** Give a canvas its size in pixels of the screen, clear it, and draw on it in CSS pixels. */
function fit(canvas: HTMLCanvasElement, { width, height }: Size): CanvasRenderingContext2D | null {
  const ratio = pixelRatio();
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  ctx?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return ctx;
}
