/** Which rows of a table are seen, and in what order: sort and filters, which outlast the table. */
import type { Columns } from "../../arrays";
import { whyInvalid } from "./filter-query";
import type { GridColumn } from "./row";
import { filteredRows, rowTest, type Sort, sortedRows, unsorted } from "./sort";

/** The rows that are seen, and why a filter filters nothing, by column. */
export interface Arranged {
  view: Uint32Array;
  invalid: ReadonlyMap<string, string>;
}

/** Sort and filters of a grid. */
export interface Arrangement {
  /** The columns that sort the rows, the most important first. */
  sort: readonly Sort[];
  /** What is typed above each column; columns without text are not in it. */
  readonly filters: ReadonlyMap<string, string>;
  /** Filter one column; an empty text takes the filter away. */
  filter(key: string, text: string): void;
  /** Take the filters of all other columns away; say whether there were some. */
  filterOnly(keys: readonly string[]): boolean;
  /** Filter by these texts alone; return what is typed now above each column where that is new. */
  takeFilters(filters: ReadonlyMap<string, string>): [key: string, text: string][];
  /** Take another table. */
  take(table: Columns): void;
  /** Arrange all rows: `columns` are those on screen. */
  arrange(columns: readonly GridColumn[]): Arranged;
  /** The same with the order that there is already. */
  filterAgain(columns: readonly GridColumn[]): Arranged;
}

/** Make the arrangement of a table with these columns. */
export function arrangement(
  known: readonly GridColumn[],
  usualOrder: (table: Columns) => Uint32Array = ({ n_rows }) => unsorted(n_rows),
): Arrangement {
  const filters = new Map<string, string>();
  let table: Columns = { columns: {}, n_rows: 0 };
  let usual: Uint32Array = new Uint32Array(); // the order of the rows without a sort
  let sorted: Uint32Array = new Uint32Array();
  return {
    sort: [],
    filters,
    filter(key, text) {
      if (text.trim()) filters.set(key, text);
      else filters.delete(key);
    },
    filterOnly(keys) {
      const others = [...filters.keys()].filter((key) => !keys.includes(key));
      for (const key of others) filters.delete(key);
      return others.length > 0;
    },
    takeFilters(next) {
      const keys = [...new Set([...filters.keys(), ...next.keys()])];
      const changed = keys.filter((key) => filters.get(key) !== next.get(key));
      return changed.map((key) => {
        const text = next.get(key) ?? "";
        this.filter(key, text);
        return [key, text];
      });
    },
    take(next) {
      table = next;
      usual = usualOrder(next);
    },
    arrange(columns) {
      sorted = usual;
      for (const { column, ascending } of [...this.sort].reverse()) {
        const kind = known.find(({ key }) => key === column)?.kind ?? "number";
        sorted = sortedRows(sorted, table.columns[column], ascending, kind);
      }
      return this.filterAgain(columns);
    },
    filterAgain(columns) {
      const tests: ((row: number) => boolean)[] = [];
      const invalid = new Map<string, string>();
      for (const { key, kind } of columns) {
        const [text, column] = [filters.get(key), table.columns[key]];
        if (text === undefined || !column) continue;
        const test = rowTest(column, kind, text);
        if (test) tests.push(test);
        else invalid.set(key, whyInvalid(kind, text));
      }
      return { view: filteredRows(sorted, tests), invalid };
    },
  };
}

/** Whether the rows are sorted by the same columns in the same way. */
export const isSameSort = (one: readonly Sort[], other: readonly Sort[]): boolean =>
  one.length === other.length &&
  one.every(({ column, ascending }, at) => {
    return other[at]?.column === column && other[at]?.ascending === ascending;
  });

/** Says that no row passes the filters, and names them. */
export function noneHas(
  columns: readonly GridColumn[],
  filters: ReadonlyMap<string, string>,
): string {
  const named = columns.filter(({ key }) => filters.has(key));
  const conditions = named.map(({ key, label }) => `${label} ${filters.get(key)?.trim()}`);
  return `No row has ${conditions.join(" and ")}; change or clear a filter.`;
}
