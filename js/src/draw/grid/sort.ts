/** Which rows of a table are seen, and in what order. */
import type { Column } from "../../arrays";
import { flagTest, isBrokenPlace, numberTest, placeIn, type Test, textTest } from "./filter-query";
import { sortByNumbers } from "./radix-sort";
import { genomeRanks, sharesBase } from "./region-places";

/** How a column is read: what may be typed above it, and how it sorts. */
export type Kind = "number" | "flag" | "text" | "region";

/** A column that orders the rows; of several, each orders those that the ones before leave equal. */
export interface Sort {
  column: string;
  ascending: boolean;
}

/** Whether a column holds numbers. */
export const isNumbers = (column: Column): column is Exclude<Column, readonly string[]> =>
  !Array.isArray(column);

/**
 * What a click on a column's name sorts by: largest first, smallest first, and then not by it any
 * more. With `isAdded` the other columns stay, and a new one comes after them.
 */
export function nextSort(
  sort: readonly Sort[],
  column: string,
  kind: Kind,
  { hasUsualOrder, isAdded = false }: { hasUsualOrder: boolean; isAdded?: boolean },
): readonly Sort[] {
  const ascending = kind === "text" || kind === "region";
  const others = sort.filter((one) => one.column !== column);
  const kept = isAdded ? others : [];
  const old = sort.find((one) => one.column === column);
  if (!old || (!isAdded && others.length > 0)) return [...kept, { column, ascending }];
  if (old.ascending !== ascending && (hasUsualOrder || kept.length > 0)) return kept;
  const turned = { column, ascending: !old.ascending };
  return isAdded ? sort.map((one) => (one === old ? turned : one)) : [turned];
}

/** Rows as they came. */
export const unsorted = (n_rows: number): Uint32Array =>
  Uint32Array.from({ length: n_rows }, (_, row) => row);

/** The rows in order; ties stay as they came, and what is not a number comes last either way. */
export function sortedRows(
  rows: Uint32Array,
  column: Column | undefined,
  ascending: boolean,
  kind: Kind,
): Uint32Array {
  if (!column) return rows;
  const text = kind === "region" ? genomeRanks : alphabet;
  return sortByNumbers(rows, isNumbers(column) ? column : text(column), ascending);
}

/** A test of one column's rows; `undefined` where the text is invalid. */
export function rowTest(column: Column, kind: Kind, text: string): Test<number> {
  if (isNumbers(column)) {
    const test = kind === "flag" ? flagTest(text) : numberTest(text);
    return test && ((row) => test(column[row] as number));
  }
  const place = kind === "region" ? placeIn(text) : undefined;
  if (place) return sharesBase(column, place);
  if (kind === "region" && isBrokenPlace(text)) return undefined;
  const test = textTest(text);
  return (row) => test(column[row] as string);
}

/** The rows, in the order given, that pass every test. */
export function filteredRows(rows: Uint32Array, tests: ((row: number) => boolean)[]): Uint32Array {
  return tests.length === 0 ? rows : rows.filter((row) => tests.every((test) => test(row)));
}

const ranks = new WeakMap<readonly string[], Float64Array>();

/** The rank of each text in the alphabet, equal texts alike; computed once for each column. */
function alphabet(column: readonly string[]): Float64Array {
  let rank = ranks.get(column);
  if (!rank) {
    const rankOf = new Map([...new Set(column)].sort().map((text, at) => [text, at]));
    rank = Float64Array.from(column, (text) => rankOf.get(text) as number);
    ranks.set(column, rank);
  }
  return rank;
}
