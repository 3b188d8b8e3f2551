/** What the cells are colored by: a column, or how accessible a region is; and what the colors mean. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { numbers } from "../../arrays";
import type { Colors, LayerRow, ObsColumn } from "../../contract";
import type { Palette } from "../../draw/color-scales";
import { createLegend, type LegendContent } from "../../draw/scatter/legend";
import type { Coloring } from "../../draw/scatter/marks";
import type { PanelLifetime } from "../../panel";
import { columnChoices, whyNot } from "../../ui/column-choices";
import { h, row, select } from "../../ui/dom";

/** What the sections show and offer. */
export interface ColorState {
  color_by: ReadonlySignal<string>;
  colors: ReadonlySignal<Colors>;
  layers: ReadonlySignal<LayerRow[]>;
  columns: ReadonlySignal<ObsColumn[]>;
  n_cells: ReadonlySignal<number>;
  colorBy(name: string): void;
  /** The category that is pointed at, by its code. */
  point(code: number | undefined): void;
  /** A category was clicked, perhaps with a key held. */
  pick(code: number, event: MouseEvent | undefined): void;
}

const A_REGION = " a region"; // no column has a name like that

/** Make the control and the legend, one under the other. */
export function colorSections(
  state: ColorState,
  { watch, ended }: PanelLifetime,
  ...below: HTMLElement[]
): HTMLElement[] {
  const { color_by, colors, layers, columns, n_cells, colorBy, point, pick } = state;
  const typing = signal(false);
  const choose = (name: string) => {
    typing.value = name === A_REGION;
    if (typing.value) region.focus();
    else if (name !== color_by.value) colorBy(name);
  };
  const by = select([], choose, {
    ended,
    testid: "color-by",
    label: "color by",
    title: "A column of the cells, or a region's accessibility",
  });
  const region = h("input", {
    class: "pv-field pv-mono",
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "chr7:1000-1500",
    "aria-label": "region to color by",
    "data-testid": "color-by-region",
  });
  region.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") typing.value = false;
      else if (event.key === "Enter" && region.value.trim()) {
        asked = { name: regionName(region.value), before: color_by.peek() };
        colorBy(asked.name);
      } else return;
      event.preventDefault(); // or the select that gets the focus opens by the same key
      by.focus();
    },
    { signal: ended },
  );
  const regionRow = row("region", region, "Type it as in the table, then press Enter");
  const notColored = h("p", { class: "pv-text pv-dim", "data-testid": "not-colored" });
  watch(() => {
    const name = color_by.value;
    const known = columns.value.some((column) => column.name === name);
    by.setChoices([
      { value: "", label: "nothing" },
      ...columnChoices(columns.value, "color"),
      ...(name && !known ? [{ value: name, label: name }] : []),
      { value: A_REGION, label: "a region or gene…" },
    ]);
    by.disabled = n_cells.value === 0;
    by.value = typing.value ? A_REGION : name;
    regionRow.hidden = !typing.value;
    const chosen = columns.value.find((column) => column.name === name);
    const why = chosen ? whyNot(chosen, "color") : "";
    notColored.textContent = why && `Not colored by ${name}: ${why}.`;
    notColored.hidden = why === "";
  });
  let last = color_by.value;
  let asked: { name: string; before: string } | undefined; // it may be refused
  watch(() => {
    if (colors.value.color_by === asked?.name) asked = undefined;
  });
  watch(() => {
    const name = color_by.value;
    if (name === last) return;
    typing.value = last === asked?.name && name === asked?.before; // what was typed stays
    last = name;
  });

  let clicked: MouseEvent | undefined;
  const legend = createLegend({
    ended,
    onHover: point,
    onPick: (code) => pick(code, clicked),
  });
  const remember = (event: MouseEvent) => {
    clicked = event;
  };
  legend.el.addEventListener("click", remember, { signal: ended, capture: true });
  const settings = computed(() => colorSettingsOf(layers.value));
  watch(() => legend.show(legendOf(colors.value, JSON.parse(settings.value), columns.value)));
  watch(() => {
    const { title } = colors.value;
    const is = title === color_by.value || title.startsWith(`${color_by.value}, `);
    legend.el.setAttribute("aria-busy", String(color_by.value !== "" && !is));
  });
  const el = h(
    "section",
    { class: "pv-section", "aria-label": "Color" },
    h("div", { class: "pv-title" }, h("h3", { class: "pv-title" }, "Color by"), by),
    regionRow,
    notColored,
    ...below,
  );
  return [el, legend.el];
}

