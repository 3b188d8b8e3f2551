/** Effect size against probability, one dot a region: what differs, how much, how surely. */
import { h } from "../../ui/dom";
import { fixed, short, signed } from "../../ui/format";
import { placeIn } from "../../ui/pointer-place";
import { onTheme, themeColors } from "../../ui/theme";
import { type Nearest, nearestOf } from "../scatter/nearest";
import { ticks } from "./axis";
import { paintDots } from "./density";

/** One value a region in each column. */
export interface VolcanoData {
  /** Difference in accessibility, group 1 minus group 2, in [-1, 1]. */
  effect_size: ArrayLike<number>;
  /** Probability that the region differs, in [0, 1]. */
  prob_da: ArrayLike<number>;
  /** Non-zero where the region counts as different; these are drawn in their group's colour. */
  is_da_fdr?: ArrayLike<number> | undefined;
  /** What is said of a region under the pointer, before its numbers. */
  name?(row: number): string;
  /** Smallest difference that counts; drawn as two lines. */
  delta?: number | undefined;
  /** Smallest probability of the regions that count as different; drawn as a line. */
  threshold?: number | undefined;
}

/** How a volcano is made. */
export interface VolcanoOptions {
  ended: AbortSignal;
  /** The nearest region to a click; `undefined` where there is none near. */
  select(row: number | undefined): void;
  testid?: string;
}

/** A volcano that stands in `el`. */
export interface Volcano {
  el: HTMLElement;
  /** Draw other values in the same frame; the selection stays. */
  show(data: VolcanoData): void;
  get selected(): number | undefined;
  /** Mark a region without telling. */
  set selected(row: number | undefined);
}

/** Pixels on screen of every value, and the ticks of both axes. */
export interface Frame {
  x(effect: number): number;
  y(prob: number): number;
  xTicks: number[];
  yTicks: number[];
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const COLORS = ["canvas", "text", "dim", "line", "faint", "edge", "g1", "g2"] as const;
const NEAR = 14;
const MARGIN = { left: 46, right: 14, top: 12, bottom: 38 };

/** Lay out the axes: zero in the middle, both directions alike, the probability from 0 to 1. */
export function volcanoFrame(effects: ArrayLike<number>, width: number, height: number): Frame {
  let most = 0;
  for (let row = 0; row < effects.length; row++) {
    const size = Math.abs(effects[row] as number);
    if (size > most) most = size; // not for what is not a number
  }
  const reach = (most || 1) * 1.06;
  const [left, right] = [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)];
  const [top, bottom] = [MARGIN.top, Math.max(MARGIN.top + 1, height - MARGIN.bottom)];
  return {
    x: (effect) => (left + right) / 2 + (effect / reach) * ((right - left) / 2),
    y: (prob) => bottom - (0.02 + 0.96 * prob) * (bottom - top),
    xTicks: ticks(-reach, reach, Math.max(2, (right - left) / 60)),
    yTicks: ticks(0, 1, Math.max(2, (bottom - top) / 40)),
    left,
    right,
    top,
    bottom,
  };
}

