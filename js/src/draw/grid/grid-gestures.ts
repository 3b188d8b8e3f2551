/** Gestures on a grid: keys walk through the rows, a click selects, copy and the row menu. */
import { ROW_HEIGHT } from "./row";
import type { Choice, RowSelection } from "./row-selection";

/** The grid, as the gestures see it. */
export interface GridTarget {
  el: HTMLElement;
  head: HTMLElement;
  headRow: HTMLElement;
  body: HTMLElement;
  readonly view: Uint32Array;
  readonly selection: RowSelection;
  /** Select a row of the table. */
  select(row: number, how: Choice): void;
  /** Select a row of the view and scroll to it. */
  reach(index: number, how: Choice): void;
  selectAll(): void;
  filter(key: string, text: string): void;
  copied?: ((rows: Uint32Array) => string) | undefined;
  menu?: ((row: number, at: { clientX: number; clientY: number }) => void) | undefined;
}

const rowAt = (event: Event) => (event.target as Element).closest<HTMLElement>("[data-row]");

/** Listen to a grid. */
export function gridGestures(grid: GridTarget, ended: AbortSignal): void {
  const { el, headRow, body } = grid;
  const listening = { signal: ended };
  const click = (event: MouseEvent) => {
    const element = rowAt(event);
    const how = event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "toggle" : "alone";
    if (element) grid.select(Number(element.dataset.row), how);
  };
  const press = (event: MouseEvent) => {
    if (!event.shiftKey || !rowAt(event)) return;
    event.preventDefault(); // or the text between two clicks is selected
    el.focus({ preventScroll: true });
  };
  el.addEventListener("keydown", (event) => walk(grid, event), listening);
  headRow.addEventListener("keydown", (event) => leaveFilter(grid, event), listening);
  body.addEventListener("click", click, listening);
  body.addEventListener("mousedown", press, listening);
  el.addEventListener("copy", (event) => copy(grid, event), listening);
  el.addEventListener("contextmenu", (event) => openMenu(grid, event), listening);
}

/** Arrows, pages and ends move the selection, with Shift they add to it; Ctrl+A selects all. */
function walk(grid: GridTarget, event: KeyboardEvent) {
  const { el, head, view } = grid;
  if (event.target !== el) return;
  const isAll = event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey);
  if (isAll) {
    event.preventDefault();
    event.stopPropagation();
    grid.selectAll();
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { active } = grid.selection;
  const here = active === undefined ? -1 : view.indexOf(active);
  const page = Math.max(1, Math.floor((el.clientHeight - head.offsetHeight) / ROW_HEIGHT) - 1);
  const last = view.length - 1;
  const moves: Record<string, number> = {
    ArrowDown: here + 1,
    ArrowUp: here < 0 ? 0 : here - 1,
    PageDown: here + page,
    PageUp: here - page,
    Home: 0,
    End: last,
  };
  const to = moves[event.key];
  if (to === undefined || last < 0) return;
  event.preventDefault();
  event.stopPropagation();
  grid.reach(Math.min(last, Math.max(0, to)), event.shiftKey ? "range" : "alone");
}

/** In a filter, Escape empties it; Enter and the down arrow go on to the rows. */
function leaveFilter(grid: GridTarget, event: KeyboardEvent) {
  const field = event.target as HTMLElement;
  if (!(field instanceof HTMLInputElement)) return;
  if (event.key === "Escape" && field.value) {
    field.value = "";
    grid.filter(field.dataset.key ?? "", "");
  } else if (event.key === "ArrowDown" || event.key === "Enter") {
    grid.el.focus();
    if (event.key === "ArrowDown") grid.reach(0, "alone");
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Copy the selected rows that are seen, unless text is selected. */
function copy({ el, selection, view, copied }: GridTarget, event: ClipboardEvent) {
  const { target, clipboardData } = event;
  const isText = !(el.ownerDocument.getSelection()?.isCollapsed ?? true);
  const rows = selection.seen(view);
  if (isText || target instanceof HTMLInputElement || rows.length === 0) return;
  const text = copied?.(rows);
  if (text === undefined || !clipboardData) return;
  clipboardData.setData("text/plain", text);
  event.preventDefault();
  event.stopPropagation();
}

function openMenu({ el, menu }: GridTarget, event: MouseEvent) {
  const element = rowAt(event);
  const id = el.getAttribute("aria-activedescendant") ?? "";
  const active = el.querySelector<HTMLElement>(`[id="${id}"]:not([hidden])`);
  const row = element ?? (event.target === el ? active : null);
  if (!row || !menu) return;
  event.preventDefault();
  event.stopPropagation(); // or the notebook shows its own menu over ours
  const { left, bottom } = row.getBoundingClientRect();
  const byKey = !element;
  menu(Number(row.dataset.row), byKey ? { clientX: left + 24, clientY: bottom } : event);
}

/** Keep the scroll of an element that the notebook takes off the page and puts back. */
export function keepScroll(el: HTMLElement, ended: AbortSignal): void {
  let place = 0;
  let isAway = false;
  const remember = () => {
    if (!isAway) place = el.scrollTop;
  };
  el.addEventListener("scroll", remember, { signal: ended, passive: true });
  const observer = new ResizeObserver(() => {
    if (isAway && el.clientHeight > 0) el.scrollTop = place;
    isAway = el.clientHeight === 0;
  });
  observer.observe(el);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });
}
