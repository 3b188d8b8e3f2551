/** What a saved page holds, as Python wrote it: facts, places, columns, groups and the table. */
import type { WireArray } from "../arrays";
import type { Colors, DifferentialState, ObsColumn } from "../contract";
import type { Polygon, Stroke } from "../draw/polygon";
import type { ColorSettings } from "../panels/embedding/color-by";
import type { SavedTracks } from "./genome-window";
import type { SavedModel } from "./model/saved-model";

/** Cells by position, ascending, and the lines that were drawn round them. */
export interface SavedGroup {
  cells: WireArray<"uint32">;
  lines: readonly { polygon: Polygon; radius: number }[];
}

/** The comparison that was there. */
export interface SavedComparison {
  title: string;
  /** Whether it is of the groups, settings and weights that were there. */
  is_of_now: boolean;
  /** Its state, in words. */
  state: string;
  columns: NonNullable<DifferentialState["da_columns"]>;
  /** What is to be known about it, in sentences, the most important first. */
  sentences: readonly string[];
}

/** The gene of each region, and the regions in promoter and body of each gene. */
export interface SavedGenes {
  texts: readonly string[];
  codes: DifferentialState["gene_codes"];
  names: readonly string[];
  /** The regions of gene `i` are `members` from `starts[i]` to `starts[i + 1]`. */
  starts: WireArray<"uint32">;
  members: WireArray<"uint32">;
}

/** The marker regions that were there, one below the other. */
export interface SavedMarkers {
  /** The column whose categories they are of. */
  column: string;
  is_of_now: boolean;
  /** Category of each row, and its region by position. */
  groups: readonly string[];
  regions: WireArray<"uint32">;
  columns: Readonly<Record<string, WireArray>>;
}

/** All of the page but the counts. */
export interface PageData {
  title: string;
  /** Of what, by what and when, in short texts. */
  facts: readonly string[];
  /** What the person who saved the page has to say. */
  note: string;
  n_cells: number;
  n_regions: number;
  /** Names of the cells. */
  cells: readonly string[];
  regions: readonly string[];
  genes: SavedGenes | null;
  basis: string;
  points: WireArray<"float32" | "float64">;
  columns: readonly ObsColumn[];
  /** Of each column that can be colored by. */
  colors: readonly Colors[];
  color_by: string;
  settings: ColorSettings | null;
  labels: boolean;
  group1: SavedGroup;
  group2: SavedGroup;
  named: readonly { name: string; color: string; cells: WireArray<"uint32"> }[];
  comparison: SavedComparison | null;
  model: SavedModel | null;
  /** Why the page holds no model; empty if it holds one. */
  without_model: string;
  /** `null` where names of regions cannot be read. */
  tracks: SavedTracks | null;
  markers: SavedMarkers | null;
}

/** A line as a scatter draws it. */
export const lineOf = ({ polygon, radius }: SavedGroup["lines"][number]) =>
  radius > 0 ? { polygons: [], strokes: [{ path: polygon, radius }] } : { polygons: [polygon] };

/** Lines drawn round cells. */
export interface Lines {
  polygons: readonly Polygon[];
  strokes: readonly Stroke[];
}
