/** Where the regions of a column lie on the genome, read once for each column. */
import { bare, chromRank, type Place, parseRegion } from "./filter-query";
import { sortByWhole } from "./radix-sort";

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
  const order = sortByWhole([end, start, chrom]);
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
  const numbers = new Map<string, number>(); // of a name, in the order in which they come
  const met = new Uint32Array(n);
  let [last, number, isPlace] = ["", 0, false]; // most regions lie on the chromosome of the one before
  for (let row = 0; row < n; row++) {
    const region = column[row] as string;
    const place = parseRegion(region, isPlace ? last : "");
    places.start[row] = place?.start ?? 0;
    places.end[row] = place?.end ?? 0;
    const name = place?.chrom ?? `\n${region}`; // no chromosome has a line break
    if (name !== last || row === 0) {
      number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      last = name;
      isPlace = place !== undefined;
    }
    met[row] = number;
  }
  const ranked = [...numbers.keys()].map((name) => ({ name, rank: rankOf(name) }));
  const order = Array.from(ranked.keys()).sort((one, other) => {
    const [a, b] = [ranked[one], ranked[other]] as [Ranked, Ranked];
    return a.rank - b.rank || (a.name < b.name ? -1 : 1);
  });
  const sorted = new Uint32Array(order.length);
  order.forEach((number, at) => {
    sorted[number] = at;
  });
  const read = {
    ...places,
    chrom: met.map((number) => sorted[number] as number),
    names: order.map((number) => (ranked[number] as Ranked).name.replace(/^\n.*/s, "")),
  };
  known.set(column, read);
  return read;
}

interface Ranked {
  name: string;
  rank: number;
}

const rankOf = (name: string) => (name.startsWith("\n") ? NO_PLACE : chromRank(name));
