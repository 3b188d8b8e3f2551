/** The body of a grid: only the rows in sight are elements, and they are reused while it scrolls. */
import type { Columns } from "../../arrays";
import { h } from "../../ui/dom";
import { blankRow, type GridColumn, ROW_HEIGHT, writeRow } from "./row";
import type { RowSelection } from "./row-selection";

/** What the body shows. */
export interface BodyContent {
  table: Columns;
  columns: readonly GridColumn[];
  /** The rows that pass the filters, in order. */
  view: Uint32Array;
  selection: RowSelection;
}

/** The body of a grid. */
export interface GridBody {
  el: HTMLElement;
  /** Write the rows in sight, however many rows there are. */
  paint(): void;
  /** The columns have changed: make new rows. */
  clear(): void;
  /** Scroll to the beginning, or as far as needed to a row of the view. */
  scrollTo(index: number | "start"): void;
}

const BEYOND = 10; // rows that are ready on each side of those in sight

/** Make the body inside the element that scrolls; `head` covers its upper edge. */
export function gridBody(
  content: Readonly<BodyContent>,
  {
    scroller,
    head,
    id,
    rowKey,
    rowTestid,
    ended,
  }: {
    scroller: HTMLElement;
    head: HTMLElement;
    id: string;
    rowKey: string;
    rowTestid: string | undefined;
    ended: AbortSignal;
  },
): GridBody {
  const el = h("div", { class: "pv-grid-body", role: "rowgroup" });
  const pool: HTMLElement[] = [];
  /** How much of the rows is in sight, in pixels: the head covers the rest. */
  const room = () => scroller.clientHeight - head.offsetHeight;
  const scrollTo = (top: number) => {
    scroller.scrollTop = top;
    paint(); // now, not with the event that follows
  };
  const seen = new ResizeObserver(paint);
  seen.observe(scroller);
  ended.addEventListener("abort", () => seen.disconnect(), { once: true });
  scroller.addEventListener("scroll", paint, { signal: ended, passive: true });

  /** The first row that is an element, and the one after the last. */
  function inSight(): [from: number, to: number] {
    if (scroller.clientHeight === 0) return [0, 0]; // in a hidden tab
    const first = Math.floor(scroller.scrollTop / ROW_HEIGHT);
    const last = Math.ceil((scroller.scrollTop + room()) / ROW_HEIGHT);
    return [Math.max(0, first - BEYOND), Math.min(content.view.length, last + BEYOND)];
  }

  /** Rows that stay in sight keep their element, so only what scrolls in is written. */
  function paint() {
    if (ended.aborted) return;
    const { table, columns, view, selection } = content;
    el.style.height = `${view.length * ROW_HEIGHT}px`; // first: a shorter one scrolls back
    const [from, to] = inSight();
    while (pool.length < to - from) pool.push(el.appendChild(blankRow(columns, rowTestid)));
    const idle = new Set(pool);
    scroller.removeAttribute("aria-activedescendant");
    for (let index = from; index < to; index++) {
      const element = pool[index % pool.length] as HTMLElement;
      const row = view[index] as number;
      const name = String(table.columns[rowKey]?.[row] ?? row);
      element.id = `${id}-${row}`;
      element.hidden = false;
      idle.delete(element);
      writeRow(element, columns, table, { index, row, name, selected: selection.has(row) });
      if (row === selection.active) scroller.setAttribute("aria-activedescendant", element.id);
    }
    for (const element of idle) {
      element.hidden = true;
      element.removeAttribute("id");
      delete element.dataset.region;
    }
  }
  return {
    el,
    paint,
    clear() {
      for (const row of pool.splice(0)) row.remove();
    },
    scrollTo(index) {
      const { scrollTop } = scroller;
      if (index === "start") return scrollTo(0);
      const [top, bottom] = [ROW_HEIGHT * index, ROW_HEIGHT * (index + 1) - room()];
      if (top < scrollTop) scrollTo(top);
      else if (bottom > scrollTop) scrollTo(bottom);
    },
  };
}
