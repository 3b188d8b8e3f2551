/** What a person does with the cells: draw around them, select them, make groups of them. */
import { type Signal, signal } from "@preact/signals-core";
import { numbers } from "../../arrays";
import type { EmbeddingIntent, EmbeddingState } from "../../contract";
import { cellsInside, rectangle } from "../../draw/polygon";
import { toData } from "../../draw/scatter/camera";
import { combined, type Operation } from "../../draw/scatter/combine";
import type { Drawing, Drawn, Lasso, Tool } from "../../draw/scatter/lasso";
import type { Scatter } from "../../draw/scatter/scatter";
import type { Panel } from "../../panel";
import type { EmbeddingRequests } from "./requests";
import type { Selection } from "./selection";

/** The state of the tools; it stays in the browser. */
export interface Tools {
  tool: Signal<Tool>;
  operation: Signal<Operation>;
  /** Radius of the brush, in CSS pixels. */
  brush: Signal<number>;
  /** By how many neighbors of each cell a selection grows. */
  k: Signal<number>;
  /** The line that is being drawn. */
  drawing: Signal<Drawing | undefined>;
  /** What the last line was to do, if it contained no cell. */
  empty: Signal<Operation | undefined>;
}

/** Begin with the lasso. */
export const initialTools = (): Tools => ({
  tool: signal<Tool>("lasso"),
  operation: signal<Operation>("new"),
  brush: signal(16),
  k: signal(15),
  drawing: signal(undefined),
  empty: signal(undefined),
});

/** Everything that changes the selection or the groups. */
export interface Actions {
  draw(drawn: Drawn): void;
  selectVisible(): void;
  invert(): void;
  /** Select a category of what colors the cells, by its code. */
  pick(code: number, operation: Operation): void;
  makeGroup(number: 1 | 2, against_rest?: boolean): void;
  /** Cancel the line that is being drawn, or clear the selection. */
  clear(): void;
}

/** Make the actions; each shows its prediction at once and asks Python. */
export function selectionActions(
  { empty }: Tools,
  selection: Selection,
  { ask }: EmbeddingRequests,
  view: { scatter: Scatter; lasso(): Lasso },
  { wire }: Panel<EmbeddingState, EmbeddingIntent>,
): Actions {
  const { scatter } = view;
  const [n_cells, colors] = [wire.read("n_cells"), wire.read("colors")];
  const nSelected = () => selection.now.value.cells.length;
  const focus = () => scatter.surface.focus({ preventScroll: true });
  const actions: Actions = {
    draw({ tool: by, operation: mode, polygon, radius, cells }) {
      empty.value = cells.length === 0 ? mode : undefined;
      if (empty.value === "new") actions.clear();
      if (empty.value && (empty.value !== "intersect" || nSelected() === 0)) return;
      selection.predict({ cells, operation: mode, polygon, radius, by });
      if (radius) ask({ intent: "brush", path: polygon.flat(), radius, mode });
      else ask({ intent: "lasso", polygon: polygon.flat(), mode });
    },
    selectVisible() {
      const { view } = scatter;
      if (!view) return;
      const corners = rectangle(toData(view, [0, view.height]), toData(view, [view.width, 0]));
      const cells = cellsInside(scatter.scene.points, corners);
      actions.draw({ tool: "rectangle", operation: "new", polygon: corners, radius: 0, cells });
    },
    invert() {
      const everyone = new Uint32Array(n_cells.value).map((_, cell) => cell);
      const cells = combined(everyone, selection.now.value.cells, "subtract");
      selection.predict({ cells, operation: "new", by: "selected" });
      ask({ intent: "invert_selection" });
    },
    pick(code, mode) {
      const { title: column, categories, codes } = colors.value;
      const of = numbers(codes);
      const isIn = (cell: number) => of[cell] === code;
      const cells = new Uint32Array(of.length).map((_, cell) => cell).filter(isIn);
      selection.predict({ cells, operation: mode, by: "selected" });
      ask({ intent: "select_category", column, category: categories[code] ?? "", mode });
    },
    makeGroup(number, against_rest = false) {
      ask({ intent: "make_group", number, against_rest });
      focus();
    },
    clear() {
      const lasso = view.lasso();
      if (lasso.drawing) lasso.cancel();
      else if (nSelected() > 0) ask({ intent: "clear_selection" });
      focus();
    },
  };
  return actions;
}
