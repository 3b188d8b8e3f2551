/** What several views mark together: the region that the cells are colored by. */
import type { Panel } from "../../panel";

const PACE = 200; // ms between two writes while keys run through the rows

/** A row's link with the other views. */
export interface RegionLink {
  /** Color the cells by a region; at once, and when many follow each other, by the last one. */
  color(region: string): void;
}

/** Link rows of regions with `color_by`; `mark` is called with each change of it. */
export function regionLink<S extends { color_by: string }, I>(
  { wire, watch, ended }: Pick<Panel<S, I>, "wire" | "watch" | "ended">,
  mark: (color_by: string) => void,
): RegionLink {
  const color_by = wire.read("color_by");
  let waiting: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (region: string) => {
    if (region !== color_by.peek()) wire.write("color_by", region as S["color_by"]);
    timer = setTimeout(() => {
      timer = undefined;
      if (waiting !== undefined) write(waiting);
    }, PACE);
    waiting = undefined;
  };
  ended.addEventListener("abort", () => clearTimeout(timer), { once: true });
  watch(() => {
    waiting = undefined; // another choice has come since
    mark(color_by.value);
  });
  return {
    color(region) {
      if (timer === undefined) write(region);
      else waiting = region;
    },
  };
}
