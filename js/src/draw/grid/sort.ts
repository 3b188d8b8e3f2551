/** Which rows of a table are seen, and in what order. */
import type { Column } from "../../arrays";
import {
  chromRank,
  flagTest,
  numberTest,
  parseRegion,
  regionTest,
  type Test,
  textTest,
} from "./filter-query";

/** How a column is read: what may be typed above it, and how it sorts. */
export type Kind = "number" | "flag" | "text" | "region";

/** The column that orders the rows. */
export interface Sort {
  key: string;
  descending: boolean;
}

/** Whether a column holds numbers. */
export const isNumbers = (column: Column): column is Exclude<Column, readonly string[]> =>
  !Array.isArray(column);

/** What a click on a column's name sorts by: largest first, smallest first, and then by nothing. */
export function nextSort(
  sort: Sort | undefined,
  key: string,
  kind: Kind,
  hasUsualOrder: boolean,
): Sort | undefined {
  const largestFirst = kind === "number" || kind === "flag";
  if (sort?.key !== key) return { key, descending: largestFirst };
  const isBack = sort.descending !== largestFirst && hasUsualOrder;
  return isBack ? undefined : { key, descending: !sort.descending };
}

/** Rows as they came. */
export const unsorted = (n_rows: number): Uint32Array =>
  Uint32Array.from({ length: n_rows }, (_, row) => row);

/** The rows in order; ties stay as they came, and what is not a number comes last either way. */
export function sortedRows(
  rows: Uint32Array,
  column: Column | undefined,
  descending: boolean,
  kind: Kind,
): Uint32Array {
  if (!column) return rows;
  const keys = isNumbers(column) ? column : kind === "region" ? places(column) : alphabet(column);
  const sign = descending ? -1 : 1;
  const order = unsorted(rows.length).sort((a, b) => {
    const [first, second] = [keys[rows[a] as number] as number, keys[rows[b] as number] as number];
    if (first < second) return -sign;
    if (first > second) return sign;
    if (first === second) return a - b;
    const [lost, late] = [Number.isNaN(first), Number.isNaN(second)];
    return lost === late ? a - b : lost ? 1 : -1;
  });
  return order.map((at) => rows[at] as number);
}

/** A test of one column's rows; `undefined` where the text is invalid. */
export function rowTest(column: Column, kind: Kind, text: string): Test<number> {
  if (isNumbers(column)) {
    const test = kind === "flag" ? flagTest(text) : numberTest(text);
    return test && ((row) => test(column[row] as number));
  }
  const test = kind === "region" ? regionTest(text) : textTest(text);
  return test && ((row) => test(column[row] as string));
}

/** The rows, in the order given, that pass every test. */
export function filteredRows(rows: Uint32Array, tests: ((row: number) => boolean)[]): Uint32Array {
  return tests.length === 0 ? rows : rows.filter((row) => tests.every((test) => test(row)));
}

const ranks = new WeakMap<readonly string[], Float64Array>();

/** The rank of each text in the alphabet, equal texts alike; computed once for each column. */
function alphabet(column: readonly string[]): Float64Array {
  return ranked(column, (distinct) => distinct.sort());
}

/** The rank of each region on the genome. */
function places(column: readonly string[]): Float64Array {
  return ranked(column, (distinct) => {
    const read = distinct.map((region) => {
      const place = parseRegion(region);
      const { chrom, start, end } = place ?? { chrom: region, start: 0, end: 0 };
      return { region, chrom, rank: place ? chromRank(chrom) : 3000, start, end };
    });
    read.sort(
      (a, b) =>
        a.rank - b.rank ||
        (a.chrom < b.chrom ? -1 : a.chrom > b.chrom ? 1 : 0) ||
        a.start - b.start ||
        a.end - b.end,
    );
    return read.map(({ region }) => region);
  });
}

function ranked(
  column: readonly string[],
  inOrder: (distinct: string[]) => string[],
): Float64Array {
  let rank = ranks.get(column);
  if (!rank) {
    const rankOf = new Map(inOrder([...new Set(column)]).map((text, at) => [text, at]));
    rank = Float64Array.from(column, (text) => rankOf.get(text) as number);
    ranks.set(column, rank);
  }
  return rank;
}
