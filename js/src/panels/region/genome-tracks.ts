/** What came over the wire of a stretch of the genome, as it is drawn and said. */
import { numbers } from "../../arrays";
import type { RegionState, RegionTracks, WireArray } from "../../contract";
import { categoryColor, isDark, type Palette } from "../../draw/color-scales";
import type { GenomeData, GenomeTrack } from "../../draw/genome/genome-data";
import { paletteOf } from "../embedding/color-by";

/** The parts of the genome as they are drawn; `marks` count only if they are of these regions. */
export function genomeDataOf(
  tracks: RegionTracks,
  marks: WireArray,
  layers: RegionState["layer_rows"],
  columns: RegionState["obs_columns"],
): GenomeData {
  const exons = rowsOf(tracks.exons);
  const places = rowsOf(tracks.gene_places);
  const genes = tracks.genes.map((name, at) => {
    const [start = 0, end = 0, strand = 0] = places[at] ?? [];
    const own = exons.filter(([gene]) => gene === at);
    return {
      ...{ name, start, end, isForward: strand === 1 },
      exons: own.map(([, from = 0, to = 0]) => [from, to] as const),
    };
  });
  const mark = numbers(marks);
  const isMarked = mark.length === tracks.regions.length;
  const regions = tracks.regions.map((name, at) => {
    const [start = 0, end = 0] = rowsOf(tracks.region_places)[at] ?? [];
    return { name, start, end, mark: isMarked ? (mark[at] as number) : 0 };
  });
  const palette = paletteFor(tracks.column, layers, columns);
  return {
    ...{ chromosome: tracks.chromosome, start: tracks.start, end: tracks.end, genes, regions },
    tracks: tracks.tracks.map((name, at): GenomeTrack => {
      const key = tracks.keys[at] ?? "";
      return {
        ...{ name, n_cells: tracks.n_cells[at] ?? 0 },
        color: ({ colors }) => colorOf(key, palette, colors),
        observed: rowOf(tracks.observed, at) ?? [],
        expected: rowOf(tracks.expected, at),
        coverage: rowOf(tracks.coverage, at),
      };
    }),
    cellTracks: numbers(tracks.cell_tracks),
    cellMarks: numbers(tracks.cell_marks),
  };
}

/** What is drawn, in a line. */
export function briefWords(tracks: RegionTracks): string {
  const { expected, coverage, coverage_words, regions_words } = tracks;
  const has = ({ shape }: WireArray) => (shape[0] ?? 0) > 0;
  return [
    regions_words.replace(/ are shown.*/, ""),
    "bars: share of open cells",
    has(expected) ? "lines: the same by the model" : "",
    has(coverage) ? "curves: cut sites, scaled by cells and depth" : coverage_words,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** What is drawn and how it is scaled. */
export function wordsOfTracks(tracks: RegionTracks): string {
  const { coverage_words, expected_words, regions_words } = tracks;
  return [
    regions_words,
    "Bars: share of the cells in which a region is seen open.",
    expected_words.replace(/^Model:/, "Lines, by the model:"),
    coverage_words,
    "All tracks have one scale. Regions that the table calls are in color, as an outline where they are not confirmed.",
  ]
    .filter(Boolean)
    .join(" ");
}

const known = new WeakMap<WireArray, number[][]>();

/** The rows of a table. */
function rowsOf(table: WireArray): number[][] {
  const before = known.get(table);
  if (before) return before;
  const [n = 0, width = 0] = table.shape;
  const values = numbers(table);
  const rows = Array.from({ length: n }, (_, row) =>
    Array.from(values.subarray(row * width, (row + 1) * width)),
  );
  known.set(table, rows);
  return rows;
}

/** One row of a table; nothing where the table is empty. */
function rowOf(table: WireArray, row: number): ArrayLike<number> | undefined {
  const [n = 0, width = 0] = table.shape;
  return row < n && width > 0 ? numbers(table).subarray(row * width, (row + 1) * width) : undefined;
}

/** The palette of a column where a layer of cells is colored by it. */
export function paletteFor(
  column: string,
  layers: RegionState["layer_rows"],
  columns: RegionState["obs_columns"],
): Palette | undefined {
  const layer = layers.find(({ color_by }) => color_by === column && column !== "");
  const { categories = [], colors } = columns.find(({ name }) => name === column) ?? {};
  return paletteOf(layer?.palette, categories, colors);
}

/** The color of a group of cells, by its key. */
export function colorOf(
  key: string,
  palette: Palette | undefined,
  colors: Readonly<Record<string, string>>,
): string {
  if (key === "1" || key === "2") return colors[`g${key}`] ?? "";
  if (!key.startsWith("c")) return colors.edge ?? "";
  return categoryColor(Number(key.slice(1)), palette)[
    isDark(colors.canvas ?? "") ? "dark" : "light"
  ];
}
