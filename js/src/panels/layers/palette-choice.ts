/** Which palette colors the categories of a layer. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { LayerRow, ObsColumn } from "../../contract";
import { PUBLISHED } from "../../draw/colors";
import type { PanelLifetime } from "../../panel";
import { select } from "../../ui/dom";
import { FROM_ADATA } from "../embedding/color-by";

const PALETTES = ["24 colors", ...Object.keys(PUBLISHED)]; // names that Python knows too
const OWN = " own"; // no palette has a name like that

/** Make the select: palettes by name, the AnnData's colors where there are some, and a list's. */
export function paletteChoice(
  active: ReadonlySignal<LayerRow | undefined>,
  columns: ReadonlySignal<ObsColumn[]>,
  change: (name: string) => void,
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const choice = select([], (name) => name !== OWN && change(name), {
    ended,
    testid: "layer-palette",
  });
  watch(() => {
    const { palette = "", color_by: name } = active.value ?? {};
    const isOwn = typeof palette !== "string";
    const hasColors = columns.value.some((one) => one.name === name && one.colors.length > 0);
    const n = isOwn ? Object.keys(palette).length : 0;
    choice.setChoices([
      ...PALETTES,
      ...(hasColors || palette === FROM_ADATA
        ? [{ value: FROM_ADATA, label: "from the AnnData" }]
        : []),
      ...(isOwn ? [{ value: OWN, label: `own, ${n} ${n === 1 ? "color" : "colors"}` }] : []),
    ]);
    choice.value = isOwn ? OWN : palette;
    choice.title = isOwn ? "Set in Python: layer.palette" : "";
  });
  return choice;
}
