/** What a page shows now: colors and chosen cells. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { numbers, packed } from "../arrays";
import type { Colors } from "../contract";
import { type CellChoice, type Compared, cellChoice, comparedIn } from "./cell-choice";
import type { OpenRegions } from "./open-regions";
import { lineOf, type PageData, type SavedGroup } from "./page-data";

/** The state of a page. */
export interface PageState {
  data: PageData;
  /** The counts; `undefined` until they are unpacked, or where the page has none. */
  open: ReadonlySignal<OpenRegions | undefined>;
  choice: CellChoice;
  compared: ReadonlySignal<Compared | undefined>;
  /** A column, a region, or nothing. */
  color_by: Signal<string>;
  colors: ReadonlySignal<Colors>;
  /** A category that is pointed at in the legend. */
  pointed: Signal<number | undefined>;
  labels: Signal<boolean>;
}

/** The state that a page begins with. */
export function pageState(
  data: PageData,
  open: ReadonlySignal<OpenRegions | undefined>,
): PageState {
  const choice = cellChoice(chosenOf(data.group1), chosenOf(data.group2), data.n_cells);
  const color_by = signal(data.color_by);
  const colors = computed(() => {
    const name = color_by.value;
    const known = data.colors.find((one) => one.color_by === name);
    if (known) return known;
    const region = data.regions.indexOf(name);
    const counts = open.value;
    if (region >= 0) return colorsOf(name, "seen open", counts?.seen([region]));
    const members = regionsOf(data, name);
    const what = "open regions in promoter and body (sum)";
    return colorsOf(name, what, members && counts?.seen(members));
  });
  return {
    ...{ data, open, choice, color_by, colors },
    compared: computed(() => comparedIn(choice.now.value, data.n_cells)),
    pointed: signal<number | undefined>(undefined),
    labels: signal(data.labels),
  };
}

function chosenOf({ cells, lines }: SavedGroup) {
  const drawn = lines.map(lineOf);
  return {
    cells: numbers(cells),
    polygons: drawn.flatMap(({ polygons }) => polygons),
    strokes: drawn.flatMap((line) => line.strokes ?? []),
  };
}

/** The regions in promoter and body of a gene; `undefined` where no gene has this name. */
export function regionsOf({ genes }: PageData, name: string): ArrayLike<number> | undefined {
  const gene = genes?.names.indexOf(name) ?? -1;
  if (!genes || gene < 0) return undefined;
  const starts = numbers(genes.starts);
  return numbers(genes.members).subarray(starts[gene], starts[gene + 1]);
}

/** Colors by how many of some regions are seen open; none where that is not known. */
function colorsOf(name: string, what: string, seen: Float32Array<ArrayBuffer> | undefined): Colors {
  const none = { codes: packed("int16", new Int16Array(0)), categories: [], counts: [] };
  const values = packed("float32", seen ?? new Float32Array(0));
  const kind = seen ? "number" : "none";
  return { ...none, kind, values, title: seen ? `${name}, ${what}` : "", color_by: name };
}
