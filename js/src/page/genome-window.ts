/** What lies around a region or a gene of a page, and how open it is in the cells that are compared. */
import { numbers, type WireArray } from "../arrays";
import type { Gene, GenomeData, GenomeTrack, View } from "../draw/genome/genome-data";

/** Where the regions are, and the genes near them, as Python wrote them. */
export interface SavedTracks {
  chromosomes: readonly string[];
  codes: WireArray<"uint16">;
  starts: WireArray<"uint32">;
  ends: WireArray<"uint32">;
  genes: {
    names: readonly string[];
    codes: WireArray<"uint16">;
    starts: WireArray<"uint32">;
    ends: WireArray<"uint32">;
    is_forward: WireArray<"uint8">;
    n_exons: WireArray<"uint16">;
    exons: WireArray<"uint32">;
  };
}

/** Some cells, and in how many of them each region is open. */
export interface CountedCells {
  name: string;
  n_cells: number;
  open: ArrayLike<number>;
  color: GenomeTrack["color"];
}

/** A stretch of a chromosome. */
export interface Stretch extends View {
  /** Place of the chromosome among those of the regions. */
  code: number;
}

const AROUND = 50_000; // base pairs on either side of a region
const AROUND_GENE = 0.15; // of the length of a long gene, on either side

/** The stretch around a region, a gene or several regions; `undefined` where there is none. */
export function stretchOf(
  tracks: SavedTracks,
  rows: ArrayLike<number>,
  gene: string,
): Stretch | undefined {
  const at = tracks.genes.names.indexOf(gene);
  if (at >= 0) {
    const [start, end] = [valueIn(tracks.genes.starts, at), valueIn(tracks.genes.ends, at)];
    const more = Math.max(AROUND, AROUND_GENE * (end - start));
    return { code: valueIn(tracks.genes.codes, at), ...wider(start, end, more) };
  }
  const [first, last] = [rows[0], rows[rows.length - 1]];
  if (first === undefined || last === undefined) return undefined;
  const start = valueIn(tracks.starts, first);
  return {
    code: valueIn(tracks.codes, first),
    ...wider(start, Math.max(valueIn(tracks.ends, first), valueIn(tracks.ends, last)), AROUND),
  };
}

const valueIn = (wire: WireArray, i: number): number => numbers(wire)[i] as number;

const wider = (start: number, end: number, more: number): View => ({
  start: Math.max(0, Math.round(start - more)),
  end: Math.round(end + more),
});

/** All that is drawn of a stretch; `mark` is 1 to 3 for regions that a table calls. */
export function genomeOf(
  tracks: SavedTracks,
  names: readonly string[],
  { code, start, end }: Stretch,
  cells: readonly CountedCells[],
  mark: (row: number) => number,
): GenomeData {
  const [codes, starts, ends] = [
    numbers(tracks.codes),
    numbers(tracks.starts),
    numbers(tracks.ends),
  ];
  const isIn = (row: number) =>
    codes[row] === code && (starts[row] as number) < end && (ends[row] as number) > start;
  const rows = Array.from(codes.keys())
    .filter(isIn)
    .sort((a, b) => (starts[a] as number) - (starts[b] as number));
  return {
    chromosome: tracks.chromosomes[code] ?? "",
    ...{ start, end, genes: genesIn(tracks.genes, { code, start, end }) },
    regions: rows.map((row) => ({
      name: names[row] ?? "",
      ...{ start: starts[row] as number, end: ends[row] as number, mark: mark(row) },
    })),
    tracks: cells.map(({ name, n_cells, open, color }) => ({
      ...{ name, n_cells, color },
      observed: rows.map((row) => (open[row] as number) / Math.max(1, n_cells)),
    })),
    ...{ cellTracks: [], cellMarks: [] },
  };
}

function genesIn(genes: SavedTracks["genes"], { code, start, end }: Stretch): Gene[] {
  const [counts, exons] = [numbers(genes.n_exons), numbers(genes.exons)];
  const found: Gene[] = [];
  let first = 0;
  for (const [i, name] of genes.names.entries()) {
    const n = counts[i] as number;
    const place = { start: valueIn(genes.starts, i), end: valueIn(genes.ends, i) };
    if (valueIn(genes.codes, i) === code && place.start < end && place.end > start) {
      const own = Array.from({ length: n }, (_, e) => {
        return [exons[2 * (first + e)] as number, exons[2 * (first + e) + 1] as number] as const;
      });
      found.push({ name, ...place, isForward: valueIn(genes.is_forward, i) === 1, exons: own });
    }
    first += n;
  }
  return found;
}
