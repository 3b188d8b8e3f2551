/** Loss curves by epoch: training, validation, and where the best epoch was. */
import { fixed, short } from "../../ui/format";
import { placeIn } from "../../ui/pointer-place";
import {
  drawAxes,
  type Field,
  fieldOf,
  lineOn,
  type Pen,
  plotFrame,
  type Size,
} from "./plot-frame";
import { type Scale, scaleOf } from "./scale";

/** What is drawn: one value an epoch and curve; `NaN` where there is none. */
export interface LossCurves {
  epoch: ArrayLike<number>;
  train: ArrayLike<number>;
  validation: ArrayLike<number>;
  /** The epoch whose weights are kept. */
  best?: number | undefined;
  /** Curves of trainings before this one. */
  earlier?: readonly { name: string; epoch: ArrayLike<number>; loss: ArrayLike<number> }[];
}

/** How the chart is made. */
export interface ChartOptions {
  ended: AbortSignal;
  /** What the losses are counted in. */
  unit?: string;
  log?: boolean;
  testid?: string;
}

/** A chart. */
export interface Chart {
  el: HTMLElement;
  /** Draw other curves in the same frame. */
  show(curves: LossCurves): void;
  get log(): boolean;
  set log(log: boolean);
}

/** The axes of the chart in a frame of some size. */
interface Layout {
  x: Scale;
  y: Scale;
  field: Field;
}

const DIGIT = 6; // pixels of a digit beside the axis
const NEWEST = { width: 1.6, best: 3 };

/** Make a chart; it is drawn once its element has a size. */
export function chart(options: ChartOptions): Chart {
  const { ended, unit = "nats per cell", testid } = options;
  let log = options.log ?? false;
  let curves: LossCurves = { epoch: [], train: [], validation: [] };
  let layout: Layout | undefined;
  let pointed: number | undefined; // the epoch under the pointer, as a row

  const frame = plotFrame({
    ended,
    class: "pv-chart",
    testid,
    layOut: (size) => {
      layout = layOutOf(curves, size, log);
    },
    draw: (pen) => {
      if (layout) drawCurves(pen, layout, curves);
    },
    drawAbove: (pen) => {
      if (layout && pointed !== undefined) drawPointed(pen, layout, curves, pointed);
    },
  });
  const { el } = frame;

  function point(row: number | undefined) {
    if (row === pointed) return;
    pointed = row;
    frame.redrawAbove();
    if (row === undefined || !layout) return frame.tip("");
    const epoch = curves.epoch[row] as number;
    frame.tip(
      `epoch ${epoch}${epoch === curves.best ? " (best)" : ""}\n` +
        `train ${fixed(curves.train[row] as number, 2)}\n` +
        `validation ${fixed(curves.validation[row] as number, 2)}`,
      [layout.x.at(epoch), 0],
    );
  }
  const under = (event: PointerEvent) => {
    if (!layout || curves.epoch.length === 0) return undefined;
    return nearest(curves.epoch, layout.x.value(placeIn(el, event)[0]));
  };
  el.addEventListener("pointermove", (event) => point(under(event)), { signal: ended });
  el.addEventListener("pointerleave", () => point(undefined), { signal: ended });
  el.setAttribute("aria-label", inWords(curves, unit));

  return {
    el,
    show(next) {
      curves = next;
      point(undefined);
      el.setAttribute("aria-label", inWords(curves, unit));
      frame.redraw();
    },
    get log() {
      return log;
    },
    set log(next: boolean) {
      if (next === log) return;
      log = next;
      frame.redraw();
    },
  };
}

