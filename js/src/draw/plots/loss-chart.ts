/** Loss curves by epoch: training, validation, and where the best epoch was. */
import uPlot from "uplot";
import { h } from "../../ui/dom";
import { fixed, short } from "../../ui/format";
import { scaleOnPage } from "../../ui/pointer-place";
import { onTheme, themeColors } from "../../ui/theme";
import { ticks } from "./axis";

/** What is drawn: one value an epoch and curve; `NaN` where there is none. */
export interface LossCurves {
  epoch: ArrayLike<number>;
  train: ArrayLike<number>;
  validation: ArrayLike<number>;
  /** The epoch whose weights are kept. */
  best?: number | undefined;
}

/** How the chart is made. */
export interface ChartOptions {
  ended: AbortSignal;
  /** What the losses are counted in. */
  unit?: string;
  log?: boolean;
  testid?: string;
}

/** A chart that stands in `el`. */
export interface Chart {
  el: HTMLElement;
  /** Draw other curves in the same frame. */
  show(curves: LossCurves): void;
  get log(): boolean;
  set log(log: boolean);
}

const COLORS = ["accent", "warn", "line", "dim", "edge", "canvas", "text"] as const;
const FONT_SIZE = 10;

/** Make a chart; it is drawn once its element has a size. */
export function chart(options: ChartOptions): Chart {
  const { ended, unit = "nats per cell", testid } = options;
  let log = options.log ?? false;
  let curves: LossCurves = { epoch: [], train: [], validation: [] };
  let plot: uPlot | undefined;
  let colors = themeColors(document.documentElement, COLORS);

  const tip = h("div", { class: "pv-tip", hidden: true });
  const el = h("div", { class: "pv-chart", role: "img", "data-testid": testid });

  function restyle() {
    colors = themeColors(el, COLORS);
    plot?.redraw(false);
  }

  /** Log axes need another plot; everything else reuses the one that stands. */
  function rebuild(width: number, height: number) {
    plot?.destroy();
    colors = themeColors(el, COLORS);
    plot = new uPlot(frame(width, height), data(), el);
    el.append(tip);
  }

  function frame(width: number, height: number): uPlot.Options {
    const font = `${FONT_SIZE}px ${getComputedStyle(el).fontFamily || "sans-serif"}`;
    const axis = {
      font,
      stroke: () => colors.dim,
      grid: { stroke: () => colors.line, width: 0.5 },
      ticks: { show: false },
    };
    return {
      width,
      height,
      pxAlign: 0,
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 5 },
        move(_plot, left, top) {
          const [x, y] = scaleOnPage(el); // the library counts in pixels of the page
          return [left / x, top / y];
        },
      },
      scales: {
        x: { time: false, range: (_plot, low, high) => [low, Math.max(high, low + 1)] },
        y: { distr: log ? 3 : 1, range: (_plot, low, high) => spread(low, high, log) },
      },
      axes: [
        {
          ...axis,
          size: 18,
          gap: 2,
          space: 34,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
          values: (_plot, splits) => splits.map(short),
        },
        {
          ...axis,
          size: (_plot, labels) => 10 + 6 * Math.max(3, ...(labels ?? []).map((l) => l.length)),
          gap: 4,
          splits: (_plot, _axis, low, high) => ticks(low, high, Math.max(2, height / 28)),
          filter: (_plot, splits) => splits,
          values: (_plot, splits) => splits.map(short),
        },
      ],
      series: [
        {},
        { label: "train", stroke: () => colors.accent, width: 1.6, points: { show: false } },
        { label: "validation", stroke: () => colors.warn, width: 1.6, points: { show: false } },
      ],
      hooks: { draw: [markBest], setCursor: [tell] },
    };
  }

  const data = (): uPlot.AlignedData =>
    [curves.epoch, curves.train, curves.validation].map((column) =>
      Array.from(column, (value) => (Number.isFinite(value) ? value : null)),
    ) as uPlot.AlignedData;

  function markBest({ ctx, bbox, valToPos }: uPlot) {
    const { best } = curves;
    const at = best === undefined ? -1 : Array.prototype.indexOf.call(curves.epoch, best);
    if (best === undefined || at < 0) return;
    const x = valToPos(best, "x", true);
    ctx.save();
    ctx.strokeStyle = colors.edge;
    ctx.lineWidth = uPlot.pxRatio;
    ctx.setLineDash([2 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const y = valToPos(curves.validation[at] as number, "y", true);
    if (Number.isFinite(y)) {
      ctx.setLineDash([]);
      ctx.fillStyle = colors.canvas;
      ctx.strokeStyle = colors.warn;
      ctx.lineWidth = 1.5 * uPlot.pxRatio;
      ctx.beginPath();
      ctx.arc(x, y, 3 * uPlot.pxRatio, 0, 2 * Math.PI);
      ctx.fill();
      ctx.stroke();
    }
    ctx.restore();
  }

  function tell({ cursor, over }: uPlot) {
    const at = cursor.idx;
    tip.hidden = at === null || at === undefined || (cursor.left ?? -1) < 0;
    if (tip.hidden || at === null || at === undefined) return;
    const epoch = curves.epoch[at] as number;
    tip.textContent =
      `epoch ${epoch}${epoch === curves.best ? " (best)" : ""}\n` +
      `train ${fixed(curves.train[at] as number, 2)}\n` +
      `validation ${fixed(curves.validation[at] as number, 2)}`;
    const x = over.offsetLeft + (cursor.left ?? 0);
    const room = el.clientWidth - tip.offsetWidth - 2;
    const beside = Math.min(room, x > el.clientWidth / 2 ? x - tip.offsetWidth - 10 : x + 10);
    tip.style.transform = `translate(${Math.round(beside)}px, 6px)`;
  }

  function describe() {
    const last = curves.epoch.length - 1;
    const loss = curves.validation[last];
    el.setAttribute(
      "aria-label",
      last < 0
        ? "Loss curves, empty until training starts."
        : `Loss curves, epoch ${curves.epoch[0]} to ${curves.epoch[last]}: validation ` +
            `${fixed(loss as number, 2)} ${unit}` +
            `${curves.best === undefined ? "." : `, best at epoch ${curves.best}.`}`,
    );
  }

  const observer = new ResizeObserver((entries) => {
    const { width = 0, height = 0 } = entries.at(-1)?.contentRect ?? {};
    if (width < 1 || height < 1) return; // detached, or in a hidden tab
    if (!plot) {
      onTheme(el, ended, restyle);
      rebuild(width, height);
    } else if (plot.width !== width || plot.height !== height) plot.setSize({ width, height });
  });
  observer.observe(el);
  // the page may have moved it; that the library listens to the whole page is taken out when it is built
  el.addEventListener("pointerenter", () => plot?.syncRect(true), { signal: ended });
  ended.addEventListener(
    "abort",
    () => {
      observer.disconnect();
      plot?.destroy();
    },
    { once: true },
  );
  describe();

  return {
    el,
    show(next) {
      curves = next;
      describe();
      plot?.setData(data());
    },
    get log() {
      return log;
    },
    set log(next: boolean) {
      if (next === log) return;
      log = next;
      if (plot) rebuild(plot.width, plot.height);
    },
  };
}

/** A little air around the curves; on a log axis by a factor, and above zero. */
function spread(low: number | null, high: number | null, log: boolean): [number, number] {
  if (low === null || high === null) return log ? [0.1, 1] : [0, 1];
  if (log) {
    const [from, to] = [Math.max(low, 1e-9), Math.max(high, 1e-9)];
    const air = Math.max((to / from) ** 0.06, 1.005);
    return [from / air, to * air];
  }
  const air = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
  return [low - air, high + air];
}
