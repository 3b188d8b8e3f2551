/** A histogram of one column of counts, with two handles that cut its ends off. */
import { h, s } from "../../ui/dom";
import { short } from "../../ui/format";
import { rangeHandle } from "./range-handle";
import { type Scale, scaleOf } from "./scale";

/** Lowest and highest value to keep, both included. */
export interface Range {
  low: number;
  high: number;
}

/** Bin edges (whole numbers, one more than bins; the last is exclusive) and how many fall between. */
export interface Bins {
  edges: number[];
  counts: number[];
}

/** Settings and callbacks of a histogram. */
export interface HistogramOptions {
  /** What is counted, for those who hear it: "open regions per cell". */
  label: string;
  /** Runs while a handle moves, and with `done` when it is released or a key was pressed. */
  change(range: Range, done: boolean): void;
  ended: AbortSignal;
  log?: boolean;
  /** Pixels of the bars. */
  height?: number;
  testid?: string;
}

/** A histogram. */
export interface Histogram {
  el: HTMLElement;
  /** Draw another column; the range is kept where it still fits. */
  show(values: ArrayLike<number>): void;
  /** How many values lie in a range; a binary search, quick enough for every pixel of a drag. */
  kept(range?: Range): number;
  get range(): Range;
  /** Move the handles without running `change`. */
  set range(range: Range);
  /** Smallest and largest value there is. */
  get extent(): Range;
  get log(): boolean;
  set log(log: boolean);
}

const MOST_BINS = 64;
const STEPS = 100;

/** Sort whole numbers into at most `most` bins of equal width, on the axis as it is seen. */
export function binned(values: ArrayLike<number>, log = false, most = MOST_BINS): Bins {
  const { low, high } = extentOf(values);
  const scale = axis(low, high + 1, log);
  const wanted = Math.min(most, high + 1 - low);
  const inner = Array.from({ length: wanted }, (_, i) => Math.round(scale.value(i / wanted)));
  const edges = [...new Set([low, ...inner, high + 1])].sort((a, b) => a - b);
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!(value >= low)) continue; // not a number
    const bin = after(edges, value) - 1;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { edges, counts };
}

/** Make a histogram; nothing is drawn before `show`. */
export function histogram(options: HistogramOptions): Histogram {
  const { label, change, ended, height = 44, testid } = options;
  let log = options.log ?? false;
  let values: ArrayLike<number> = [];
  let sorted: Float64Array = new Float64Array();
  let extent: Range = { low: 0, high: 0 };
  let range: Range = { low: 0, high: 0 };
  let scale = axis(0, 1, false);

  const inside = s("path", { class: "pv-bars" });
  const outside = s("path", { class: "pv-bars-out" });
  const svg = s(
    "svg",
    { viewBox: "0 0 1 1", height, preserveAspectRatio: "none", "aria-hidden": "true" },
    outside,
    inside,
  );
  const tickRow = h("div", { class: "pv-ticks", "aria-hidden": "true" });
  const plot = h("div", { class: "pv-plot" }, svg);
  const handle = (end: keyof Range, name: string) =>
    rangeHandle({
      name: `${name} ${label}`,
      testid: testid && `${testid}-${end}`,
      ended,
      follow: (event) => move(end, under(event, end), false),
      drop: () => change(range, true),
      press: (event) => stepped(event, range[end], scale, extent),
      jump: (value) => move(end, value, true),
    });
  const handles = { low: handle("low", "lowest"), high: handle("high", "highest") };
  const el = h(
    "div",
    { class: "pv-histogram", role: "group", "aria-label": label, "data-testid": testid },
    plot,
    handles.low.el,
    handles.high.el,
    tickRow,
  );

  function draw() {
    const bars = barsOf(binned(values, log), scale, height);
    for (const path of [inside, outside]) path.setAttribute("d", bars);
    const marks = scale.ticks.filter((value) => value >= extent.low && value <= extent.high);
    tickRow.replaceChildren(
      ...marks.map((value) => {
        const at = scale.at(value + (log ? 0 : 0.5));
        const shift = at < 0.05 ? 0 : at > 0.95 ? -100 : -50;
        const style = `left:${(100 * at).toFixed(2)}%;transform:translateX(${shift}%)`;
        return h("span", { style }, short(value));
      }),
    );
    place();
  }

  function place() {
    const left = 100 * scale.at(range.low);
    const right = 100 * scale.at(range.high + 1);
    inside.style.clipPath = `inset(0 ${(100 - right).toFixed(3)}% 0 ${left.toFixed(3)}%)`;
    handles.low.place(left, range.low, { low: extent.low, high: range.high });
    handles.high.place(right, range.high, { low: range.low, high: extent.high });
  }

  function move(end: keyof Range, value: number, done: boolean) {
    const bounds =
      end === "low" ? { low: extent.low, high: range.high } : { low: range.low, high: extent.high };
    const next = clamp(Math.round(value), bounds);
    const moved = next !== range[end];
    range = { ...range, [end]: next };
    if (moved) place();
    if (moved || done) change(range, done);
  }

  /** The value under a pointer, for one handle: the upper one is drawn after its value. */
  function under(event: PointerEvent, end: keyof Range): number {
    const { left, width } = plot.getBoundingClientRect();
    const at = width > 0 ? (event.clientX - left) / width : 0;
    return scale.value(clamp(at, { low: 0, high: 1 })) - (end === "high" ? 1 : 0);
  }

  plot.addEventListener(
    "pointerdown",
    (event) => {
      const at = under(event, "low");
      const end = Math.abs(at - range.low) < Math.abs(at - range.high) ? "low" : "high";
      move(end, under(event, end), false);
      handles[end].drag(event);
    },
    { signal: ended },
  );

  const rescale = () => {
    scale = axis(extent.low, extent.high + 1, log);
    draw();
  };

  return {
    el,
    show(next) {
      const whole = sorted.length === 0;
      const open = { low: range.low <= extent.low, high: range.high >= extent.high };
      values = next;
      sorted = Float64Array.from(next).sort();
      extent = extentOf(next);
      range = {
        low: whole || open.low ? extent.low : clamp(range.low, extent),
        high: whole || open.high ? extent.high : clamp(range.high, extent),
      };
      rescale();
    },
    kept: (asked = range) => after(sorted, asked.high) - before(sorted, asked.low),
    get range() {
      return range;
    },
    set range(next: Range) {
      const low = clamp(Math.round(next.low), extent);
      range = { low, high: Math.max(low, clamp(Math.round(next.high), extent)) };
      place();
    },
    get extent() {
      return extent;
    },
    get log() {
      return log;
    },
    set log(next: boolean) {
      if (next === log) return;
      log = next;
      rescale();
    },
  };
}

