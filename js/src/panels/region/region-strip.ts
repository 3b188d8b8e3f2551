/** Beside the genome: the region that colors the cells, in the single cells of each group. */
import { numbers } from "../../arrays";
import type { RegionIntent, RegionState, RegionStrip } from "../../contract";
import { type StripRow, stripPlot } from "../../draw/plots/strip";
import type { Panel } from "../../panel";
import { h, say } from "../../ui/dom";
import { colorOf, paletteFor } from "./genome-tracks";

/** Make it; there while a region colors the cells. */
export function regionStrip({ wire, watch, ended }: Panel<RegionState, RegionIntent>): HTMLElement {
  const strip = wire.read("region_strip");
  const [layers, columns] = [wire.read("layer_rows"), wire.read("obs_columns")];
  const plot = stripPlot(ended);
  const [title, words] = [h("h3", {}), h("p", { class: "pv-text pv-dim" })];
  const attributes = { class: "pv-region-strip", tabindex: 0, "data-testid": "region-strip" };
  const el = h("div", { ...attributes, role: "group" }, title, plot.el, words);
  watch(() => {
    const now = strip.value;
    el.hidden = !now;
    if (!now) return;
    el.setAttribute("aria-label", `${now.region} in single cells`);
    say(title, now.region);
    say(words, now.words);
    plot.show(rowsOf(now, layers.value, columns.value));
  });
  return el;
}

function rowsOf(
  strip: RegionStrip,
  layers: RegionState["layer_rows"],
  columns: RegionState["obs_columns"],
): StripRow[] {
  const palette = paletteFor(strip.column, layers, columns);
  const [of, counts] = [numbers(strip.dot_tracks), numbers(strip.dot_counts)];
  const [shares, means, expected] = [strip.shares, strip.means, strip.expected].map(numbers);
  return strip.tracks.map((name, at): StripRow => {
    const own = Array.from(expected?.subarray(3 * at, 3 * at + 3) ?? []);
    return {
      ...{ name, n_cells: strip.n_cells[at] ?? 0 },
      color: (colors) => colorOf(strip.keys[at] ?? "", palette, colors),
      counts: Array.from(counts).filter((_, dot) => of[dot] === at),
      mean: means?.[at] ?? 0,
      share: shares?.[at] ?? 0,
      expected: own.length === 3 ? (own as [number, number, number]) : undefined,
    };
  });
}
