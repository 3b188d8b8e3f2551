/** Effect size against probability, one dot a region: what differs, how much, how surely. */
import { h } from "../../ui/dom";
import { fixed, short, signed } from "../../ui/format";
import { placeIn } from "../../ui/pointer-place";
import type { Operation } from "../scatter/combine";
import { type Nearest, nearestOf } from "../scatter/nearest";
import { paintDots } from "./density";
import { type DotTools, dotTools } from "./dot-tools";
import {
  drawAxes,
  type Field,
  fieldOf,
  lineOn,
  type Pen,
  pixelRatio,
  plotFrame,
} from "./plot-frame";
import { type Scale, scaleOf } from "./scale";

/** One value a region in each column. */
export interface VolcanoData {
  /** Difference in accessibility, group 1 minus group 2, in [-1, 1]. */
  effect_size: ArrayLike<number>;
  /** Probability that the region differs, in [0, 1]. */
  prob_da: ArrayLike<number>;
  /** Non-zero where the region counts as different; these are drawn in their group's color. */
  is_da_fdr?: ArrayLike<number> | undefined;
  /** Non-zero where held-out fragments confirm it; called regions without it are drawn as rings. */
  is_confirmed?: ArrayLike<number> | undefined;
  /** Credible interval of the effect, drawn for the region under the pointer. */
  effect_low?: ArrayLike<number> | undefined;
  effect_high?: ArrayLike<number> | undefined;
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
  /** While a line is drawn, how many regions are inside; `undefined` when it is over. */
  drawing?(count: number | undefined): void;
  /** A line was drawn round some regions. */
  choose?(rows: Uint32Array, operation: Operation): void;
  testid?: string;
}

/** A volcano. */
export interface Volcano {
  el: HTMLElement;
  tools: DotTools;
  /** Those that were drawn round; the others recede. */
  showChosen(rows: ArrayLike<number>): void;
  /** Say what is known of a region beside its dot; nothing without one. */
  point(row: number | undefined): void;
  /** Draw other values in the same frame; the selection stays. */
  show(data: VolcanoData): void;
  get selected(): number | undefined;
  /** Mark a region without running `select`. */
  set selected(row: number | undefined);
}

/** Both axes of a volcano. */
export interface Frame {
  x: Scale;
  y: Scale;
  field: Field;
}

const CHOSEN = 5; // the ink of a chosen region that is not called
const NEAR = 14; // pixels from a dot within which the pointer means it
const MARGIN = { left: 46, right: 14, top: 12, bottom: 38 };

/** Lay out the axes: zero in the middle, both directions alike, the probability from 0 to 1. */
export function volcanoFrame(effects: ArrayLike<number>, width: number, height: number): Frame {
  let most = 0;
  for (let row = 0; row < effects.length; row++) {
    const size = Math.abs(effects[row] as number);
    if (size > most) most = size; // not for what is not a number
  }
  const reach = (most || 1) * 1.06;
  const field = fieldOf({ width, height }, MARGIN);
  const { left, right, top, bottom } = field;
  const air = 0.02 * (bottom - top);
  const y = scaleOf([0, 1], [bottom - air, top + air], (bottom - top) / 40);
  return { x: scaleOf([-reach, reach], [left, right], (right - left) / 60), y, field };
}

