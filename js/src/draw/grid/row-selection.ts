/** Which rows of a grid are selected: an active one, from which keys go on, and others beside it. */

/** How a row is selected: alone; added, or taken away; or with all rows since the last choice. */
export type Choice = "alone" | "toggle" | "range";

/** The selected rows. */
export interface RowSelection {
  /** The row that keys go on from. */
  readonly active: number | undefined;
  has(row: number): boolean;
  /** Select a row; `view` are the rows that are seen. */
  choose(row: number, how: Choice, view: Uint32Array): void;
  /** Select every row that is seen. */
  chooseAll(view: Uint32Array): void;
  /** Make a row active, or none; rows beside it stay selected if it is one of them, or none. */
  activate(row: number | undefined): void;
  /** Forget all rows but one that is active. */
  reset(row: number | undefined): void;
  /** The selected rows that are seen, in order. */
  seen(view: Uint32Array): Uint32Array;
}

/** Make a selection without rows. */
export function rowSelection(): RowSelection {
  let active: number | undefined;
  let anchor: number | undefined; // where a range begins
  let chosen = new Set<number>();
  const reset = (row: number | undefined) => {
    active = row;
    anchor = row;
    chosen = new Set(row === undefined ? [] : [row]);
  };
  const range = (row: number, view: Uint32Array) => {
    const from = view.indexOf(anchor ?? row);
    const to = view.indexOf(row);
    const first = from < 0 ? to : Math.min(from, to);
    chosen = new Set(view.subarray(first, Math.max(from, to) + 1));
    active = row;
  };
  const toggle = (row: number) => {
    const isNew = !chosen.delete(row);
    if (isNew) chosen.add(row);
    active = isNew ? row : [...chosen].at(-1);
    anchor = active;
  };
  return {
    get active() {
      return active;
    },
    has: (row) => chosen.has(row),
    choose(row, how, view) {
      if (how === "range") range(row, view);
      else if (how === "toggle") toggle(row);
      else reset(row);
    },
    chooseAll(view) {
      chosen = new Set(view);
      active ??= view[0];
    },
    activate(row) {
      const isBeside = row === undefined ? chosen.size > 1 : chosen.has(row);
      if (!isBeside) reset(row);
      else if (row !== undefined) active = row;
    },
    reset,
    seen: (view) => view.filter((row) => chosen.has(row)),
  };
}
