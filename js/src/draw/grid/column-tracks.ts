/** Which columns of a grid are shown, in what order, and how wide. */
import type { GridColumn } from "./row";

/** Columns by name, and their widths in pixels where these are not the usual ones. */
export interface ShownColumns {
  keys: readonly string[];
  widths: ReadonlyMap<string, number>;
}

/** The columns of a grid. */
export interface ColumnTracks {
  /** Those that are shown and that the table has. */
  readonly columns: readonly GridColumn[];
  /** Show others, or those of another table; returns whether they are others than before. */
  take(has: (key: string) => boolean, shown?: ShownColumns): boolean;
  /** Make one wider or narrower; `undefined` for its usual width. */
  size(key: string, width: number | undefined): void;
  /** Give the grid and its parts their widths. */
  apply(grid: HTMLElement, parts: readonly HTMLElement[]): void;
}

/** Pixels that grow with the letters. */
const scaled = (width: number) =>
  `calc(${width}px + ${(width / 12).toFixed(1)} * var(--pv-larger))`;

const sum = (some: readonly number[]) => some.reduce((all, one) => all + one, 0);
const keysOf = (columns: readonly GridColumn[]) => columns.map(({ key }) => key).join();

/** Make the columns of a grid without a table; `known` are all that there may be. */
export function columnTracks(known: readonly GridColumn[]): ColumnTracks {
  let keys: readonly string[] = known.map(({ key }) => key);
  let widths: ReadonlyMap<string, number> = new Map();
  let columns: readonly GridColumn[] = [];
  const track = ({ key, width, grow = 0 }: GridColumn) => {
    const chosen = widths.get(key);
    return chosen ? `${chosen}px` : `minmax(${scaled(width)}, ${grow || 0.001}fr)`;
  };
  return {
    get columns() {
      return columns;
    },
    take(has, shown) {
      const before = keysOf(columns);
      if (shown) ({ keys, widths } = shown);
      columns = keys.flatMap((key) => known.find((one) => one.key === key && has(key)) ?? []);
      return keysOf(columns) !== before;
    },
    size(key, width) {
      widths = new Map(widths).set(key, width ?? 0);
    },
    apply(grid, parts) {
      grid.style.setProperty("--pv-columns", columns.map(track).join(" "));
      const chosen = columns.map(({ key }) => widths.get(key) ?? 0);
      const usual = columns.filter((_, at) => chosen[at] === 0).map(({ width }) => width);
      const least = `calc(${sum(chosen)}px + ${scaled(sum(usual))})`;
      for (const part of parts) part.style.minWidth = least;
    },
  };
}