/** Make a volcano; it is drawn once its element has a size. */
export function volcano(options: VolcanoOptions): Volcano {
  const { ended, select, drawing, choose, testid } = options;
  let data: VolcanoData = { effect_size: [], prob_da: [] };
  let axes = volcanoFrame([], 0, 0);
  let pixels = new Float32Array();
  let nearest: Nearest | undefined;
  let selected: number | undefined;
  let hovered: number | undefined;
  let chosen: Uint8Array | undefined;
  let places = new Float32Array();
  let wasDrawn = false; // the click that ends a line means no dot
  const dots = h("canvas"); // never on the page: the dots, before they lie on the axes

  const frame = plotFrame({
    ended,
    class: "pv-volcano",
    testid,
    layOut: ({ width, height }) => {
      axes = volcanoFrame(data.effect_size, width, height);
      pixels = placesOf(data, axes);
      places = pixels.map((place, i) => (i % 2 ? -place : place));
      nearest = undefined; // its bins are made when the pointer first comes
    },
    draw: (pen) => {
      drawAxes(pen, axes);
      drawLimits(pen, axes, data);
      drawNames(pen, axes.field);
      drawDots(pen, dots, pixels, data, chosen);
    },
    drawAbove: (pen) => {
      if (hovered !== undefined) drawInterval(pen, axes, data, hovered);
      drawMarks(pen, pixels, data, hovered, selected);
      tools.drawOn(pen.ctx, pen.colors);
    },
  });
  const { el } = frame;
  const tools = dotTools(
    {
      get size() {
        return frame.size;
      },
      get places() {
        return places;
      },
      changed: frame.redrawAbove,
    },
    {
      ended,
      label: "Regions: C brings a cursor, arrows move it, Enter selects a region, N names the set",
      onDraw(count) {
        if (count !== undefined) hover(undefined);
        drawing?.(count);
      },
      onEnd(rows, operation) {
        wasDrawn = true;
        choose?.(rows, operation);
      },
      onClear: () => choose?.(new Uint32Array(), "new"),
    },
  );
  el.append(tools.surface);
  el.setAttribute("role", "group");

  function under(event: MouseEvent): number | undefined {
    nearest ??= nearestOf(pixels);
    const row = nearest(placeIn(el, event), NEAR);
    return row < 0 ? undefined : row;
  }

  function hover(row: number | undefined) {
    if (row === hovered) return;
    hovered = row;
    tools.surface.style.cursor = row === undefined ? "" : "pointer";
    if (row === undefined) frame.tip("");
    else frame.tip(inWords(data, row), [pixels[2 * row] as number, pixels[2 * row + 1] as number]);
    frame.redrawAbove();
  }

  function mark(row: number | undefined, byHand: boolean) {
    selected = row;
    frame.redrawAbove();
    if (byHand) select(row);
  }

  el.addEventListener("pointerdown", () => (wasDrawn = false), { signal: ended, capture: true });
  const follow = (event: MouseEvent) => {
    if (!tools.lasso.drawing) hover(under(event));
  };
  const click = (event: MouseEvent) => {
    if (!wasDrawn && !tools.lasso.drawing) mark(under(event), true);
  };
  el.addEventListener("pointermove", follow, { signal: ended });
  el.addEventListener("pointerleave", () => hover(undefined), { signal: ended });
  el.addEventListener("click", click, { signal: ended });
  el.setAttribute("aria-label", summary(data));

  return {
    ...{ el, tools, point: hover },
    showChosen(rows) {
      if (!chosen && rows.length === 0) return;
      chosen = rows.length > 0 ? new Uint8Array(data.effect_size.length) : undefined;
      for (let i = 0; i < rows.length; i++) if (chosen) chosen[rows[i] as number] = 1;
      frame.redraw();
    },
    show(next) {
      data = next;
      el.setAttribute("aria-label", summary(data));
      hover(undefined);
      frame.redraw();
    },
    get selected() {
      return selected;
    },
    set selected(row: number | undefined) {
      if (row !== selected) mark(row, false);
    },
  };
}

/** x and y of each region, in pixels. */
function placesOf(
  { effect_size, prob_da }: VolcanoData,
  { x, y }: Frame,
): Float32Array<ArrayBuffer> {
  const pixels = new Float32Array(2 * effect_size.length);
  for (let row = 0; row < effect_size.length; row++) {
    pixels[2 * row] = x.at(effect_size[row] as number);
    pixels[2 * row + 1] = y.at(prob_da[row] as number);
  }
  return pixels;
}

/** Dashed lines at the smallest difference and the smallest probability that count. */
function drawLimits({ ctx }: Pen, { x, y, field }: Frame, { delta, threshold }: VolcanoData) {
  const line = lineOn(ctx);
  ctx.setLineDash([2, 3]);
  for (const value of delta ? [-delta, delta] : [0]) {
    const at = x.at(value);
    if (at >= field.left && at <= field.right) line(at, field.top, at, field.bottom);
  }
  if (threshold !== undefined) line(field.left, y.at(threshold), field.right, y.at(threshold));
  ctx.setLineDash([]);
}

function drawNames({ ctx, font }: Pen, { left, right, top, bottom }: Field) {
  ctx.font = `11px ${font}`;
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "center";
  ctx.fillText("effect size", (left + right) / 2, bottom + 32);
  ctx.textAlign = "left";
  ctx.fillText("← more open in group 2", left, bottom + 32);
  ctx.textAlign = "right";
  ctx.fillText("more open in group 1 →", right, bottom + 32);
  ctx.save();
  ctx.translate(12, (top + bottom) / 2);
  ctx.rotate(-Math.PI / 2);
  ctx.textAlign = "center";
  ctx.fillText("prob_da", 0, 0);
  ctx.restore();
}

/** One dot a region: quiet where it is not called or not among the chosen, in its group's color where
 * it is; a ring where it is called and not confirmed. */
