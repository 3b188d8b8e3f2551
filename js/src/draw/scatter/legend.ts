/** What the colors mean: categories with their counts, or a bar for values. */
import { h, READ_ONLY_CONTROL } from "../../ui/dom";
import { count as grouped, short } from "../../ui/format";
import { categoryColor, type Palette, themed, UNKNOWN, valueGradient } from "../color-scales";

/** What there is to explain. */
export type LegendContent =
  | { kind: "none" }
  | {
      kind: "categories";
      title: string;
      /** One for each code; those that no cell has are left out. */
      names: readonly string[];
      counts: ArrayLike<number>;
      /** Cells without a category. */
      unknown?: number;
      palette?: Palette | undefined;
    }
  | {
      kind: "values";
      title: string;
      limits: readonly [low: number, high: number];
      /** What a number counts, such as "counts per cell". */
      unit?: string;
      /** Cells without a value. */
      unknown?: number;
      colormap?: string | undefined;
    };

/** A legend and the way to change what it explains. */
export interface Legend {
  el: HTMLElement;
  show(content: LegendContent): void;
}

/** More categories than this get a search field. */
const SEARCH_FROM = 13;

/** Make a legend. */
export function createLegend(options: {
  ended: AbortSignal;
  /** The category that is pointed at, by pointer or keyboard; `undefined` when none is. */
  onHover?: (code: number | undefined) => void;
  /** The category that was clicked. */
  onPick?: (code: number) => void;
}): Legend {
  const { ended, onHover, onPick } = options;
  const title = h("span", { class: "pv-dim" });
  const search = h("input", {
    type: "search",
    class: "pv-field pv-legend-search",
    ...READ_ONLY_CONTROL,
    placeholder: "search",
    "aria-label": "Search the legend",
  });
  const list = h("ul", { class: "pv-list pv-legend-list" });
  const nothing = h("p", { class: "pv-text pv-dim" }, "No category of that name.");
  const bar = h("div", { class: "pv-legend-bar" });
  const el = h(
    "section",
    { class: "pv-section pv-legend", "aria-label": "Legend", "data-testid": "legend" },
    h("h3", { class: "pv-title" }, "Legend", title),
    search,
    list,
    nothing,
    bar,
  );

  let pointed: number | undefined;
  const point = (code: number | undefined) => {
    if (code === pointed) return;
    pointed = code;
    onHover?.(code);
  };
  const codeOf = (event: Event): number | undefined => {
    const entry = (event.target as Element | null)?.closest<HTMLElement>("[data-code]");
    return entry ? Number(entry.dataset.code) : undefined;
  };
  const filter = () => {
    const words = search.value.trim().toLowerCase();
    let found = 0;
    for (const item of list.children as HTMLCollectionOf<HTMLElement>) {
      item.hidden = !(item.dataset.name ?? "").includes(words);
      if (!item.hidden) found++;
    }
    nothing.hidden = list.children.length === 0 || found > 0;
  };
  list.addEventListener("pointerover", (event) => point(codeOf(event)), { signal: ended });
  list.addEventListener("pointerleave", () => point(undefined), { signal: ended });
  list.addEventListener("focusin", (event) => point(codeOf(event)), { signal: ended });
  list.addEventListener("focusout", () => point(undefined), { signal: ended });
  list.addEventListener(
    "click",
    (event) => {
      const code = codeOf(event);
      if (code !== undefined) onPick?.(code);
    },
    { signal: ended },
  );
  search.addEventListener("input", filter, { signal: ended });

  const show = (content: LegendContent) => {
    point(undefined);
    el.hidden = content.kind === "none";
    title.textContent = content.kind === "none" ? "" : content.title;
    const entries = content.kind === "categories" ? entriesOf(content, Boolean(onPick)) : [];
    list.replaceChildren(...entries);
    list.hidden = entries.length === 0;
    search.hidden = entries.length < SEARCH_FROM;
    search.value = "";
    bar.hidden = content.kind !== "values";
    bar.replaceChildren(...(content.kind === "values" ? barOf(content) : []));
    filter();
  };
  show({ kind: "none" });
  return { el, show };
}

function entriesOf(
  { names, counts, unknown = 0, palette }: LegendContent & { kind: "categories" },
  canPick: boolean,
): HTMLElement[] {
  const entries = names.flatMap((name, code) => {
    const cells = counts[code] ?? 0;
    if (cells === 0) return [];
    const inside = entryOf(name, cells, themed(categoryColor(code, palette)));
    const title = `${canPick ? "Select " : ""}${name}: ${grouped(cells)} cells`;
    return h(
      "li",
      { "data-name": name.toLowerCase() },
      h(
        "button",
        { type: "button", class: "pv-legend-entry", title, "data-code": code },
        ...inside,
      ),
    );
  });
  if (unknown > 0) {
    const inside = entryOf("unknown", unknown, themed(UNKNOWN));
    entries.push(
      h("li", { "data-name": "unknown" }, h("span", { class: "pv-legend-entry" }, ...inside)),
    );
  }
  return entries;
}

function entryOf(name: string, cells: number, color: string): HTMLElement[] {
  return [
    h("span", { class: "pv-swatch", style: `background: ${color}` }),
    h("span", { class: "pv-legend-name" }, name),
    h("em", {}, grouped(cells)),
  ];
}

function barOf({
  limits: [low, high],
  unit,
  unknown = 0,
  colormap,
}: LegendContent & { kind: "values" }): HTMLElement[] {
  const gradient = (dark: boolean) =>
    h("i", { style: `background: ${valueGradient(dark, colormap)}` });
  const parts: HTMLElement[] = [
    h("div", { class: "pv-legend-ramp", "aria-hidden": "true" }, gradient(false), gradient(true)),
    h(
      "div",
      { class: "pv-legend-limits" },
      h("span", {}, short(low)),
      h("span", { class: "pv-dim" }, unit ?? ""),
      h("span", {}, short(high)),
    ),
  ];
  if (unknown > 0) {
    const inside = entryOf("no value", unknown, themed(UNKNOWN));
    parts.push(h("div", { class: "pv-legend-entry" }, ...inside));
  }
  return parts;
}
