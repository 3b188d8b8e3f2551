/** The tutorial's last plot: effect size against probability, one dot a region, linked with the grid. */
import { computed } from "@preact/signals-core";
import type { Columns } from "../arrays";
import type { VolcanoIntent, VolcanoState } from "../contract";
import { volcano } from "../draw/plots/volcano";
import { definePanel } from "../panel";
import { h } from "../ui/dom";
import { count, fixed } from "../ui/format";
import { notices } from "../ui/notices";
import { regionGenes } from "./comparison/region-genes";
import { regionLink } from "./comparison/region-link";
import { leastCalled, tableOf, upAndDown } from "./comparison/region-table";
import { stateLabel } from "./comparison/state-label";
import { wordsOf } from "./comparison/words";
import { choosing } from "./volcano/choosing";

export default definePanel<VolcanoState, VolcanoIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const [regions, da_columns, color_by] = [
    wire.read("regions"),
    wire.read("da_columns"),
    wire.read("color_by"),
  ];
  const [title, state] = [wire.read("da_title"), wire.read("da_state")];
  const settings = wire.read("da_settings");
  const words = wordsOf(wire);
  const genes = regionGenes(wire);
  const table = computed(() => tableOf(regions.value, da_columns.value, genes.value));

  const summary = h("output", { class: "pv-summary", "data-testid": "volcano-title" });
  watch(() => {
    summary.value = (table.value && title.value) || "Effect size against probability";
  });
  const label = stateLabel("volcano-state", words, state, panel);
  const legend = h("span", { class: "pv-da-tools", "data-testid": "volcano-legend" });
  watch(() => {
    legend.hidden = !table.value;
    if (!table.value) return;
    const { up, down } = upAndDown(table.value);
    const least = leastCalled(table.value);
    const from =
      least === undefined ? "no region is called" : `called from prob_da ${fixed(least)}`;
    const groups = [key(1, up), key(2, down)];
    legend.replaceChildren(h("span", {}, from), ...groups, ...shapes(table.value, up + down));
  });

  let names: readonly string[] = [];
  const chosen = choosing(panel);
  const plot = volcano({
    ...{ ended, testid: "volcano", choose: chosen.choose, drawing: chosen.drawing },
    select: (row) => {
      const region = row === undefined ? undefined : names[row];
      if (region !== undefined) link.color(region);
      else mark(color_by.peek()); // a click beside every dot changes nothing
    },
  });
  const { tools, card } = chosen.on(plot);
  const mark = (region: string) => {
    const row = names.indexOf(region);
    plot.selected = row < 0 ? undefined : row;
  };
  const link = regionLink(panel, mark);
  const empty = h("div", { class: "pv-empty", "data-testid": "volcano-empty" });
  watch(() => {
    empty.textContent = words.empty.value;
  });
  watch(() => {
    const here = table.value;
    for (const part of [plot.el, tools]) part.hidden = !here;
    empty.hidden = !!here;
    const regions = (here?.columns.region ?? []) as readonly string[];
    if (regions !== names) chosen.forget();
    names = regions;
    if (!here) return;
    const { effect_size = [], prob_da = [], ...more } = here.columns as Numbers;
    const threshold = leastCalled(here);
    // delta is on this axis only where it is a difference of probabilities
    const delta = settings.value?.estimand === "difference" ? settings.value.delta : undefined;
    const gene = here.columns.gene as readonly string[] | undefined;
    const name = (row: number) => [gene?.[row], names[row]].filter(Boolean).join(" · ");
    plot.selected = undefined; // of the regions before
    plot.show({ ...more, effect_size, prob_da, threshold, delta, name });
    mark(color_by.peek());
  });

  el.append(
    h(
      "section",
      {
        class: "pv-panel pv-fill pv-da",
        "aria-label": "Effect size against probability",
        "data-testid": "volcano-panel",
      },
      h(
        "div",
        { class: "pv-panel-head" },
        summary,
        label,
        h("span", { class: "pv-grow" }),
        tools,
        legend,
      ),
      h("div", { class: "pv-da-body" }, plot.el, card, empty),
      notices(panel),
    ),
  );
});

type Numbers = Record<string, ArrayLike<number>>;

/** How many regions have a group's color. */
function key(group: 1 | 2, n: number): HTMLElement {
  const text = `more open in group ${group}: ${count(n)}`;
  return h("span", { class: "pv-chip", "data-group": group }, h("i", { class: "pv-swatch" }), text);
}

/** What the shapes mean where a table was checked. */
function shapes({ columns, n_rows }: Columns, n_called: number): HTMLElement[] {
  const { is_confirmed } = columns;
  if (!is_confirmed) return [];
  let n = 0;
  for (let row = 0; row < n_rows; row++) if (is_confirmed[row]) n++;
  return [
    shape("disc", `confirmed: ${count(n)}`),
    shape("ring", `called, not confirmed: ${count(n_called - n)}`),
    shape("dot", "not called"),
  ];
}

const shape = (name: "disc" | "ring" | "dot", text: string) =>
  h("span", { class: "pv-chip" }, h("i", { class: "pv-shape", "data-shape": name }), text);
