/** The body of a grid: only the rows in sight are elements, and they are reused while it scrolls. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from "@tanstack/virtual-core";
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
  /** How many rows there are, or where they begin, has changed. */
  resize(): void;
  /** Write the rows in sight. */
  paint(): void;
  /** The columns have changed: make new rows. */
  clear(): void;
  /** Scroll to the beginning, or as far as needed to a row of the view. */
  scrollTo(index: number | "start"): void;
}

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
  const options = () => ({
    count: content.view.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
    scrollMargin: head.offsetHeight,
    scrollPaddingStart: head.offsetHeight,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: paint,
  });
  const virtual = new Virtualizer<HTMLElement, HTMLElement>(options());
  ended.addEventListener("abort", virtual._didMount(), { once: true });

  /** Rows that stay in sight keep their element, so only what scrolls in is written. */
  function paint() {
    if (ended.aborted) return;
    const { table, columns, view, selection } = content;
    const items = virtual.getVirtualItems();
    el.style.height = `${view.length * ROW_HEIGHT}px`;
    while (pool.length < items.length) pool.push(el.appendChild(blankRow(columns, rowTestid)));
    const idle = new Set(pool);
    scroller.removeAttribute("aria-activedescendant");
    for (const { index } of items) {
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
    resize() {
      virtual.setOptions(options());
      virtual._willUpdate();
      paint();
    },
    clear() {
      for (const row of pool.splice(0)) row.remove();
    },
    scrollTo(index) {
      if (index === "start") virtual.scrollToOffset(0);
      else virtual.scrollToIndex(index, { align: "auto" });
    },
  };
}
