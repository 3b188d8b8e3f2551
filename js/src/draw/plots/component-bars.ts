/** Bars of the components of the cells: how far held-out data confirm each of them. */
import { count, short } from "../../ui/format";
import { placeIn } from "../../ui/pointer-place";
import { type Field, fieldOf, lineOn, type Pen, plotFrame } from "./plot-frame";
import { type Scale, scaleOf } from "./scale";

/** A component that was tested. */
export interface Bar {
  /** Standard deviations above chance. */
  z: number;
  is_confirmed: boolean;
  follows_depth: boolean;
}

/** What is drawn. */
export interface ComponentBars {
  bars: readonly Bar[];
  /** The value from which a component is confirmed. */
  threshold: number;
}

/** The plot. */
export interface BarPlot {
  el: HTMLElement;
  show(bars: ComponentBars): void;
}

interface Layout {
  y: Scale;
  field: Field;
  /** Pixels from one bar to the next. */
  step: number;
}

const MARGIN = { left: 38, right: 4, top: 6, bottom: 4 };
const GAP = 0.25; // of a bar's room

/** Make the plot; it is drawn once its element has a size. */
export function componentBars({ ended, testid }: { ended: AbortSignal; testid?: string }): BarPlot {
  let shown: ComponentBars = { bars: [], threshold: 0 };
  let layout: Layout | undefined;
  const frame = plotFrame({
    ended,
    class: "pv-component-bars",
    testid,
    layOut: (size) => {
      layout = layOutOf(shown, fieldOf(size, MARGIN));
    },
    draw: (pen) => {
      if (layout) drawBars(pen, layout, shown);
    },
  });
  const { el } = frame;
  const tell = (event: PointerEvent) => {
    if (!layout) return;
    const [x, y] = placeIn(el, event);
    const at = Math.floor((x - layout.field.left) / layout.step);
    const bar = x < layout.field.left ? undefined : shown.bars[at];
    frame.tip(bar ? `component ${at + 1}: ${short(bar.z)} SD\n${verdict(bar)}` : "", [x, y]);
  };
  el.addEventListener("pointermove", tell, { signal: ended });
  el.addEventListener("pointerleave", () => frame.tip(""), { signal: ended });
  return {
    el,
    show(next) {
      shown = next;
      frame.tip("");
      el.setAttribute("aria-label", inWords(next));
      frame.redraw();
    },
  };
}

const verdict = ({ is_confirmed, follows_depth }: Bar): string => {
  if (follows_depth) return "follows depth, left out";
  return is_confirmed ? "confirmed" : "not confirmed";
};

/** Bars grow with the logarithm: a large component may be a hundred times above the threshold. */
function layOutOf({ bars, threshold }: ComponentBars, field: Field): Layout {
  const most = Math.max(2 * threshold, ...bars.map(({ z }) => z));
  const y = scaleOf([0, most], [field.bottom, field.top], 3, "log1p");
  return { y, field, step: (field.right - field.left) / Math.max(1, bars.length) };
}

function drawBars(pen: Pen, { y, field, step }: Layout, { bars, threshold }: ComponentBars): void {
  const { ctx, colors, font } = pen;
  const line = lineOn(ctx);
  ctx.lineWidth = 1;
  for (const [i, bar] of bars.entries()) {
    const top = y.at(Math.max(0, bar.z));
    const [left, width] = [field.left + (i + GAP / 2) * step, Math.max(1, (1 - GAP) * step)];
    if (bar.follows_depth) {
      ctx.strokeStyle = colors.warn;
      ctx.strokeRect(left + 0.5, top + 0.5, width - 1, Math.max(1, field.bottom - top - 1));
      continue;
    }
    ctx.fillStyle = bar.is_confirmed ? colors.accent : colors.faint;
    ctx.fillRect(left, Math.min(top, field.bottom - 1), width, Math.max(1, field.bottom - top));
  }
  ctx.strokeStyle = colors.line;
  line(field.left, field.bottom, field.right, field.bottom);
  ctx.strokeStyle = colors.text;
  ctx.setLineDash([4, 3]);
  line(field.left, y.at(threshold), field.right, y.at(threshold));
  ctx.setLineDash([]);
  ctx.font = `10px ${font}`;
  ctx.fillStyle = colors.dim;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  for (const value of labelled(y, threshold))
    ctx.fillText(short(value), field.left - 4, y.at(value));
}

/** The threshold, and the ticks that leave room for it. */
function labelled(y: Scale, threshold: number): number[] {
  const isFree = (value: number) => Math.abs(y.at(value) - y.at(threshold)) > 11;
  return [threshold, ...y.ticks.filter(isFree)];
}

/** The plot for those who hear it. */
function inWords({ bars, threshold }: ComponentBars): string {
  const n = bars.filter(({ is_confirmed }) => is_confirmed).length;
  const values = bars.slice(0, 10).map(({ z }) => short(z));
  return (
    `${count(n)} of ${count(bars.length)} components confirmed; standard deviations above chance, ` +
    `confirmed above ${short(threshold)}: ${values.join(", ")}${bars.length > 10 ? ", …" : ""}`
  );
}
