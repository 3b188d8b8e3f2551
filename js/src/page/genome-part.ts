/** The genome around the region or gene that colors the cells of a page. */
import { computed } from "@preact/signals-core";
import { possibleView, type View, zoomed } from "../draw/genome/genome-data";
import { genomeView, viewByKey } from "../draw/genome/genome-view";
import type { PanelLifetime } from "../panel";
import { button, h } from "../ui/dom";
import { count } from "../ui/format";
import { type CountedCells, genomeOf, type Stretch, stretchOf } from "./genome-window";
import type { PageModel } from "./page-model";
import { type PageState, regionsOf } from "./page-state";
import type { Part } from "./table-part";

const HINT =
  "Click a region in a table, or type a gene beside the map, to see what lies around it.";
const CALLED = " · in color: called by the model, an outline where not confirmed";
const MARGIN = 1; // of the width in sight, that is drawn on either side of it

/** Make it. */
export function genomePart(
  state: PageState,
  model: PageModel | undefined,
  { watch, ended }: PanelLifetime,
): Part {
  const { data, open, compared, color_by } = state;
  const { tracks } = data;
  let stretch: Stretch | undefined;
  const plot = genomeView({
    ...{ ended, testid: "page-genome-plot" },
    changed: (view) => show(view),
    select: (name) => {
      color_by.value = name;
    },
  });
  const said = h("span", { "data-testid": "page-genome-words", role: "status" });
  const zoom = (label: string, icon: string, factor: number) =>
    button(label, () => go(zoomed(plot.view, factor)), {
      ...{ ended, icon, iconOnly: true, kind: "ghost" },
    });
  const nearer = [zoom("Zoom out", "−", 0.5), zoom("Zoom in", "+", 2)];
  const note = h(
    "span",
    { class: "pv-dim" },
    `bars: share of the cells in which a region is seen open${model ? CALLED : ""}`,
  );
  const scroller = h(
    "div",
    {
      ...{ class: "pv-genome-scroll", tabindex: 0, role: "group", "data-testid": "page-genome" },
      "aria-label": "Genome: arrow keys move, plus and minus zoom",
    },
    plot.el,
  );
  scroller.addEventListener("keydown", (event) => press(event, plot.view, go), { signal: ended });
  const cells = computed(() => cellsOf(state));

  function go(view: View) {
    plot.view = view;
    show(view);
  }
  function show(view: View) {
    if (!stretch || !tracks) return;
    const width = view.end - view.start;
    const wide = { start: view.start - MARGIN * width, end: view.end + MARGIN * width };
    const columns = compared.peek() && model?.answer.peek().estimate?.columns;
    const mark = (row: number) => {
      if (!columns?.is_da_fdr?.[row]) return 0;
      if (!columns.is_confirmed) return 3;
      return columns.is_confirmed[row] ? 2 : 1;
    };
    plot.show(genomeOf(tracks, data.regions, { ...stretch, ...wide }, cells.peek(), mark));
    const chromosome = tracks.chromosomes[stretch.code];
    said.textContent = `${chromosome}:${count(view.start)}-${count(view.end)}`;
  }
  watch(() => {
    const name = color_by.value;
    const row = data.regions.indexOf(name);
    const found =
      tracks && stretchOf(tracks, row < 0 ? (regionsOf(data, name) ?? []) : [row], name);
    plot.selected = row < 0 ? "" : name;
    const { start, end } = plot.view;
    const place = row < 0 || !stretch ? undefined : found;
    const middle = place ? (place.start + place.end) / 2 : 0;
    const isInSight = place?.code === stretch?.code && middle > start && middle < end;
    if (!found || (place && isInSight)) return; // it moves only where it must
    stretch = found;
    go(possibleView(found));
  });
  watch(() => {
    const isKnown = color_by.value !== "" && stretch !== undefined && open.value !== undefined;
    scroller.hidden = !isKnown;
    for (const part of [...nearer, note]) part.hidden = !isKnown;
    if (!isKnown) said.textContent = open.value ? HINT : "This page was saved without counts.";
  });
  watch(() => {
    void [cells.value, model?.answer.value, compared.value];
    show(plot.view);
  });
  const head = h("div", { class: "pv-page-line" }, said, ...nearer, note);
  return { head, el: h("div", { class: "pv-page-table" }, scroller) };
}

function press(event: KeyboardEvent, view: View, go: (view: View) => void) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const next = viewByKey(event.key, view);
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  go(next);
}

/** The cells that are compared, or all. */
function cellsOf({ data, open, compared }: PageState): CountedCells[] {
  const [known, pair] = [open.value, compared.value];
  if (!known) return [];
  if (!pair) {
    const all = Uint32Array.from({ length: data.n_cells }, (_, cell) => cell);
    const name = "all cells";
    return [
      {
        name,
        n_cells: all.length,
        open: known.count(all),
        color: ({ colors }) => colors.edge ?? "",
      },
    ];
  }
  return [pair.first, pair.second].map((group, at) => ({
    name: at === 0 ? pair.names[0] : pair.names[1],
    n_cells: group.length,
    open: known.count(group),
    color: ({ colors }) => colors[`g${at + 1}`] ?? "",
  }));
}
