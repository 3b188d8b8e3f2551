/** The columns of the table: which are shown, in what order, how wide; the session keeps it. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { Columns } from "../../arrays";
import type { DifferentialIntent, DifferentialState, TableColumn } from "../../contract";
import type { ColumnActions } from "../../draw/grid/column-menu";
import type { ShownColumns } from "../../draw/grid/column-tracks";
import type { GridColumn } from "../../draw/grid/row";
import type { Panel } from "../../panel";

const KEY = "region"; // it names the row, and is always shown
const [MIN_WIDTH, MAX_WIDTH] = [40, 1000]; // pixels, as in session/table_view.py

/** The columns, and what may be done with them. */
export interface TableColumns extends ColumnActions {
  shown: ReadonlySignal<ShownColumns>;
  /** The columns that are written when rows are copied; `undefined` for all of the table. */
  written(): string[] | undefined;
  size(key: string, width: number | undefined): void;
}

/** Make them; `widthOf` tells how wide a column is on screen. */
export function tableColumns(
  known: readonly GridColumn[],
  table: ReadonlySignal<Columns | undefined>,
  widthOf: (key: string) => number,
  { wire }: Pick<Panel<DifferentialState, DifferentialIntent>, "wire">,
): TableColumns {
  const chosen = wire.read("table_columns");
  const all = computed((): readonly TableColumn[] => {
    const usual = known.map(({ key }) => ({ name: key, width: 0, is_shown: true }));
    return chosen.value.length > 0 ? chosen.value : usual;
  });
  const shown = computed(() => {
    const seen = all.value.filter(({ is_shown }) => is_shown);
    const widths = seen.filter(({ width }) => width > 0);
    return {
      keys: seen.map(({ name }) => name),
      widths: new Map(widths.map(({ name, width }) => [name, width])),
    };
  });
  const change = (key: string, change: Partial<TableColumn>) =>
    wire.write(
      "table_columns",
      all.peek().map((one) => (one.name === key ? { ...one, ...change } : one)),
    );
  const size = (key: string, width: number | undefined) => change(key, { width: width ?? 0 });
  return {
    shown,
    size,
    written: () => (chosen.peek().length > 0 ? [...shown.peek().keys] : undefined),
    entries: () =>
      all.peek().flatMap(({ name, is_shown }) => {
        const column = known.find(({ key }) => key === name);
        if (!column || !table.peek()?.columns[name]) return [];
        const { label, title = "" } = column;
        return [{ key: name, label, title, isShown: is_shown, isFixed: name === KEY }];
      }),
    show: (key, isShown) => change(key, { is_shown: isShown }),
    move(key, before) {
      const moved = all.peek().find(({ name }) => name === key);
      const rest = all.peek().filter(({ name }) => name !== key);
      const at = rest.findIndex(({ name }) => name === before);
      const [left, right] = at < 0 ? [rest, []] : [rest.slice(0, at), rest.slice(at)];
      if (moved) wire.write("table_columns", [...left, moved, ...right]);
    },
    widen(key, by) {
      const next = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, widthOf(key) + by));
      if (shown.peek().keys.includes(key)) size(key, next);
    },
    reset: () => wire.write("table_columns", []),
  };
}
