/** A stretch of the genome to look along: drag to move, wheel and keys to zoom, a click on a region. */
import { count, percent } from "../../ui/format";
import { placeIn } from "../../ui/pointer-place";
import { themeColors } from "../../ui/theme";
import { plotFrame } from "../plots/plot-frame";
import { type GenomeData, moved, type View, zoomed } from "./genome-data";
import { drawGenome, type GenomeLayout, genomeLayout, placer } from "./genome-drawing";
import { genomeGestures } from "./genome-gestures";

/** How it is made. */
export interface GenomeOptions {
  ended: AbortSignal;
  testid?: string;
  /** Another stretch is in sight, because a person wants it. */
  changed(view: View): void;
  /** A region was clicked. */
  select(name: string): void;
}

/** It. */
export interface GenomeView {
  el: HTMLElement;
  get view(): View;
  set view(view: View);
  /** Whether a person moves it at this moment. */
  get isHeld(): boolean;
  showCells: boolean;
  /** The region that is marked. */
  selected: string;
  /** Whether the picture is of another place than the one in sight. */
  isStale: boolean;
  show(data: GenomeData): void;
  /** A picture of what is in sight, as a PNG. */
  picture(take: (blob: Blob | null) => void): void;
}

const STEP = 0.25; // of the width, by an arrow key
const NEAR = 4; // pixels beside a region

/** Make it; it is drawn once its element has a size. */
export function genomeView({ ended, testid, changed, select }: GenomeOptions): GenomeView {
  let data: GenomeData = {
    ...{ chromosome: "", start: 0, end: 1, genes: [], regions: [], tracks: [] },
    ...{ cellTracks: [], cellMarks: [] },
  };
  let view: View = { start: 0, end: 1 };
  let layout: GenomeLayout | undefined;
  let [showCells, selected, hovered] = [false, "", -1];
  let [isHeld, isStale] = [false, false];

  const frame = plotFrame({
    ended,
    class: "pv-genome",
    testid,
    layOut: () => {
      const { clientWidth: width, clientHeight: height } = scroller();
      layout = genomeLayout(data, view, { width, height }, showCells);
      el.style.height = `${Math.max(layout.height, height)}px`;
    },
    draw: (pen) => {
      if (layout) drawGenome(pen, data, view, layout, showCells);
    },
    drawAbove: ({ ctx, colors, size }) => {
      const x = placer(view, size.width);
      data.regions.forEach(({ name, start, end }, at) => {
        if (name !== selected && at !== hovered) return;
        ctx.globalAlpha = name === selected ? 0.2 : 0.1;
        ctx.fillStyle = colors.accent;
        ctx.fillRect(x(start) - 2, 18, Math.max(3, x(end) - x(start)) + 4, size.height);
      });
      ctx.globalAlpha = 1;
    },
  });
  const { el } = frame;
  const scroller = () => el.parentElement ?? el;
  function redraw() {
    el.setAttribute("aria-label", isStale ? "Genome, updating" : summary(data, view));
    frame.redraw();
  }
  redraw();

  function go(next: View) {
    if (next.start === view.start && next.end === view.end) return;
    view = next;
    hover(-1);
    redraw();
    changed(view);
  }
  const width = () => frame.size.width || 1;
  const placeAt = (event: MouseEvent) =>
    view.start + (placeIn(el, event)[0] / width()) * (view.end - view.start);

  function under(event: MouseEvent): number {
    const [place, near] = [placeAt(event), (NEAR / width()) * (view.end - view.start)];
    let [best, least] = [-1, near];
    data.regions.forEach(({ start, end }, at) => {
      const away = Math.max(0, start - place, place - end);
      if (away <= least && (best < 0 || away < least)) [best, least] = [at, away];
    });
    return best;
  }
  function hover(at: number, event?: MouseEvent) {
    if (at === hovered && at < 0) return;
    hovered = at;
    const place = event ? placeIn(el, event) : ([0, 0] as const);
    const { scrollTop: top, clientHeight } = scroller();
    const track = layout ? Math.floor((place[1] - layout.tracks) / layout.track) : -1;
    frame.tip(at < 0 ? "" : inWords(data, at, track), place, { top, bottom: top + clientHeight });
    frame.redrawAbove();
  }
  genomeGestures(
    el,
    {
      view: () => view,
      scroller,
      go,
      settle: () => changed(view),
      hover: (event) => hover(event ? under(event) : -1, event),
      click: (event) => {
        const region = data.regions[under(event)];
        if (region) select(region.name);
      },
      hold: (is) => {
        isHeld = is;
      },
    },
    ended,
  );
  const observer = new ResizeObserver(redraw);
  queueMicrotask(() => !ended.aborted && observer.observe(scroller()));
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });

  return {
    el,
    get view() {
      return view;
    },
    set view(next: View) {
      if (next.start === view.start && next.end === view.end) return;
      view = next;
      redraw();
    },
    get isHeld() {
      return isHeld;
    },
    get showCells() {
      return showCells;
    },
    set showCells(next: boolean) {
      showCells = next;
      redraw();
    },
    get selected() {
      return selected;
    },
    set selected(name: string) {
      selected = name;
      frame.redrawAbove();
    },
    get isStale() {
      return isStale;
    },
    set isStale(next: boolean) {
      isStale = next;
      el.toggleAttribute("data-stale", next);
      redraw();
    },
    show(next) {
      data = next;
      hover(-1);
      redraw();
    },
    picture(take) {
      const drawn = el.querySelector("canvas");
      if (!drawn) return take(null);
      const { width, height } = drawn;
      const whole = Object.assign(document.createElement("canvas"), { width, height });
      const ctx = whole.getContext("2d");
      if (!ctx) return take(null);
      ctx.fillStyle = themeColors(el, ["canvas"]).canvas;
      ctx.fillRect(0, 0, width, height);
      ctx.drawImage(drawn, 0, 0);
      whole.toBlob(take);
    },
  };
}