/** Make a volcano; it is drawn once its element has a size. */
export function volcano(options: VolcanoOptions): Volcano {
  const { ended, select, testid } = options;
  let data: VolcanoData = { effect_size: [], prob_da: [] };
  let frame = volcanoFrame([], 0, 0);
  let pixels = new Float32Array();
  let nearest: Nearest | undefined;
  let size = { width: 0, height: 0 };
  let selected: number | undefined;
  let hovered: number | undefined;

  const base = h("canvas", { "aria-hidden": "true" });
  const dots = h("canvas"); // never on the page: the dots, before they lie on the axes
  const above = h("canvas", { "aria-hidden": "true" });
  const tip = h("div", { class: "pv-tip", hidden: true });
  const el = h(
    "div",
    { class: "pv-volcano", role: "img", "data-testid": testid },
    base,
    above,
    tip,
  );

  function layOut() {
    const { effect_size, prob_da } = data;
    frame = volcanoFrame(effect_size, size.width, size.height);
    pixels = new Float32Array(2 * effect_size.length);
    for (let row = 0; row < effect_size.length; row++) {
      pixels[2 * row] = frame.x(effect_size[row] as number);
      pixels[2 * row + 1] = frame.y(prob_da[row] as number);
    }
    nearest = undefined; // its bins are made when the pointer first comes
    drawBase();
    drawAbove();
  }

  function drawBase() {
    const pen = fit(base, size);
    if (!pen) return;
    const colors = themeColors(el, COLORS);
    drawAxes(pen, frame, colors, fontOf(el), data);
    const { effect_size, is_da_fdr } = data;
    const n = effect_size.length;
    const ratio = ratioOf();
    const [width, height] = [base.width, base.height];
    const image = pen.createImageData(Math.max(1, width), Math.max(1, height));
    const quiet = Math.min(0.6, Math.max(0.05, 24 / Math.sqrt(Math.max(1, n))));
    const loud = Math.min(0.85, Math.max(0.3, 2 * quiet));
    paintDots(
      image.data,
      ratio === 1 ? pixels : pixels.map((place) => place * ratio),
      (row) => (is_da_fdr?.[row] ? ((effect_size[row] as number) < 0 ? 2 : 1) : 0),
      [
        { color: colors.edge, alpha: quiet },
        { color: colors.g1, alpha: loud },
        { color: colors.g2, alpha: loud },
      ],
      { width: image.width, height: image.height, radius: (n > 20_000 ? 1.3 : 1.8) * ratio },
    );
    dots.width = image.width;
    dots.height = image.height;
    dots.getContext("2d")?.putImageData(image, 0, 0);
    pen.drawImage(dots, 0, 0, size.width, size.height);
  }

  function drawAbove() {
    const pen = fit(above, size);
    if (!pen) return;
    const colors = themeColors(el, COLORS);
    for (const [row, radius] of [
      [hovered, 5],
      [selected, 6],
    ] as const) {
      if (row === undefined || row >= data.effect_size.length) continue;
      pen.beginPath();
      pen.arc(pixels[2 * row] as number, pixels[2 * row + 1] as number, radius, 0, 2 * Math.PI);
      pen.lineWidth = row === selected ? 2 : 1.2;
      pen.strokeStyle = colors.text;
      pen.fillStyle = (data.effect_size[row] as number) >= 0 ? colors.g1 : colors.g2;
      if (row === selected) pen.fill();
      pen.stroke();
    }
  }

  function under(event: MouseEvent): number | undefined {
    nearest ??= nearestOf(pixels);
    const row = nearest(placeIn(el, event), NEAR);
    return row < 0 ? undefined : row;
  }

  function hover(row: number | undefined) {
    if (row === hovered) return;
    hovered = row;
    tip.hidden = row === undefined;
    el.style.cursor = row === undefined ? "" : "pointer";
    if (row !== undefined) {
      const [x, y] = [pixels[2 * row] as number, pixels[2 * row + 1] as number];
      tip.textContent =
        `${data.name?.(row) ?? ""}\neffect size ${signed(data.effect_size[row] as number)}` +
        `  ·  prob_da ${fixed(data.prob_da[row] as number)}`;
      const beside = x > size.width / 2 ? x - tip.offsetWidth - 12 : x + 12;
      const below = y > size.height / 2 ? y - tip.offsetHeight - 8 : y + 8;
      tip.style.transform = `translate(${Math.round(beside)}px, ${Math.round(below)}px)`;
    }
    drawAbove();
  }

  function describe() {
    const n = data.effect_size.length;
    let n_da = 0;
    for (let row = 0; row < n; row++) if (data.is_da_fdr?.[row]) n_da++;
    const say = `Effect size against probability of ${short(n)} regions, ${short(n_da)} of them different.`;
    el.setAttribute("aria-label", n === 0 ? "Effect size against probability, still empty." : say);
  }

  el.addEventListener("pointermove", (event) => hover(under(event)), { signal: ended });
  el.addEventListener("pointerleave", () => hover(undefined), { signal: ended });
  el.addEventListener("click", (event) => mark(under(event), true), { signal: ended });

  function mark(row: number | undefined, told: boolean) {
    selected = row;
    drawAbove();
    if (told) select(row);
  }

  const observer = new ResizeObserver((entries) => {
    const { width = 0, height = 0 } = entries.at(-1)?.contentRect ?? {};
    if (width < 1 || height < 1) return; // detached, or in a hidden tab
    if (size.width === 0) onTheme(el, ended, layOut);
    if (size.width === width && size.height === height) return;
    size = { width, height };
    layOut();
  });
  observer.observe(el);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });
  describe();

  return {
    el,
    show(next) {
      data = next;
      describe();
      hover(undefined);
      if (size.width > 0) layOut();
    },
    get selected() {
      return selected;
    },
    set selected(row: number | undefined) {
      if (row !== selected) mark(row, false);
    },
  };
}

function drawAxes(
  pen: CanvasRenderingContext2D,
  frame: Frame,
  colors: Record<(typeof COLORS)[number], string>,
  font: string,
  { delta, threshold }: VolcanoData,
) {
  const { left, right, top, bottom, x, y } = frame;
  pen.lineWidth = 1;
  pen.strokeStyle = colors.line;
  pen.fillStyle = colors.dim;
  pen.font = `10px ${font}`;
  const line = (x1: number, y1: number, x2: number, y2: number) => {
    pen.beginPath();
    pen.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
    pen.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
    pen.stroke();
  };
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const value of frame.xTicks) {
    line(x(value), bottom, x(value), bottom + 4);
    pen.fillText(short(value), x(value), bottom + 7);
  }
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const value of frame.yTicks) {
    line(left - 4, y(value), left, y(value));
    pen.fillText(short(value), left - 7, y(value));
  }
  line(left, bottom, right, bottom);
  line(left, top, left, bottom);
  pen.setLineDash([2, 3]);
  for (const value of delta ? [-delta, delta] : [0]) line(x(value), top, x(value), bottom);
  if (threshold !== undefined) line(left, y(threshold), right, y(threshold));
  pen.setLineDash([]);

  pen.font = `11px ${font}`;
  pen.textBaseline = "alphabetic";
  pen.textAlign = "center";
  pen.fillText("effect size", (left + right) / 2, bottom + 32);
  pen.textAlign = "left";
  pen.fillText("← more open in group 2", left, bottom + 32);
  pen.textAlign = "right";
  pen.fillText("more open in group 1 →", right, bottom + 32);
  pen.save();
  pen.translate(12, (top + bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText("prob_da", 0, 0);
  pen.restore();
}

/** Give a canvas its size in device pixels, clear it, and let it be drawn on in CSS pixels. */
function fit(canvas: HTMLCanvasElement, { width, height }: { width: number; height: number }) {
  const ratio = ratioOf();
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}

const ratioOf = (): number => globalThis.devicePixelRatio || 1;
const fontOf = (el: Element): string => getComputedStyle(el).fontFamily || "sans-serif";
