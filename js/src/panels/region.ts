/** A stretch of the genome: its genes and regions, and how open it is in each group of cells. */
import type { RegionIntent, RegionState } from "../contract";
import { possibleView, type View } from "../draw/genome/genome-data";
import { genomeView, viewByKey } from "../draw/genome/genome-view";
import { definePanel } from "../panel";
import { h, say } from "../ui/dom";
import { count } from "../ui/format";
import { notices } from "../ui/notices";
import { regionLink } from "./comparison/region-link";
import { briefWords, genomeDataOf, wordsOfTracks } from "./region/genome-tracks";
import { fragmentsRow, regionHead } from "./region/region-head";
import { regionStrip } from "./region/region-strip";

const REST = 150; // ms after the last movement until Python is asked for what is in sight

export default definePanel<RegionState, RegionIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const [window, tracks, marks] = [
    wire.read("region_window"),
    wire.read("region_tracks"),
    wire.read("region_marks"),
  ];
  const [columns, layers, n_regions] = [
    wire.read("obs_columns"),
    wire.read("layer_rows"),
    wire.read("n_regions"),
  ];
  let chromosome = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  const plot = genomeView({
    ended,
    testid: "region-plot",
    changed: (view) => changed(view),
    select: (name) => link.color(name),
  });
  const link = regionLink(panel, (region) => {
    plot.selected = region;
  });
  function changed(view: View) {
    where.value = written(chromosome, view);
    clearTimeout(timer);
    timer = setTimeout(askForView, REST);
  }
  function askForView() {
    timer = undefined;
    wire.ask({ intent: "show_region", where: written(chromosome, plot.view) });
  }
  ended.addEventListener("abort", () => clearTimeout(timer), { once: true });

  const scroller = h(
    "div",
    {
      class: "pv-genome-scroll",
      tabindex: 0,
      role: "group",
      "aria-label": "Genome: arrow keys move, plus and minus zoom",
      "data-testid": "region-keys",
    },
    plot.el,
  );
  const move = (view: View) => {
    plot.view = view;
    changed(view);
  };
  const { el: head, where, state, save } = regionHead(plot, move, panel);
  scroller.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const view = viewByKey(event.key, plot.view);
      if (!view) return;
      event.preventDefault();
      event.stopPropagation();
      move(view);
    },
    { signal: ended },
  );

  const body = h("div", { class: "pv-region-body" }, scroller, regionStrip(panel));
  const brief = h("summary");
  const whole = h("p", { class: "pv-text", "data-testid": "region-words" });
  const words = h("details", { class: "pv-differences" }, brief, whole, fragmentsRow(panel));
  const empty = h("div", { class: "pv-empty", "data-testid": "region-empty" });

  watch(() => {
    const now = window.value;
    const isOpen = now !== null;
    for (const part of [body, words]) part.hidden = !isOpen;
    empty.hidden = isOpen;
    save.disabled = !isOpen;
    say(
      empty,
      n_regions.value === 0
        ? "Open data first."
        : "Type a gene (MS4A1) or a place (chr11:60,400,000-60,500,000) above, or click a region in the table or the volcano plot.",
    );
    if (!now || timer !== undefined || plot.isHeld) return; // a person is on the way elsewhere
    chromosome = now.chromosome;
    plot.view = possibleView(now);
    where.value = written(chromosome, now);
  });
  watch(() => {
    const [now, found] = [window.value, ofWindow(tracks.value, window.value)];
    state.value = now && !found ? "updating" : "";
    plot.isStale = now !== null && !found;
    if (!found) return;
    words.toggleAttribute("data-known", true);
    plot.show(genomeDataOf(found, marks.value, layers.value, columns.value));
    say(brief, briefWords(found));
    say(whole, wordsOfTracks(found));
  });

  const section = h(
    "section",
    {
      class: "pv-panel pv-fill pv-region",
      "aria-label": "Genome",
      "data-testid": "region-panel",
    },
    ...[head, body, empty, words, notices(panel)],
  );
  el.append(section);
  const seen = new ResizeObserver(() => {
    const is = section.clientHeight > 0;
    if (is !== wire.read("is_shown").peek()) wire.write("is_shown", is);
  });
  seen.observe(section);
  ended.addEventListener("abort", () => seen.disconnect(), { once: true });
});

/** What was found, if it is of some of the window that is looked at. */
function ofWindow(found: RegionState["region_tracks"], now: RegionState["region_window"]) {
  if (!found || !now || found.chromosome !== now.chromosome) return null;
  return found.start < now.end && found.end > now.start ? found : null;
}

const written = (chromosome: string, { start, end }: View) =>
  `${chromosome}:${count(start)}-${count(end)}`;
