/** The menu of columns: which are shown, in what order, and how wide. */
import { h } from "../../ui/dom";

/** One column in the menu. */
export interface ColumnEntry {
  key: string;
  label: string;
  title: string;
  isShown: boolean;
  /** Whether it is always shown. */
  isFixed: boolean;
}

/** What the menu may change. */
export interface ColumnActions {
  entries(): readonly ColumnEntry[];
  show(key: string, isShown: boolean): void;
  /** Move a column before another one; to the end without. */
  move(key: string, before: string | undefined): void;
  /** Make a column wider, or narrower, by so many pixels. */
  widen(key: string, by: number): void;
  /** Show all columns as at first. */
  reset(): void;
}

const STEP = 12; // pixels a key press
const HINT = "Space shows or hides, ← → changes the width, Alt+↑ ↓ moves.";

/** Make the menu in `home`, and let `opener` open it. */
export function columnMenu(
  home: HTMLElement,
  opener: HTMLElement,
  actions: ColumnActions,
  ended: AbortSignal,
): { refresh(): void } {
  const on = { signal: ended };
  const list = h("div", { class: "pv-column-list" });
  const reset = item("Usual columns", { role: "menuitem", "data-testid": "columns-reset" });
  const label = { role: "menu", "aria-label": "Columns", "data-testid": "columns-menu" };
  const hint = h("p", { class: "pv-dim", role: "none" }, HINT);
  const el = h("div", { class: "pv-menu pv-column-menu", ...label });
  el.hidden = true;
  home.append(el);
  opener.setAttribute("aria-haspopup", "menu");
  opener.setAttribute("aria-expanded", "false");

  const items = () => [...el.querySelectorAll<HTMLElement>(".pv-menu-item")];
  const close = (isDone: boolean) => {
    if (el.hidden) return;
    el.hidden = true;
    el.replaceChildren();
    opener.setAttribute("aria-expanded", "false");
    if (isDone) opener.focus({ preventScroll: true });
  };
  const refresh = () => {
    if (el.hidden) return;
    const active = el.ownerDocument.activeElement as HTMLElement | null;
    const key = el.contains(active) ? active?.dataset.key : undefined;
    list.replaceChildren(...actions.entries().map(entryItem));
    if (key !== undefined) itemOf(key)?.focus({ preventScroll: true });
  };
  const itemOf = (key: string) => items().find((one) => one.dataset.key === key);
  const toggle = (key: string) => {
    const entry = actions.entries().find((one) => one.key === key);
    if (entry && !entry.isFixed) actions.show(key, !entry.isShown);
  };
  const move = (key: string, by: -1 | 1) => {
    const keys = actions.entries().map((entry) => entry.key);
    const to = keys.indexOf(key) + by;
    if (to < 0 || to >= keys.length) return;
    actions.move(key, by < 0 ? keys[to] : keys[to + 1]);
    itemOf(key)?.scrollIntoView?.({ block: "nearest" });
  };
  const press = (event: KeyboardEvent) => {
    const here = event.target as HTMLElement;
    const { key: column } = here.dataset;
    const at = items().indexOf(here);
    const { key } = event;
    const isUpDown = key === "ArrowUp" || key === "ArrowDown";
    const isSide = key === "ArrowLeft" || key === "ArrowRight";
    if (isUpDown && event.altKey) column && move(column, key === "ArrowUp" ? -1 : 1);
    else if (isUpDown)
      items()
        .at((at + (key === "ArrowUp" ? -1 : 1)) % items().length)
        ?.focus();
    else if (isSide) column && actions.widen(column, key === "ArrowLeft" ? -STEP : STEP);
    else if (key === "Home" || key === "End")
      items()
        .at(key === "Home" ? 0 : -1)
        ?.focus();
    else if (key === "Enter" || key === " ") here.click();
    else if (key === "Escape" || key === "Tab") close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const click = (event: Event) => {
    const one = (event.target as Element).closest<HTMLElement>(".pv-menu-item");
    if (one === reset) actions.reset();
    else if (one?.dataset.key !== undefined) toggle(one.dataset.key);
  };
  const leave = ({ relatedTarget }: FocusEvent) => {
    const to = relatedTarget as Node | null;
    if (to && !el.contains(to) && to !== opener) close(false);
  };
  const open = () => {
    if (!el.hidden) {
      close(true);
      return;
    }
    el.hidden = false;
    el.replaceChildren(list, reset, hint);
    opener.setAttribute("aria-expanded", "true");
    refresh();
    items()[0]?.focus({ preventScroll: true });
  };
  const outside = ({ target }: Event) => {
    const isInside = el.contains(target as Node) || opener.contains(target as Node);
    if (!isInside) close(false);
  };
  el.addEventListener("keydown", press, on);
  el.addEventListener("click", click, on);
  el.addEventListener("focusout", leave, on);
  opener.addEventListener("click", open, on);
  home.addEventListener("pointerdown", outside, on);
  return { refresh };
}

function entryItem({ key, label, title, isShown, isFixed }: ColumnEntry): HTMLElement {
  const box = h("span", { class: "pv-tick", "aria-hidden": "true" }, isShown ? "✓" : "");
  const one = item(label, {
    role: "menuitemcheckbox",
    "aria-checked": String(isShown),
    "aria-disabled": isFixed ? "true" : undefined,
    "data-key": key,
    "data-testid": `columns-${key}`,
    title,
  });
  one.prepend(box);
  return one;
}

const item = (label: string, attributes: Record<string, string | undefined>) =>
  h("div", { class: "pv-menu-item", tabindex: -1, ...attributes }, label);
