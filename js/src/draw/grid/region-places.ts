/** Where the regions of a column lie on the genome, read once for each column. */
import { bare, chromRank, type Place, parseRegion } from "./filter-query";
import { sortByNumbers } from "./radix-sort";

const NO_PLACE = 3000; // a rank after those of all chromosomes

interface RegionPlaces {
  /** The number of each region's chromosome, in the order of the genome. */
  chrom: Uint32Array;
  start: Float64Array;
  end: Float64Array;
  /** The names of the chromosomes by number; empty for a name that is not a place. */
  names: readonly string[];
}

const known = new WeakMap<readonly string[], RegionPlaces>();
const ranks = new WeakMap<readonly string[], Float64Array>();

/** The rank of each region on the genome, equal ones alike. */
export function genomeRanks(column: readonly string[]): Float64Array {
  let rank = ranks.get(column);
  if (rank) return rank;
  const { chrom, start, end } = placesOf(column);
  let order: Uint32Array = Uint32Array.from(column.keys());
  for (const key of [end, start, chrom]) order = sortByNumbers(order, key, true);
  rank = new Float64Array(column.length);
  const isOther = (one: number, other: number) =>
    chrom[one] !== chrom[other] || start[one] !== start[other] || end[one] !== end[other];
  let place = 0;
  for (let at = 1; at < order.length; at++) {
    const row = order[at] as number;
    if (isOther(row, order[at - 1] as number)) place++;
    rank[row] = place;
  }
  ranks.set(column, rank);
  return rank;
}

/** A test of whether the region of a row shares a base with a place. */
export function sharesBase(column: readonly string[], place: Place): (row: number) => boolean {
  const { chrom, start, end, names } = placesOf(column);
  const wanted = bare(place.chrom);
  const isThere = names.map((name) => name !== "" && bare(name) === wanted);
  return (row) =>
    isThere[chrom[row] as number] === true &&
    (start[row] as number) < place.end &&
    (end[row] as number) > place.start;
}

function placesOf(column: readonly string[]): RegionPlaces {
  const found = known.get(column);
  if (found) return found;
  const n = column.length;
  const places = { start: new Float64Array(n), end: new Float64Array(n) };
  const keys = column.map((region, row) => {
    const place = parseRegion(region);
    places.start[row] = place?.start ?? 0;
    places.end[row] = place?.end ?? 0;
    return place?.chrom ?? `\n${region}`; // no chromosome has a line break
  });
  const rankOf = (key: string) => (key.startsWith("\n") ? NO_PLACE : chromRank(key));
  const names = [...new Set(keys)].sort(
    (a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : a > b ? 1 : 0),
  );
  const numbers = new Map(names.map((name, at) => [name, at]));
  const read = {
    ...places,
    chrom: Uint32Array.from(keys, (key) => numbers.get(key) as number),
    names: names.map((key) => (key.startsWith("\n") ? "" : key)),
  };
  known.set(column, read);
  return read;
}
