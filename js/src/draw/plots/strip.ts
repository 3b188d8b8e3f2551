/** A region in single cells, a row for each group: a dot a cell by its count, and a bar for the share. */
import { count, fixed, percent } from "../../ui/format";
import { type Colors, lineOn, type Pen, plotFrame } from "./plot-frame";

/** One group of cells. */
export interface StripRow {
  name: string;
  n_cells: number;
  color(colors: Colors): string;
  /** Counts of the cells that are shown. */
  counts: ArrayLike<number>;
  /** Mean count of all its cells. */
  mean: number;
  /** Share of all its cells in which the region is seen open. */
  share: number;
  /** Mean of what the model estimates, and the range of most cells. */
  expected?: readonly [mean: number, low: number, high: number] | undefined;
}

/** A strip plot. */
export interface Strip {
  el: HTMLElement;
  show(rows: readonly StripRow[]): void;
}

const ROW = 44; // px of a group: its name above its dots
const AXIS = 18; // px of the numbers below
const HEAD = 18; // px of the titles above
const [LEFT, GAP, RIGHT] = [10, 14, 10];
const DOTS = 0.56; // of the width
const STEPS = [0.7548776662, 0.569840291] as const; // their multiples modulo 1 spread evenly in a square

/** Make a strip plot; it is drawn once its element has a size. */
export function stripPlot(ended: AbortSignal): Strip {
  let rows: readonly StripRow[] = [];
  const frame = plotFrame({ ended, class: "pv-strip-plot", testid: "region-strip-plot", draw });

  function draw(pen: Pen) {
    const { ctx, colors, font, size } = pen;
    const middle = LEFT + DOTS * (size.width - LEFT - RIGHT - GAP);
    const most = Math.max(1, ...rows.map(({ counts }) => largest(counts)));
    const top = Math.max(
      0.01,
      ...rows.map(({ share, expected }) => Math.max(share, expected?.[2] ?? 0)),
    );
    const perCount = (middle - LEFT) / (most + 0.8);
    const x = (value: number) => LEFT + (value + 0.4) * perCount;
    const at = (share: number) =>
      middle + GAP + (share / top) * (size.width - RIGHT - middle - GAP);
    const write = (
      text: string,
      left: number,
      y: number,
      color: string,
      align: CanvasTextAlign,
    ) => {
      ctx.fillStyle = color;
      ctx.textAlign = align;
      ctx.fillText(text, left, y);
    };
    ctx.font = `11px ${font}`;
    ctx.textBaseline = "middle";
    write("count of a cell, line: mean", LEFT, HEAD / 2, colors.dim, "left");
    const isKnown = rows.some(({ expected }) => expected);
    write(
      isKnown ? "share open, line: model" : "share open",
      size.width - RIGHT,
      HEAD / 2,
      colors.dim,
      "right",
    );
    rows.forEach((row, i) => {
      const up = HEAD + i * ROW;
      drawRow(pen, row, { up, x, at });
      const numbers = ` · ${count(row.n_cells)} · mean ${fixed(row.mean, 2)}`;
      const room = middle + GAP - LEFT - ctx.measureText(numbers).width;
      write(shortened(ctx, row.name, room) + numbers, LEFT, up + 8, colors.text, "left");
      write(sharesOf(row), size.width - RIGHT, up + 8, colors.dim, "right");
    });
    const bottom = HEAD + rows.length * ROW + AXIS / 2;
    ctx.font = `10px ${font}`;
    const step = Math.max(1, Math.ceil(most / 6));
    for (let value = 0; value <= most; value += step) {
      write(String(value), x(value), bottom, colors.dim, "center");
    }
    write("0", at(0), bottom, colors.dim, "center");
    write(percent(top), size.width - RIGHT, bottom, colors.dim, "right");
  }

  return {
    el: frame.el,
    show(next) {
      rows = next;
      frame.el.style.height = `${HEAD + rows.length * ROW + AXIS}px`;
      frame.el.setAttribute("aria-label", rows.map(inWords).join("; "));
      frame.redraw();
    },
  };
}

interface Axes {
  up: number;
  x(value: number): number;
  at(share: number): number;
}

function drawRow({ ctx, colors }: Pen, row: StripRow, { up, x, at }: Axes) {
  const color = row.color(colors);
  const [top, bottom] = [up + 17, up + ROW - 5];
  ctx.fillStyle = color;
  ctx.globalAlpha = 0.6;
  for (let cell = 0; cell < row.counts.length; cell++) {
    const [aside, down] = STEPS.map((step) => (cell * step) % 1) as [number, number];
    const left = x((row.counts[cell] as number) + 0.6 * (aside - 0.5));
    ctx.beginPath();
    ctx.arc(left, top + down * (bottom - top), 1.4, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.globalAlpha = 0.85;
  ctx.fillRect(at(0), top + 2, at(row.share) - at(0), bottom - top - 4);
  ctx.globalAlpha = 1;
  const line = lineOn(ctx);
  ctx.strokeStyle = colors.text;
  ctx.lineWidth = 1.5;
  line(x(row.mean), top - 1, x(row.mean), bottom + 1);
  if (!row.expected) return;
  const [mean, low, high] = row.expected.map(at) as [number, number, number];
  line(mean, top - 1, mean, bottom + 1);
  ctx.lineWidth = 1;
  line(low, (top + bottom) / 2, high, (top + bottom) / 2);
}

const largest = (counts: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < counts.length; i++) most = Math.max(most, counts[i] as number);
  return most;
};

/** As much of a text as there is room for, in pixels. */
function shortened(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  let end = text.length;
  const cut = () => (end < text.length ? `${text.slice(0, end)}…` : text);
  while (end > 1 && ctx.measureText(cut()).width > room) end--;
  return cut();
}

const sharesOf = ({ share, expected }: StripRow): string =>
  percent(share) + (expected ? ` · model ${percent(expected[0])}` : "");

const inWords = (row: StripRow): string =>
  `${row.name}, ${count(row.n_cells)} cells: mean count ${fixed(row.mean, 2)}, open in ${sharesOf(row)}`;