/** Where a key leads; nothing for other keys. */
export function viewByKey(key: string, view: View): View | undefined {
  const step = STEP * (view.end - view.start);
  switch (key) {
    case "ArrowLeft":
      return moved(view, -step);
    case "ArrowRight":
      return moved(view, step);
    case "+":
    case "=":
      return zoomed(view, 2);
    case "-":
      return zoomed(view, 0.5);
  }
  return undefined;
}

/** What is said of a region under the pointer: of the track that is pointed at, or of all. */
function inWords({ chromosome, regions, tracks }: GenomeData, at: number, track: number): string {
  const region = regions[at];
  if (!region) return "";
  const verdict =
    ["", "called, not confirmed", "called and confirmed", "called"][region.mark] ?? "";
  const place = `${chromosome}:${count(region.start)}-${count(region.end)}`;
  return [
    place,
    ...(verdict ? [verdict] : []),
    ...(tracks[track] ? [tracks[track]] : tracks).map(({ name, observed, expected }) => {
      const model = expected ? ` (model ${percent(expected[at] as number)})` : "";
      return `${name}: open in ${percent(observed[at] as number)}${model}`;
    }),
  ].join("\n");
}

/** All of it in a sentence or two, for who does not see it. */
function summary(data: GenomeData, view: View): string {
  if (!data.chromosome) return "Genome, nothing shown yet";
  const here = ({ start, end }: View) => end > view.start && start < view.end;
  const genes = data.genes.filter(here).map(({ name }) => name);
  const regions = data.regions.filter(here);
  const called = regions.filter(({ mark }) => mark > 0).length;
  const named = genes.slice(0, 8).join(", ") + (genes.length > 8 ? " and others" : "");
  const top = data.tracks
    .map(({ name, observed }) => {
      const shares = data.regions.map((region, at) => (here(region) ? (observed[at] ?? 0) : 0));
      return `${name} up to ${percent(Math.max(0, ...shares))}`;
    })
    .join(", ");
  return (
    `${data.chromosome}:${count(view.start)}-${count(view.end)}. ` +
    `${genes.length ? `Genes: ${named}` : "No genes"}. ` +
    `${count(regions.length)} ${regions.length === 1 ? "region" : "regions"}, ${count(called)} of them called. Open: ${top || "no cells"}.`
  );
}
