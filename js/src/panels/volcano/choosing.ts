/** Regions that are drawn round in the volcano plot, or taken one by one with a cursor, and kept as a set. */
import { signal } from "@preact/signals-core";
import { use } from "../../commands";
import type { VolcanoIntent, VolcanoState } from "../../contract";
import type { Volcano } from "../../draw/plots/volcano";
import { combined, type Operation } from "../../draw/scatter/combine";
import type { Tool } from "../../draw/scatter/lasso";
import type { Panel } from "../../panel";
import { segmented } from "../../ui/dom";
import { cellCursor } from "../embedding/cell-cursor";
import { chosenCard } from "./chosen-card";

const HELP = "Shift adds, Alt subtracts, both intersect";
const TOOLS = [
  { value: "lasso", label: "Lasso", title: `Draw around regions; ${HELP}` },
  { value: "rectangle", label: "Rectangle", title: `Drag a rectangle over regions; ${HELP}` },
  { value: "polygon", label: "Polygon", title: `Click corners around regions; ${HELP}` },
  { value: "brush", label: "Brush", title: `Paint over regions; ${HELP}` },
] as const satisfies readonly { value: Tool; label: string; title: string }[];

/** Which regions are chosen. */
export interface Choosing {
  /** How many regions are inside the line; `undefined` when it is over. */
  drawing(count: number | undefined): void;
  choose(rows: Uint32Array, operation: Operation): void;
  /** Bring tools, card and keys to the plot; the tools for the panel's head are returned. */
  on(plot: Volcano): { tools: HTMLElement; card: HTMLElement };
  /** Forget them: the regions are others. */
  forget(): void;
}

/** Follow what is chosen in a volcano plot. */
export function choosing(panel: Panel<VolcanoState, VolcanoIntent>): Choosing {
  const { wire, watch, ended } = panel;
  const [rows, drawing] = [signal(new Uint32Array()), signal<number | undefined>(undefined)];
  const choose = (some: ArrayLike<number>, operation: Operation) => {
    rows.value = combined(rows.peek(), some, operation);
  };
  const clear = () => choose([], "new");
  const n_kept = wire.read("n_kept");
  let asked: Uint32Array | undefined; // to be kept, until the set is there
  const keep = (name: string) => {
    asked = rows.peek();
    if (asked.length > 0) wire.ask({ intent: "name_rows", name, rows: [...asked] });
  };
  return {
    choose,
    drawing(count) {
      drawing.value = count;
    },
    forget: clear,
    on(plot) {
      const { surface, lasso, picture } = plot.tools;
      watch(() => plot.showChosen(rows.value));
      const back = (run: () => void) => () => {
        run();
        surface.focus({ preventScroll: true });
      };
      const card = chosenCard({ rows, drawing, clear: back(clear), keep }, panel);
      let n = n_kept.peek();
      watch(() => {
        if (n_kept.value === n) return;
        n = n_kept.value;
        if (asked !== rows.peek()) return; // others were chosen since
        (card.el.contains(document.activeElement) ? back(clear) : clear)();
      });
      const cursor = cellCursor(
        picture,
        {
          isSelected: (row) => rows.peek().includes(row),
          nSelected: () => rows.peek().length,
          predict: choose,
          select: () => {}, // nothing to ask: the browser alone knows them
        },
        panel,
      );
      watch(() => plot.point(cursor.cell.value < 0 ? undefined : cursor.cell.value));
      const press = (event: KeyboardEvent) => {
        const { key, ctrlKey, metaKey, altKey } = event;
        if (event.defaultPrevented || ctrlKey || metaKey || altKey) return;
        if (key === "c") cursor.start();
        else if (key === "n") card.startNaming();
        else if (key === "Escape" && rows.peek().length > 0) clear();
        else return;
        use(event);
      };
      surface.addEventListener("keydown", press, { signal: ended });
      const take = (tool: Tool) => {
        lasso.tool = tool;
      };
      const tools = segmented<Tool>(TOOLS, take, {
        ...{ ended, label: "What a drag does", testid: "volcano-tool", value: "lasso" },
      });
      return { tools: tools.el, card: card.el };
    },
  };
}
