/** How the active layer looks: its controls by its kind. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { Basis, LayerRow, LayersIntent, ObsColumn } from "../../contract";
import { COLORMAPS, PUBLISHED } from "../../draw/colors";
import type { Panel } from "../../panel";
import { columnChoices } from "../../ui/column-choices";
import { button, checkbox, h, numberField, range, row, select } from "../../ui/dom";
import { paced } from "../../ui/throttle";
import { FROM_ADATA } from "../embedding/color-by";

/** What a setting of a layer may be. */
export type Value = Extract<LayersIntent, { intent: "set_layer" }>["value"];

/** What the controls show, and how they change it. */
export interface LayerControls {
  active: ReadonlySignal<LayerRow | undefined>;
  columns: ReadonlySignal<ObsColumn[]>;
  bases: ReadonlySignal<Basis[]>;
  set(layer: string, setting: string, value: Value): void;
}

const PALETTES = ["24 colours", ...Object.keys(PUBLISHED)];
const OWN = " own"; // no palette has a name like that
const DEPTH = { value: "depth", label: "depth (open regions)" };

/** Make the controls. */
export function layerControls(
  { active, columns, bases, set }: LayerControls,
  { watch, ended }: Pick<Panel<object, never>, "watch" | "ended">,
): HTMLElement {
  const to = (setting: keyof LayerRow) => (value: Value) => {
    const { name } = active.peek() ?? {};
    if (name) set(name, setting, value);
  };
  const named = (setting: string) => ({ ended, testid: `layer-${setting}` });

  const slider = (setting: "opacity" | "size", words: (value: number) => string) => {
    const send = paced(to(setting), ended);
    const change = (value: number) => {
      said.value = words(value);
      send.give(value);
    };
    const input = range(change, { ...named(setting), min: 0, max: 1, step: 0.01 });
    const keep = (event: KeyboardEvent) => {
      if (/^(Arrow|Delete)/.test(event.key)) event.stopPropagation(); // here they move the slider
    };
    input.addEventListener("keydown", keep, { signal: ended });
    const said = h("output", { class: "pv-num", "aria-live": "off" });
    watch(() => {
      const { kind, [setting]: value } = active.value ?? { kind: "cells", [setting]: 0 };
      if (send.busy.value) return; // what comes in may be older than what is on show
      const [low, high] = setting === "opacity" ? [0, 1] : kind === "labels" ? [6, 48] : [0, 20];
      Object.assign(input, { min: low, max: high, step: setting === "opacity" ? 0.01 : 0.5 });
      input.valueAsNumber = Number(value);
      said.value = words(Number(value));
    });
    return h("span", { class: "pv-slider" }, input, said);
  };
  const opacity = row(
    "opacity",
    slider("opacity", (value) => `${Math.round(100 * value)} %`),
  );
  const size = row(
    "size",
    slider("size", (value) => (value ? `${value} px` : "fits")),
  );

  const choice = (
    setting: "color_by" | "colormap" | "column" | "basis",
    offered: (now: string) => Parameters<typeof select>[0],
  ) => {
    const chosen = select([], to(setting), named(setting));
    watch(() => {
      const now = active.value?.[setting] ?? "";
      chosen.setChoices(offered(now));
      chosen.value = now;
    });
    return chosen;
  };
  const isColumn = (name: string) => columns.value.some((column) => column.name === name);
  const color_by = row(
    "color by",
    choice("color_by", (now) => [
      { value: "", label: "nothing" },
      ...columnChoices(columns.value, "color"),
      ...(isColumn("depth") ? [] : [DEPTH]),
      ...(now && now !== "depth" && !isColumn(now) ? [now] : []),
    ]),
  );
  const basis = row(
    "basis",
    choice("basis", () => bases.value.map(({ name }) => name)),
  );
  const palette = row("palette", palettes());
  const colormap = row(
    "color map",
    choice("colormap", () => Object.keys(COLORMAPS)),
  );
  const column = row(
    "names of",
    choice("column", () => [
      { value: "", label: "what colors the cells" },
      ...columnChoices(columns.value, "categories"),
    ]),
  );

  /** Those by name, the colors that came along where there are some, and a person's own. */
  function palettes(): HTMLElement {
    const chosen = select([], (name) => name !== OWN && to("palette")(name), named("palette"));
    watch(() => {
      const { palette: now = "", color_by: name } = active.value ?? {};
      const isOwn = typeof now !== "string";
      const come = columns.value.some((one) => one.name === name && one.colors.length > 0);
      const n = isOwn ? Object.keys(now).length : 0;
      chosen.setChoices([
        ...PALETTES,
        ...(come || now === FROM_ADATA ? [{ value: FROM_ADATA, label: "from the AnnData" }] : []),
        ...(isOwn ? [{ value: OWN, label: `own, ${n} ${n === 1 ? "color" : "colors"}` }] : []),
      ]);
      chosen.value = isOwn ? OWN : now;
      chosen.title = isOwn ? "Set in Python: layer.palette" : "";
    });
    return chosen;
  }

  const tell = () => {
    const both = [low, high].map(({ value }) => value);
    const fits = both.every(Number.isFinite) && (both[0] as number) < (both[1] as number);
    for (const { input } of [low, high]) input.setAttribute("aria-invalid", String(!fits));
    if (fits) to("contrast_limits")(both);
  };
  const low = numberField(tell, { ...named("low"), label: "colors begin at" });
  const high = numberField(tell, { ...named("high"), label: "colors end at" });
  const fit = button("fit", () => to("contrast_limits")([]), {
    asks: true,
    ...named("fit"),
    title: "Between the limits that hold the middle 98 % of the cells",
  });
  const limits = h("div", { class: "pv-row pv-limits" }, h("span", {}, "contrast"), low.el);
  limits.append(high.el, fit);
  const known = ["", ""];
  watch(() => {
    const now = active.value?.contrast_limits ?? [];
    [low, high].forEach(({ input }, at) => {
      const text = now[at] === undefined ? "" : String(now[at]);
      const isTypedIn = (input.getRootNode() as Document | ShadowRoot).activeElement === input;
      if (isTypedIn && text === known[at]) return; // news of the other: let the person type on
      known[at] = text;
      if (input.value !== text) input.value = text;
      input.placeholder = at === 0 ? "low" : "high";
      input.removeAttribute("aria-invalid");
    });
    fit.disabled = now.length === 0;
  });

  const fill = checkbox("fill", to("fill"), {
    ...named("fill"),
    title: "Cells in the groups' colors",
  });
  const outline = checkbox("outline", to("outline"), {
    ...named("outline"),
    title: "The line that was drawn round them",
  });
  const checks = h("div", { class: "pv-line" }, fill.el, outline.el);
  watch(() => {
    fill.input.checked = active.value?.fill ?? false;
    outline.input.checked = active.value?.outline ?? false;
  });

  const isNumber = computed(() => {
    const name = active.value?.color_by;
    const found = columns.value.find((one) => one.name === name);
    return Boolean(name) && (found?.kind ?? "number") === "number";
  });
  watch(() => {
    const { kind, color_by: name } = active.value ?? {};
    for (const one of [color_by, palette, colormap, limits]) one.hidden = kind !== "cells";
    basis.hidden = kind !== "cells" || bases.value.length < 2;
    palette.hidden ||= isNumber.value || name === "";
    colormap.hidden ||= !isNumber.value;
    limits.hidden ||= !isNumber.value;
    size.hidden = kind === "groups";
    checks.hidden = kind !== "groups";
    column.hidden = kind !== "labels";
  });
  const title = h("span", { class: "pv-dim" });
  const el = h(
    "section",
    { class: "pv-section pv-layer-controls", "aria-label": "Layer controls" },
    h("h3", { class: "pv-title" }, "Layer controls", title),
    ...[color_by, column, checks, opacity, size, palette, colormap, limits, basis],
  );
  watch(() => {
    title.textContent = active.value?.name ?? "";
    el.hidden = !active.value;
  });
  return el;
}
