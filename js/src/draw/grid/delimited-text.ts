/** Rows of a table as text: comma-separated for files, tab-separated for the clipboard. */
import type { Column } from "../../arrays";
import { isNumbers } from "./sort";

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