/** Where a value is on the axis, from 0 to 1, and back. */
function axis(low: number, high: number, log: boolean): Scale {
  const scale = scaleOf([low, high], [0, 1], 6, log ? "log1p" : "linear");
  return { ...scale, at: (value) => clamp(scale.at(value), { low: 0, high: 1 }) };
}

/** The outline of all bars, in a square of size 1; one that holds anything is never lower than a pixel. */
function barsOf({ edges, counts }: Bins, scale: Scale, height: number): string {
  const tallest = Math.max(1, ...counts);
  const bars = counts.map((n, i) => {
    const left = scale.at(edges[i] as number);
    const right = scale.at(edges[i + 1] as number);
    const gap = counts.length > 1 ? (right - left) * 0.12 : 0;
    const top = n > 0 ? Math.min(1 - n / tallest, 1 - 1 / height) : 1;
    return `M${left + gap / 2} 1V${top}H${right - gap / 2}V1Z`;
  });
  return bars.join("");
}

const STEP_OF: Record<string, number> = {
  ArrowRight: 1,
  ArrowUp: 1,
  PageUp: 10,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageDown: -10,
};

/** Where a key moves a handle: one step of the axis as it is seen, with Shift one count. */
function stepped(event: KeyboardEvent, here: number, scale: Scale, extent: Range) {
  if (event.key === "Home") return extent.low;
  if (event.key === "End") return extent.high;
  const steps = STEP_OF[event.key];
  if (steps === undefined) return undefined;
  if (event.shiftKey) return here + Math.sign(steps);
  const seen = scale.value(scale.at(here) + steps / STEPS);
  return Math.abs(seen - here) < 1 ? here + Math.sign(steps) : seen;
}

function extentOf(values: ArrayLike<number>): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low: Math.floor(low), high: Math.ceil(high) } : { low: 0, high: 0 };
}

const clamp = (value: number, { low, high }: Range): number => Math.min(high, Math.max(low, value));

/** How many of the sorted values are smaller than `value`. */
function before(sorted: ArrayLike<number>, value: number): number {
  return cut(sorted, (seen) => seen < value);
}

/** How many of the sorted values are `value` or smaller. */
function after(sorted: ArrayLike<number>, value: number): number {
  return cut(sorted, (seen) => seen <= value);
}

function cut(sorted: ArrayLike<number>, isLeft: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isLeft(sorted[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}