/** The color settings of a layer. */
export type ColorSettings = Pick<LayerRow, "palette" | "colormap" | "contrast_limits">;

/** The color settings of the layer that the legend describes, as text, so that equal ones compare equal. */
function colorSettingsOf(layers: readonly LayerRow[]): string {
  const { palette, colormap, contrast_limits } = layers.find((row) => row.in_legend) ?? {};
  return JSON.stringify({ palette, colormap, contrast_limits });
}

const plain = new WeakMap<Colors, Coloring>();

/** How a scatter colors the cells. */
export function coloringOf(
  colors: Colors | undefined,
  settings?: ColorSettings,
  columns: readonly ObsColumn[] = [],
): Coloring {
  if (!colors) return { kind: "none" };
  const known = plain.get(colors) ?? plainOf(colors);
  plain.set(colors, known);
  if (known.kind === "categories") {
    const own = columns.find(({ name }) => name === colors.color_by)?.colors;
    return { ...known, palette: paletteOf(settings?.palette, colors.categories, own) };
  }
  if (known.kind === "none") return known;
  const [low, high] = settings?.contrast_limits ?? [];
  const limits = low === undefined || high === undefined ? known.limits : ([low, high] as const);
  return { ...known, limits, colormap: settings?.colormap };
}

/** A palette as it is drawn: a table by names becomes a list by codes. */
export function paletteOf(
  palette: ColorSettings["palette"] | undefined,
  categories: readonly string[],
  own: readonly string[] = [],
): Palette | undefined {
  if (palette === FROM_ADATA) return own;
  if (palette === undefined || typeof palette === "string" || Array.isArray(palette))
    return palette;
  return categories.map((name) => palette[name] ?? "");
}

/** The palette of the colors that came with the counts. */
export const FROM_ADATA = "adata";

function plainOf(colors: Colors): Coloring {
  if (colors.kind === "category") {
    return { kind: "categories", codes: numbers(colors.codes), n: colors.categories.length };
  }
  if (colors.kind === "number") {
    const values = numbers(colors.values);
    return { kind: "values", values, limits: limitsOf(values) };
  }
  return { kind: "none" };
}

/** What the legend says of some colors. */
export function legendOf(
  colors: Colors,
  settings: ColorSettings | undefined,
  columns: readonly ObsColumn[],
): LegendContent {
  const coloring = coloringOf(colors, settings, columns);
  if (coloring.kind === "categories") {
    const { title, categories: names, counts } = colors;
    const known = counts.reduce((sum, cells) => sum + cells, 0);
    const unknown = coloring.codes.length - known;
    return { kind: "categories", title, names, counts, unknown, palette: coloring.palette };
  }
  if (coloring.kind === "values") {
    const { limits, colormap } = coloring;
    const [title = "", unit = ""] = colors.title.split(", ");
    let unknown = 0;
    for (const value of numbers(colors.values)) if (Number.isNaN(value)) unknown++;
    return { kind: "values", title, unit, limits, unknown, colormap };
  }
  return { kind: "none" };
}

const MOST_SORTED = 50_000;
const TAIL = 0.01; // of the cells at either end, so that a few outliers do not take all the colors

/** Between which values the colors run: the middle 98 % of the cells. */
export function limitsOf(values: ArrayLike<number>): [number, number] {
  const step = Math.max(1, Math.ceil(values.length / MOST_SORTED));
  const some: number[] = [];
  for (let i = 0; i < values.length; i += step) {
    const value = values[i] as number;
    if (Number.isFinite(value)) some.push(value);
  }
  const sorted = Float64Array.from(some).sort();
  const last = sorted.length - 1;
  if (last < 0) return [0, 0];
  const at = (share: number) => sorted[Math.round(share * last)] as number;
  const [low, high] = [readable(at(TAIL)), readable(at(1 - TAIL))];
  return low < high ? [low, high] : [at(0), at(1)];
}

const readable = (value: number) => Number(value.toPrecision(3));

/** "chr7: 1,000-1,500" as "chr7:1000-1500". */
export const regionName = (text: string): string => text.replace(/\s/g, "").replaceAll(",", "");
