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

const isNumbers = (column: Column): column is Exclude<Column, readonly string[]> =>
  !Array.isArray(column);

/** The rows in order; ties stay as they came, and what is not a number comes last either way. */
export function sortedRows(
  n_rows: number,
  column: Column | undefined,
  descending: boolean,
  kind: Kind,
): Uint32Array {
  const rows = Uint32Array.from({ length: n_rows }, (_, row) => row);
  if (!column) return rows;
  const keys = isNumbers(column) ? column : kind === "region" ? places(column) : alphabet(column);
  const sign = descending ? -1 : 1;
  return rows.sort((a, b) => {
    const [first, second] = [keys[a] as number, keys[b] as number];
    if (first < second) return -sign;
    if (first > second) return sign;
    if (first === second) return a - b;
    const [lost, late] = [Number.isNaN(first), Number.isNaN(second)];
    return lost === late ? a - b : lost ? 1 : -1;
  });
}

/** A test of one column's rows; `undefined` where the text makes no sense. */
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

/** Where each text stands in the alphabet, equal texts alike; found once for each column. */
function alphabet(column: readonly string[]): Float64Array {
  return ranked(column, (distinct) => distinct.sort());
}

/** Where each region stands on the genome. */
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
    const stands = new Map(inOrder([...new Set(column)]).map((text, at) => [text, at]));
    rank = Float64Array.from(column, (text) => stands.get(text) as number);
    ranks.set(column, rank);
  }
  return rank;
}

/**
 * Rows as comma-separated text with full precision, for spreadsheets and pandas alike. Numbers are
 * written as numbers; a text that a spreadsheet would run as a formula begins with a quote.
 */
export function csvOf(columns: Record<string, Column>, names: string[], rows: Uint32Array): string {
  const found = names.flatMap((name) => (columns[name] ? [columns[name]] : []));
  const lines = [
    names
      .filter((name) => columns[name])
      .map(quoted)
      .join(","),
  ];
  for (const row of rows) {
    lines.push(
      found
        .map((column) => (isNumbers(column) ? exact(column, row) : quoted(column[row] as string)))
        .join(","),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Rows as a spreadsheet pastes them: tabs between cells, nothing that it would compute. */
export function tsvOf(columns: Record<string, Column>, names: string[], rows: Uint32Array): string {
  const found = names.filter((name) => columns[name]);
  const cell = (column: Column, row: number) =>
    isNumbers(column) ? exact(column, row) : harmless(column[row] as string);
  const line = (row: number) => found.map((name) => cell(columns[name] as Column, row)).join("\t");
  return [found.map(harmless).join("\t"), ...Array.from(rows, line)].join("\n");
}

/** What a spreadsheet takes for the beginning of a formula, also in the wide letters of Asia. */
const FORMULA = /^(?=[\s\0]*[=+\-@＝＋－＠]|[\t\r\n])/;

/** A text that no spreadsheet runs. */
const inert = (text: string): string => text.replace(FORMULA, "'");

/** The same in one cell of text that is pasted. */
const harmless = (text: string): string => inert(text.replaceAll(/[\t\n\r]+/g, " "));

/** The same in one cell of a file, whatever its reader takes for a separator. */
const quoted = (text: string): string => {
  const safe = inert(text);
  return /[",;|\t\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** As many digits as single precision holds, and no more; nothing for what is not a number. */
function exact(column: ArrayLike<number>, row: number): string {
  const value = column[row] as number;
  if (Number.isNaN(value)) return "";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return column instanceof Float32Array ? String(Number(value.toPrecision(9))) : String(value);
}
