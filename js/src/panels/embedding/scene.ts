/** The cells as the wire has them, put into a scatter: places, colors, groups, what is selected. */
import type { ReadonlySignal } from "@preact/signals-core";
import { numbers } from "../../arrays";
import type { EmbeddingState } from "../../contract";
import { labelsOf } from "../../draw/scatter/labels";
import type { Layer } from "../../draw/scatter/marks";
import type { Scatter } from "../../draw/scatter/scatter";
import type { CellGroup } from "../../draw/scatter/scene";
import type { Panel } from "../../panel";
import { count } from "../../ui/format";
import { coloringOf } from "./color-by";
import { movingCells } from "./moving-cells";
import { linesOf, type Selected } from "./selection";

const NO_CELLS = new Uint32Array(0);

/** Keep a scatter up to date with the wire. */
export function updateScene(
  scatter: Scatter,
  selected: ReadonlySignal<Selected>,
  { wire, watch, ended }: Pick<Panel<EmbeddingState, never>, "wire" | "watch" | "ended">,
): void {
  const [embedding, colors] = [wire.read("embedding"), wire.read("colors")];
  const [idx1, idx2, outlines] = [wire.read("idx1"), wire.read("idx2"), wire.read("outlines")];
  const [n_cells, basis] = [wire.read("n_cells"), wire.read("basis")];
  const names = wire.read("group_names");
  const dimensions = wire.read("shown_dimensions");
  const [layer_rows, layer_colors] = [wire.read("layer_rows"), wire.read("layer_colors")];
  const columns = wire.read("obs_columns");
  const showPlaces = movingCells(scatter, ended);
  watch(() => {
    showPlaces(numbers(embedding.value) as Float32Array<ArrayBuffer>, basis.value);
  });
  const colorsFor = (color_by: string) =>
    [colors.value, ...layer_colors.value].find((known) => known.color_by === color_by);
  watch(() => {
    const rows = layer_rows.value.filter(({ visible }) => visible);
    const layers = rows.flatMap((row): Layer[] => {
      const { kind, opacity, size, fill, outline, in_legend: legend } = row;
      if (kind === "groups") return [{ kind, fill, outline, opacity }];
      if (kind === "labels") return [];
      // the colors that the legend has stay until the new ones are there
      const found = legend ? colors.value : colorsFor(row.color_by);
      const coloring = coloringOf(found, row, columns.value);
      return [{ kind, coloring, opacity, size: size || undefined, legend }];
    });
    scatter.show({ layers });
  });
  watch(() => {
    const rows = layer_rows.value.filter(({ kind, visible }) => kind === "labels" && visible);
    const labels = rows.map(({ column, size, opacity }) => {
      const found = column ? colorsFor(column) : colors.value;
      if (found?.kind !== "category") return { labels: [], size, opacity };
      const places = numbers(embedding.value);
      return { labels: labelsOf(places, numbers(found.codes), found.categories), size, opacity };
    });
    scatter.show({ labels });
  });
  const groupOf = (group: 1 | 2, isRest: boolean): CellGroup | undefined => {
    const all = numbers((group === 1 ? idx1 : idx2).value);
    if (all.length === 0) return undefined;
    // values are what a person wants to see inside a group: then its line alone shows where it is
    const cells = colors.value.kind === "number" ? NO_CELLS : all;
    const lines = linesOf(outlines.value, group, basis.value, dimensions.value);
    const isDrawn = lines.polygons.length + lines.strokes.length > 0;
    const unit = all.length === 1 ? "cell" : "cells";
    const name = names.value[group - 1];
    const words = [`group ${group}`, ...(name ? [name] : []), `${count(all.length)} ${unit}`];
    const tag = words.join(" · ");
    // "all others" have no middle to write at
    return { cells, ...lines, tag: isRest && !isDrawn ? undefined : tag };
  };
  watch(() => {
    const sizes = [numbers(idx1.value).length, numbers(idx2.value).length] as const;
    const isSplit = sizes[0] + sizes[1] === n_cells.value;
    scatter.show({
      group1: groupOf(1, isSplit && sizes[0] > sizes[1]),
      group2: groupOf(2, isSplit && sizes[1] >= sizes[0]),
    });
  });
  watch(() => {
    const { cells, polygons, strokes } = selected.value;
    scatter.show({ pending: cells.length > 0 ? { cells, polygons, strokes } : undefined });
  });
}

/** What a cell is colored for, in words: its category, or its value. */
export function wordsOfCell(colors: EmbeddingState["colors"], cell: number): string {
  if (cell < 0) return "";
  if (colors.kind === "category") {
    return colors.categories[numbers(colors.codes)[cell] ?? -1] ?? "unknown";
  }
  if (colors.kind !== "number") return "";
  const value = numbers(colors.values)[cell];
  if (value === undefined || Number.isNaN(value)) return "no value";
  return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}
