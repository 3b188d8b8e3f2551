/** The menu of a row: what can be done with it. */
import { h } from "../../ui/dom";
import { placeIn } from "../../ui/pointer-place";

/** One entry; it is chosen by click, Enter or Space. */
export interface MenuEntry {
  label: string;
  run(): void;
}

/** A menu that opens at a place in `home`. */
export interface RowMenu {
  open(at: { clientX: number; clientY: number }, entries: readonly MenuEntry[]): void;
}

const EDGE = 4; // pixels that it keeps from the edge

/** Make the menu; it is closed by Escape, a choice, or when the focus goes elsewhere. */
export function rowMenu(home: HTMLElement, back: HTMLElement, ended: AbortSignal): RowMenu {
  const el = h("div", { class: "pv-menu pv-row-menu", role: "menu", "aria-label": "Row" });
  el.hidden = true;
  home.append(el);
  const close = (isDone: boolean) => {
    if (el.hidden) return;
    if (isDone) back.focus({ preventScroll: true });
    el.hidden = true;
  };
  const items = () => [...el.children] as HTMLElement[];
  const on = { signal: ended };
  el.addEventListener(
    "keydown",
    (event) => {
      const at = items().indexOf(event.target as HTMLElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
      if (to !== undefined)
        items()
          .at(to === items().length ? 0 : to)
          ?.focus();
      else if (event.key === "Enter" || event.key === " ") (event.target as HTMLElement).click();
      else if (event.key === "Escape" || event.key === "Tab") close(true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    on,
  );
  el.addEventListener(
    "focusout",
    ({ relatedTarget }) => {
      if (!el.contains(relatedTarget as Node | null)) close(false);
    },
    on,
  );
  return {
    open(at, entries) {
      const item = ({ label, run }: MenuEntry) => {
        const one = h("div", { class: "pv-menu-item", role: "menuitem", tabindex: -1 }, label);
        const choose = () => {
          close(true);
          run();
        };
        one.addEventListener("click", choose, on);
        return one;
      };
      el.replaceChildren(...entries.map(item));
      el.hidden = false;
      const [x, y] = placeIn(home, at);
      const fit = (to: number, size: number, room: number) =>
        `${Math.max(EDGE, Math.min(to, room - size - EDGE))}px`;
      el.style.left = fit(x, el.offsetWidth, home.clientWidth);
      el.style.top = fit(y, el.offsetHeight, home.clientHeight);
      items()[0]?.focus({ preventScroll: true });
    },
  };
}
