/** From values to places on an axis and back, with round numbers for its ticks. */
import { logTicks, ticks } from "./axis";

/** One axis: where each value is drawn. */
export interface Scale {
  /** The place of a value, in the units of the axis. */
  at(value: number): number;
  /** The value at a place. */
  value(at: number): number;
  /** Values to mark. */
  ticks: number[];
}

/** How values are spread along an axis: `log1p` keeps zero, `log` begins above it. */
export type Spread = "linear" | "log" | "log1p";

type Ends = readonly [from: number, to: number];
const same = (value: number) => value;
const SPREADS: Record<Spread, [forth: (value: number) => number, back: (at: number) => number]> = {
  linear: [same, same],
  log: [(value) => Math.log(Math.max(value, 1e-12)), Math.exp],
  log1p: [(value) => Math.log1p(Math.max(value, 0)), Math.expm1],
};

/** Make an axis that holds `values` between the places `places`, with about `wanted` ticks. */
export function scaleOf(
  values: Ends,
  places: Ends,
  wanted: number,
  spread: Spread = "linear",
): Scale {
  const [forth, back] = SPREADS[spread];
  const [low, high] = [forth(values[0]), forth(values[1])];
  const [from, to] = places;
  const span = high - low || 1;
  return {
    at: (value) => from + ((forth(value) - low) / span) * (to - from),
    value: (at) => back(low + ((at - from) / (to - from || 1)) * span),
    ticks: spread === "log1p" ? logTicks(...values) : ticks(...values, Math.max(2, wanted)),
  };
}
