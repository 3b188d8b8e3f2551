/** A histogram of one column of counts, with two handles that cut its ends off. */
import { h, s } from "../../ui/dom";
import { count, short } from "../../ui/format";
import { logTicks, ticks } from "./axis";

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

/** How a histogram is told what to do. */
export interface HistogramOptions {
  /** What is counted, for those who hear it: "open regions per cell". */
  label: string;
  /** Runs while a handle moves, and with `done` when it is let go or a key was pressed. */
  change(range: Range, done: boolean): void;
  ended: AbortSignal;
  log?: boolean;
  /** Pixels of the bars. */
  height?: number;
  testid?: string;
}

/** A histogram that stands in `el`. */
export interface Histogram {
  el: HTMLElement;
  /** Draw another column; the range is kept where it still fits. */
  show(values: ArrayLike<number>): void;
  /** How many values lie in a range; a binary search, quick enough for every pixel of a drag. */
  kept(range?: Range): number;
  get range(): Range;
  /** Move the handles without telling. */
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

/** How many rows lie within every one of several limits. */
export function rowsWithin(limits: readonly { values: ArrayLike<number>; range: Range }[]): number {
  const n_rows = limits[0]?.values.length ?? 0;
  let kept = 0;
  for (let row = 0; row < n_rows; row++) {
    const fits = ({ values, range }: (typeof limits)[number]) => {
      const value = values[row] as number;
      return value >= range.low && value <= range.high;
    };
    if (limits.every(fits)) kept++;
  }
  return kept;
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
  const handles = {
    low: handle(`lowest ${label}`, testid && `${testid}-low`),
    high: handle(`highest ${label}`, testid && `${testid}-high`),
  };
  const el = h(
    "div",
    { class: "pv-histogram", role: "group", "aria-label": label, "data-testid": testid },
    plot,
    handles.low,
    handles.high,
    tickRow,
  );

  function draw() {
    const { edges, counts } = binned(values, log);
    const tallest = Math.max(1, ...counts);
    const bars = counts.map((n, i) => {
      const left = scale.at(edges[i] as number);
      const right = scale.at(edges[i + 1] as number);
      const gap = counts.length > 1 ? (right - left) * 0.12 : 0;
      const top = n > 0 ? Math.min(1 - n / tallest, 1 - 1 / height) : 1;
      return `M${left + gap / 2} 1V${top}H${right - gap / 2}V1Z`;
    });
    for (const path of [inside, outside]) path.setAttribute("d", bars.join(""));
    const marks = log ? logTicks(extent.low, extent.high) : ticks(extent.low, extent.high, 6);
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
    dress(handles.low, left, range.low, { low: extent.low, high: range.high });
    dress(handles.high, right, range.high, { low: range.low, high: extent.high });
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

  /** The value under a pointer, for one handle: the upper one stands behind its value. */
  function under(event: PointerEvent, end: keyof Range): number {
    const { left, width } = plot.getBoundingClientRect();
    const at = width > 0 ? (event.clientX - left) / width : 0;
    return scale.value(clamp(at, { low: 0, high: 1 })) - (end === "high" ? 1 : 0);
  }

  function drag(end: keyof Range, event: PointerEvent) {
    if (event.button !== 0) return;
    event.preventDefault();
    const mark = handles[end];
    mark.focus();
    mark.dataset.dragged = "";
    mark.setPointerCapture?.(event.pointerId);
    const let_go = new AbortController();
    const signal = AbortSignal.any([let_go.signal, ended]);
    const follow = (moved: PointerEvent) => {
      if (moved.pointerId === event.pointerId) move(end, under(moved, end), false);
    };
    const finish = ({ pointerId }: PointerEvent) => {
      if (pointerId !== event.pointerId) return;
      let_go.abort();
      delete mark.dataset.dragged;
      change(range, true);
    };
    mark.addEventListener("pointermove", follow, { signal });
    mark.addEventListener("pointerup", finish, { signal });
    mark.addEventListener("pointercancel", finish, { signal });
  }

  for (const end of ["low", "high"] as const) {
    handles[end].addEventListener("pointerdown", (event) => drag(end, event), { signal: ended });
    handles[end].addEventListener("keydown", (event) => press(end, event), { signal: ended });
  }
  plot.addEventListener(
    "pointerdown",
    (event) => {
      const at = under(event, "low");
      const end = Math.abs(at - range.low) < Math.abs(at - range.high) ? "low" : "high";
      move(end, under(event, end), false);
      drag(end, event);
    },
    { signal: ended },
  );

  function press(end: keyof Range, event: KeyboardEvent) {
    const far = event.key.startsWith("Page") ? STEPS / 10 : 1;
    const direction = {
      ArrowRight: 1,
      ArrowUp: 1,
      PageUp: 1,
      ArrowLeft: -1,
      ArrowDown: -1,
      PageDown: -1,
    };
    const sign = (direction as Record<string, number>)[event.key];
    const ends: Record<string, number> = { Home: extent.low, End: extent.high };
    let to = ends[event.key];
    if (sign !== undefined) {
      const here = range[end];
      const seen = scale.value(scale.at(here) + (sign * far) / STEPS);
      const stepped = event.shiftKey ? here + sign : seen;
      to = Math.abs(stepped - here) < 1 ? here + sign : stepped;
    }
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move(end, to, true);
  }

  function handle(name: string, id: string | undefined): HTMLElement {
    const attributes = { class: "pv-handle", role: "slider", tabindex: 0, "aria-label": name };
    return h("div", { ...attributes, "data-testid": id });
  }

  function dress(mark: HTMLElement, left: number, value: number, bounds: Range) {
    mark.style.left = `${left.toFixed(3)}%`;
    mark.setAttribute("aria-valuemin", String(bounds.low));
    mark.setAttribute("aria-valuemax", String(bounds.high));
    mark.setAttribute("aria-valuenow", String(value));
    mark.setAttribute("aria-valuetext", count(value));
    mark.title = count(value);
  }

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

/** Where a value stands on the axis, from 0 to 1, and back. */
function axis(low: number, high: number, log: boolean) {
  const forth = log ? Math.log1p : (value: number) => value;
  const back = log ? Math.expm1 : (value: number) => value;
  const [from, to] = [forth(Math.max(low, log ? 0 : low)), forth(high)];
  const span = to - from || 1;
  return {
    at: (value: number) => clamp((forth(value) - from) / span, { low: 0, high: 1 }),
    value: (at: number) => back(from + at * span),
  };
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