/** Lay out the axes: all epochs from left to right, all losses with a little air around them. */
function layOutOf(
  { epoch, train, validation, earlier = [] }: LossCurves,
  size: Size,
  log: boolean,
): Layout {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const column of [train, validation, ...earlier.map(({ loss }) => loss)]) {
    for (let row = 0; row < column.length; row++) {
      const value = column[row] as number;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const losses = withAir(low, high, log);
  const top = 8;
  const wanted = (size.height - top - 18) / 28;
  const spread = log ? "log" : "linear";
  const labels = scaleOf(losses, [0, 1], wanted, spread).ticks.map(short);
  const left = 8 + DIGIT * Math.max(3, ...labels.map((label) => label.length));
  const field = fieldOf(size, { left, right: 10, top, bottom: 18 });
  const drawn = [epoch, ...earlier.map((one) => one.epoch)].filter((one) => one.length > 0);
  if (drawn.length === 0) drawn.push([0, 1]);
  const first = Math.min(...drawn.map((one) => one[0] as number));
  const last = Math.max(...drawn.map((one) => one[one.length - 1] as number));
  const x = scaleOf(
    [first, Math.max(last, first + 1)],
    [field.left, field.right],
    (field.right - field.left) / 40,
  );
  x.ticks = x.ticks.filter(Number.isInteger);
  return { x, y: scaleOf(losses, [field.bottom, field.top], wanted, spread), field };
}

function drawCurves(pen: Pen, layout: Layout, curves: LossCurves) {
  const { ctx, colors } = pen;
  drawAxes(pen, { ...layout, grid: true });
  for (const { epoch, loss, color, width } of [
    ...(curves.earlier ?? []).map((one) => ({ ...one, color: colors.dim, width: 1 })),
    { epoch: curves.epoch, loss: curves.train, color: colors.accent, width: NEWEST.width },
    { epoch: curves.epoch, loss: curves.validation, color: colors.warn, width: NEWEST.width },
  ]) {
    ctx.beginPath();
    let isDown = false;
    for (let row = 0; row < loss.length; row++) {
      const value = loss[row] as number;
      const [x, y] = [layout.x.at(epoch[row] as number), layout.y.at(value)];
      if (!Number.isFinite(value)) isDown = false;
      else if (isDown) ctx.lineTo(x, y);
      else ctx.moveTo(x, y);
      isDown = Number.isFinite(value);
    }
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke();
  }
  markBest(pen, layout, curves);
}

function markBest({ ctx, colors }: Pen, { x, y, field }: Layout, curves: LossCurves) {
  const { best, epoch, validation } = curves;
  const row = best === undefined ? -1 : Array.prototype.indexOf.call(epoch, best);
  if (best === undefined || row < 0) return;
  ctx.strokeStyle = colors.edge;
  ctx.lineWidth = 1;
  ctx.setLineDash([2, 3]);
  lineOn(ctx)(x.at(best), field.top, x.at(best), field.bottom);
  ctx.setLineDash([]);
  const loss = validation[row] as number;
  if (!Number.isFinite(loss)) return;
  ctx.fillStyle = colors.canvas;
  ctx.strokeStyle = colors.warn;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.arc(x.at(best), y.at(loss), NEWEST.best, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
}

/** A line at the epoch under the pointer, with a dot on each curve. */
function drawPointed(
  { ctx, colors }: Pen,
  { x, y, field }: Layout,
  curves: LossCurves,
  row: number,
) {
  const at = x.at(curves.epoch[row] as number);
  ctx.strokeStyle = colors.edge;
  ctx.lineWidth = 1;
  lineOn(ctx)(at, field.top, at, field.bottom);
  for (const [column, color] of [
    [curves.train, colors.accent],
    [curves.validation, colors.warn],
  ] as const) {
    const value = column[row] as number;
    if (!Number.isFinite(value)) continue;
    ctx.fillStyle = color;
    ctx.beginPath();
    ctx.arc(at, y.at(value), 2.5, 0, 2 * Math.PI);
    ctx.fill();
  }
}

function inWords({ epoch, validation, best }: LossCurves, unit: string): string {
  const last = epoch.length - 1;
  if (last < 0) return "Loss curves, empty until training starts.";
  const loss = `${fixed(validation[last] as number, 2)} ${unit}`;
  const ending = best === undefined ? "." : `, best at epoch ${best}.`;
  return `Loss curves, epoch ${epoch[0]} to ${epoch[last]}: validation ${loss}${ending}`;
}

/** The row whose value is nearest; values rise. */
function nearest(values: ArrayLike<number>, wanted: number): number {
  let best = 0;
  for (let row = 1; row < values.length; row++) {
    const off = (at: number) => Math.abs((values[at] as number) - wanted);
    if (off(row) < off(best)) best = row;
  }
  return best;
}

/** A little air around the curves; on a log axis by a factor, and above zero. */
function withAir(low: number, high: number, log: boolean): [number, number] {
  if (!(low <= high)) return log ? [0.1, 1] : [0, 1];
  if (log) {
    const [from, to] = [Math.max(low, 1e-9), Math.max(high, 1e-9)];
    const air = Math.max((to / from) ** 0.06, 1.005);
    return [from / air, to * air];
  }
  const air = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
  return [low - air, high + air];
}
