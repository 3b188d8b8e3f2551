/** The selection and the two groups of a page: drawn, made, cleared, and each change undone. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { combined } from "../draw/scatter/combine";
import type { Drawn } from "../draw/scatter/lasso";
import type { Pair } from "./observed-table";
import type { Lines } from "./page-data";

/** Some cells, ascending, and the lines round them. */
export interface Chosen extends Lines {
  cells: Uint32Array;
}

/** What is chosen. */
export interface Choice {
  selection: Chosen;
  group1: Chosen;
  group2: Chosen;
}

/** No cells. */
export const NONE: Chosen = { cells: new Uint32Array(0), polygons: [], strokes: [] };

/** The choice, and the ways to change it. */
export interface CellChoice {
  readonly now: ReadonlySignal<Choice>;
  /** Whether there is a change to undo. */
  readonly canUndo: boolean;
  draw(drawn: Drawn): void;
  select(cells: ArrayLike<number>): void;
  invert(): void;
  clear(): void;
  /** Make the selected cells a group; they leave the other one. */
  makeGroup(group: 1 | 2): void;
  /** Make the selected cells group 1, and all others group 2. */
  againstRest(): void;
  clearGroup(group: 1 | 2): void;
  undo(): void;
}

/** Begin with some groups. */
export function cellChoice(group1: Chosen, group2: Chosen, n_cells: number): CellChoice {
  const now = signal<Choice>({ selection: NONE, group1, group2 });
  const before: Choice[] = [];
  const change = (next: Partial<Choice>) => {
    before.push(now.peek());
    now.value = { ...now.peek(), ...next };
  };
  const selected = () => now.peek().selection;
  const isAny = () => selected().cells.length > 0;
  return {
    now,
    get canUndo() {
      return before.length > 0;
    },
    draw({ cells, operation, polygon, radius }) {
      const { cells: old, ...lines } = selected();
      const kept = operation === "add" ? lines : NONE;
      const adds = operation === "new" || operation === "add";
      const found = combined(old, cells, operation);
      if (found.length === 0 && old.length === 0) return;
      change({
        selection: {
          cells: found,
          polygons: [...kept.polygons, ...(adds && !radius ? [polygon] : [])],
          strokes: [...kept.strokes, ...(adds && radius ? [{ path: polygon, radius }] : [])],
        },
      });
    },
    select: (cells) => change({ selection: { ...NONE, cells: Uint32Array.from(cells) } }),
    invert: () => change({ selection: { ...NONE, cells: others(n_cells, selected().cells) } }),
    clear() {
      if (isAny()) change({ selection: NONE });
    },
    makeGroup(group) {
      if (!isAny()) return;
      const [own, other] =
        group === 1 ? (["group1", "group2"] as const) : (["group2", "group1"] as const);
      const { cells } = selected();
      const left = now.peek()[other];
      const rest = combined(left.cells, cells, "subtract");
      const isSmaller = rest.length < left.cells.length;
      change({
        [own]: selected(),
        [other]: isSmaller ? { ...NONE, cells: rest } : left,
        selection: NONE,
      });
    },
    againstRest() {
      if (!isAny()) return;
      const rest = { ...NONE, cells: others(n_cells, selected().cells) };
      change({ group1: selected(), group2: rest, selection: NONE });
    },
    clearGroup: (group) => change({ [`group${group}`]: NONE }),
    undo() {
      const last = before.pop();
      if (last) now.value = last;
    },
  };
}

/** Which cells are compared, and what they are called. */
export interface Compared extends Pair {
  words: string;
  /** Of the first and the second. */
  names: readonly [string, string];
}

/** The selection with all others, or else the two groups, or group 1 with all others. */
export function comparedIn({ selection, group1, group2 }: Choice, n: number): Compared | undefined {
  const [chosen, first, second] = [selection.cells, group1.cells, group2.cells];
  if (chosen.length > 0 && chosen.length < n) {
    return {
      first: chosen,
      second: others(n, chosen),
      words: "selected cells (1) and all others (2)",
      names: ["selected cells", "all others"],
    };
  }
  if (first.length > 0 && second.length > 0) {
    return { first, second, words: "group 1 and group 2", names: ["group 1", "group 2"] };
  }
  if (first.length > 0 && first.length < n) {
    return {
      ...{ first, second: others(n, first), words: "group 1 and all others (2)" },
      names: ["group 1", "all others"],
    };
  }
  return undefined;
}

/** All cells but some, which ascend. */
export function others(n_cells: number, cells: Uint32Array): Uint32Array<ArrayBuffer> {
  const found = new Uint32Array(Math.max(0, n_cells - cells.length));
  let [at, count] = [0, 0];
  for (let cell = 0; cell < n_cells; cell++) {
    if (cells[at] === cell) at++;
    else found[count++] = cell;
  }
  return found.subarray(0, count);
}