function drawDots(
  { ctx, canvas, colors, size }: Pen,
  dots: HTMLCanvasElement,
  pixels: Float32Array,
  { effect_size, is_da_fdr, is_confirmed }: VolcanoData,
  chosen: Uint8Array | undefined,
) {
  const n = effect_size.length;
  const ratio = pixelRatio();
  const called = [colors.g1, colors.g2];
  const radius = (n > 20_000 ? 1.3 : 1.8) * ratio;
  const image = ctx.createImageData(Math.max(1, canvas.width), Math.max(1, canvas.height));
  const quiet = Math.min(0.6, Math.max(0.05, 24 / Math.sqrt(Math.max(1, n))));
  const loud = Math.min(0.85, Math.max(0.3, 2 * quiet));
  const solid = is_confirmed // few among many rings
    ? { alpha: 0.9, radius: 2 * radius }
    : { alpha: loud, radius: 1.25 * radius };
  paintDots(
    image.data,
    ratio === 1 ? pixels : pixels.map((place) => place * ratio),
    (row) => {
      if (chosen && !chosen[row]) return 0;
      if (!is_da_fdr?.[row]) return chosen ? CHOSEN : 0;
      const group = (effect_size[row] as number) < 0 ? 2 : 1;
      return is_confirmed && !is_confirmed[row] ? group + 2 : group;
    },
    [
      { color: colors.edge, alpha: quiet },
      ...called.map((color) => ({ color, ...solid })),
      ...called.map((color) => ({ color, alpha: 0.8 * loud, radius: 1.6 * radius, isRing: true })),
      { color: colors.text, alpha: loud },
    ],
    { width: image.width, height: image.height, radius },
  );
  dots.width = image.width;
  dots.height = image.height;
  dots.getContext("2d")?.putImageData(image, 0, 0);
  ctx.drawImage(dots, 0, 0, size.width, size.height);
}

/** The credible interval of an effect, as a line through its dot with an end on each side. */
function drawInterval(
  { ctx, colors }: Pen,
  { x, y, field }: Frame,
  { prob_da, effect_low, effect_high }: VolcanoData,
  row: number,
) {
  const [low, high] = [effect_low?.[row], effect_high?.[row]];
  if (low === undefined || high === undefined) return;
  const inside = (effect: number) => Math.min(field.right, Math.max(field.left, x.at(effect)));
  const [from, to, at] = [inside(low), inside(high), y.at(prob_da[row] as number)];
  const line = lineOn(ctx);
  ctx.lineWidth = 1.2;
  ctx.strokeStyle = colors.text;
  line(from, at, to, at);
  line(from, at - 4, from, at + 4);
  line(to, at - 4, to, at + 4);
}

/** Rings around the region under the pointer and the one that is selected. */
function drawMarks(
  { ctx, colors }: Pen,
  pixels: Float32Array,
  { effect_size }: VolcanoData,
  hovered: number | undefined,
  selected: number | undefined,
) {
  for (const [row, radius] of [
    [hovered, 5],
    [selected, 6],
  ] as const) {
    if (row === undefined || row >= effect_size.length) continue;
    ctx.beginPath();
    ctx.arc(pixels[2 * row] as number, pixels[2 * row + 1] as number, radius, 0, 2 * Math.PI);
    ctx.lineWidth = row === selected ? 2 : 1.2;
    ctx.strokeStyle = colors.text;
    ctx.fillStyle = (effect_size[row] as number) >= 0 ? colors.g1 : colors.g2;
    if (row === selected) ctx.fill();
    ctx.stroke();
  }
}

function inWords(data: VolcanoData, row: number): string {
  const { name, effect_size, prob_da, is_da_fdr, is_confirmed } = data;
  const [low, high] = [data.effect_low?.[row], data.effect_high?.[row]];
  const between =
    low === undefined || high === undefined ? "" : ` (95 %: ${signed(low)} to ${signed(high)})`;
  const verdict = is_confirmed?.[row] ? "confirmed" : "called, not confirmed";
  return [
    name?.(row) ?? "",
    `effect size ${signed(effect_size[row] as number)}${between}` +
      `  ·  prob_da ${fixed(prob_da[row] as number)}`,
    ...(is_confirmed && is_da_fdr?.[row] ? [verdict] : []),
  ].join("\n");
}

function summary({ effect_size, is_da_fdr, is_confirmed }: VolcanoData): string {
  const n = effect_size.length;
  if (n === 0) return "Effect size against probability, still empty.";
  let [n_da, n_confirmed] = [0, 0];
  for (let row = 0; row < n; row++) {
    if (is_da_fdr?.[row]) n_da++;
    if (is_confirmed?.[row]) n_confirmed++;
  }
  const confirmed = is_confirmed ? `, ${short(n_confirmed)} confirmed` : "";
  return `Effect size against probability of ${short(n)} regions, ${short(n_da)} of them different${confirmed}.`;
}
