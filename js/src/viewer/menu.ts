/** The menus: one button, under it the chapters, beside each its commands. By the ARIA menu pattern. */
import type { CommandItem } from "../commands";
import { MENUS } from "../contract";
import { h, s } from "../ui/dom";
import { type MenuLists, menuLists } from "./menu-lists";

/** One menu: commands in groups, of which none is empty. */
export interface Chapter {
  title: string;
  groups: readonly (readonly CommandItem[])[];
}

/** The button, and the menus that it opens. */
export interface MenuButton {
  button: HTMLButtonElement;
  el: HTMLElement;
}

type More = Readonly<Record<string, readonly (readonly CommandItem[])[]>>;

/** Put commands where the registry has them; `more` goes at the end of a menu, or makes one. */
export function inMenus(commands: readonly CommandItem[], more: More = {}): Chapter[] {
  const byId = new Map(commands.map((command) => [command.id, command]));
  const titles = MENUS.map(({ title }) => title);
  const all = [
    ...MENUS.map(({ title, groups }) => ({
      title,
      groups: groups.map((ids) => ids.flatMap((id) => byId.get(id) ?? [])),
    })),
    ...Object.keys(more).flatMap((title) => (titles.includes(title) ? [] : { title, groups: [] })),
  ];
  return all
    .map(({ title, groups }) => ({
      title,
      groups: [...groups, ...(more[title] ?? [])].filter((group) => group.length > 0),
    }))
    .filter(({ groups }) => groups.length > 0);
}

let made = 0;

/** Make the button and the menus, closed; what can be done is asked each time they open. */
export function menuButton(chapters: () => readonly Chapter[], ended: AbortSignal): MenuButton {
  const id = `pv-menu-${++made}`;
  const lists = menuLists(id);
  const { el, top } = lists;
  const button = buttonFor(id);
  const isOpen = (open: boolean) => {
    el.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  const open = (focused: number, focusVisible: boolean) => {
    lists.show(chapters());
    isOpen(true);
    const entry = lists.entriesOf(top).at(focused);
    entry?.focus({ preventScroll: true, focusVisible } as FocusOptions);
  };
  const close = (andBack = true) => {
    if (el.hidden) return;
    lists.fold();
    if (andBack) button.focus({ preventScroll: true });
    isOpen(false);
  };
  const choose = (entry: HTMLElement, byKey: boolean) => {
    const command = lists.commandOf(entry);
    if (entry.parentElement === top) {
      lists.unfold(entry);
      if (byKey) lists.entriesOf(lists.below)[0]?.focus({ preventScroll: true });
    } else if (command?.enabled) {
      close();
      command.run();
    }
  };
  const toggle = ({ detail }: MouseEvent) => (el.hidden ? open(0, detail === 0) : close());
  const openByKey = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    event.stopPropagation();
    open(event.key === "ArrowDown" ? 0 : -1, true);
  };
  const leave = ({ relatedTarget }: FocusEvent) => {
    const to = relatedTarget as Node | null;
    if (to && (el.contains(to) || button.contains(to))) return;
    close(false);
  };
  const listening = { signal: ended };
  button.addEventListener("click", toggle, listening);
  button.addEventListener("keydown", openByKey, listening);
  el.addEventListener("keydown", (event) => press(lists, choose, close, event), listening);
  el.addEventListener("focusout", leave, listening);
  followPointer(lists, choose, ended);
  return { button, el };
}

function buttonFor(id: string): HTMLButtonElement {
  const lines = { d: "M1.5 3h9M1.5 6h9M1.5 9h9", stroke: "currentColor", "stroke-width": 1.4 };
  return h(
    "button",
    {
      type: "button",
      class: "pv-button pv-ghost",
      title: "Menu",
      "aria-label": "Menu",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-controls": id,
      "data-testid": "menu",
    },
    s("svg", { viewBox: "0 0 12 12", width: 13, height: 13 }, s("path", lines)),
  );
}

type Choose = (entry: HTMLElement, byKey: boolean) => void;

/** A key in one of the lists. */
function press(lists: MenuLists, choose: Choose, close: () => void, event: KeyboardEvent) {
  const { key } = event;
  const entry = (event.target as Element).closest<HTMLElement>("[role^=menuitem]");
  const list = entry?.parentElement;
  if (!entry || !list) return;
  if (key === "Tab") return close(); // on from the button
  const all = lists.entriesOf(list);
  const at = all.indexOf(entry);
  const isBelow = list === lists.below;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[key];
  const letter = key.length === 1 && key !== " " && key.toLowerCase();
  if (to !== undefined) all.at(to === all.length ? 0 : to)?.focus();
  else if (key === "Enter" || key === " ") choose(entry, true);
  else if (key === "ArrowRight" && !isBelow) choose(entry, true);
  else if (isBelow && (key === "ArrowLeft" || key === "Escape")) {
    lists.opened()?.focus();
    lists.fold();
  } else if (key === "Escape") close();
  else if (letter && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const begins = ({ textContent }: Element) => textContent?.toLowerCase().startsWith(letter);
    [...all.slice(at + 1), ...all.slice(0, at)].find(begins)?.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** The entry under the pointer has the focus, and its commands are shown. */
function followPointer(lists: MenuLists, choose: Choose, ended: AbortSignal) {
  const { el, top } = lists;
  const entryAt = ({ target }: Event) => (target as Element).closest<HTMLElement>(".pv-menu-item");
  const over = (event: PointerEvent) => {
    const entry = entryAt(event);
    if (!entry) return;
    entry.focus({ preventScroll: true, focusVisible: false } as FocusOptions);
    if (entry.parentElement === top && lists.opened() !== entry) lists.unfold(entry);
  };
  const click = (event: MouseEvent) => {
    const entry = entryAt(event);
    if (entry) choose(entry, false);
  };
  el.addEventListener("pointerover", over, { signal: ended });
  el.addEventListener("click", click, { signal: ended });
}
