/** How the active layer looks: its controls by its kind. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { Basis, LayerRow, LayersIntent, ObsColumn } from "../../contract";
import { COLORMAPS } from "../../draw/colors";
import type { PanelLifetime } from "../../panel";
import { columnChoices } from "../../ui/column-choices";
import { checkbox, h, row, select } from "../../ui/dom";
import { contrastRow } from "./contrast-row";
import { paletteChoice } from "./palette-choice";
import { layerSlider } from "./slider";

/** What a setting of a layer may be. */
export type Value = Extract<LayersIntent, { intent: "set_layer" }>["value"];

/** What the controls show, and how they change it. */
export interface LayerControls {
  active: ReadonlySignal<LayerRow | undefined>;
  columns: ReadonlySignal<ObsColumn[]>;
  bases: ReadonlySignal<Basis[]>;
  set(layer: string, setting: string, value: Value): void;
}

const DEPTH = { value: "depth", label: "depth (open regions)" };

/** Make the controls. */
export function layerControls(
  { active, columns, bases, set }: LayerControls,
  panel: PanelLifetime,
): HTMLElement {
  const { watch, ended } = panel;
  const to = (setting: keyof LayerRow) => (value: Value) => {
    const { name } = active.peek() ?? {};
    if (name) set(name, setting, value);
  };
  const named = (setting: string) => ({ ended, testid: `layer-${setting}` });

  const opacity = row(
    "opacity",
    layerSlider(
      {
        active,
        setting: "opacity",
        words: (value) => `${Math.round(100 * value)} %`,
        change: to("opacity"),
      },
      panel,
    ),
  );
  const size = row(
    "size",
    layerSlider(
      {
        active,
        setting: "size",
        words: (value) => (value ? `${value} px` : "auto"),
        change: to("size"),
      },
      panel,
    ),
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
  const palette = row("palette", paletteChoice(active, columns, to("palette"), panel));
  const colormap = row(
    "color map",
    choice("colormap", () => Object.keys(COLORMAPS)),
  );
  const column = row(
    "labels from",
    choice("column", () => [
      { value: "", label: "what colors the cells" },
      ...columnChoices(columns.value, "categories"),
    ]),
  );

  const limits = contrastRow(active, to("contrast_limits"), panel);
  const fill = checkbox("fill", to("fill"), {
    ...named("fill"),
    title: "Cells in the groups' colors",
  });
  const outline = checkbox("outline", to("outline"), {
    ...named("outline"),
    title: "The line that was drawn around them",
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
