/** The two lists of the menu: its chapters, and beside the open one its commands. */
import type { CommandItem } from "../commands";
import { h } from "../ui/dom";
import { keyText, spokenKeys } from "../ui/keys";
import type { Chapter } from "./menu";

const EDGE = 6; // pixels that a menu keeps from the edge of the window

/** The lists, and what is open. */
export interface MenuLists {
  el: HTMLElement;
  top: HTMLElement;
  below: HTMLElement;
  /** Show chapters, none of them open. */
  show(chapters: readonly Chapter[]): void;
  /** Show the commands of a chapter beside it. */
  unfold(entry: HTMLElement): void;
  fold(): void;
  /** The chapter that is open. */
  opened(): HTMLElement | null;
  entriesOf(list: Element): HTMLElement[];
  commandOf(entry: Element): CommandItem | undefined;
}

/** Make the lists, hidden. */
export function menuLists(id: string): MenuLists {
  const menu = { class: "pv-menu", role: "menu" };
  const top = h("div", { ...menu, id, "aria-label": "Menu", "data-testid": "menus" });
  const below = h("div", { ...menu, hidden: true, "data-testid": "submenu" });
  const el = h("div", { class: "pv-menus", hidden: true }, top, below);
  const commands = new WeakMap<Element, CommandItem>();
  let shown: readonly Chapter[] = [];
  const entriesOf = (list: Element) => [...list.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const fold = () => {
    for (const entry of entriesOf(top)) entry.setAttribute("aria-expanded", "false");
    below.hidden = true;
  };
  const commandEntry = (command: CommandItem) => {
    const entry = entryOf(command);
    commands.set(entry, command);
    return entry;
  };
  return {
    ...{ el, top, below, fold, entriesOf },
    opened: () => top.querySelector<HTMLElement>("[aria-expanded=true]"),
    commandOf: (entry) => commands.get(entry),
    show(chapters) {
      shown = chapters;
      top.replaceChildren(...chapters.map(({ title }) => chapterEntry(title)));
    },
    unfold(entry) {
      const { title, groups } = shown[entriesOf(top).indexOf(entry)] as Chapter;
      fold();
      entry.setAttribute("aria-expanded", "true");
      below.setAttribute("aria-label", title);
      const parts = groups.flatMap((group, i) => [
        ...(i > 0 ? [h("div", { class: "pv-menu-line", role: "separator" })] : []),
        ...group.map(commandEntry),
      ]);
      below.replaceChildren(...parts);
      below.hidden = false;
      below.scrollTop = 0;
      placeBeside(entry, top, below, el);
    },
  };
}

function chapterEntry(title: string): HTMLElement {
  const attributes = { class: "pv-menu-item", role: "menuitem", tabindex: -1 };
  const more = { "aria-haspopup": "menu", "aria-expanded": "false" };
  const testid = `menu-${title.toLowerCase()}`;
  return h(
    "div",
    { ...attributes, ...more, "data-testid": testid },
    h("span", {}, title),
    h("span", { class: "pv-dim", "aria-hidden": "true" }, "›"),
  );
}

function entryOf({ id, title, keys = [], enabled, needs, help, python }: CommandItem): HTMLElement {
  return h(
    "div",
    {
      class: "pv-menu-item",
      role: "menuitem",
      tabindex: -1,
      "aria-disabled": !enabled && "true",
      "aria-keyshortcuts": keys.length > 0 && spokenKeys(keys),
      title: !enabled && needs ? `needs ${needs}` : (help ?? python),
      "data-testid": `menu-${id}`,
    },
    h("span", {}, title),
    ...keys.slice(0, 1).map((key) => h("kbd", { "aria-hidden": "true" }, keyText(key))),
  );
}

/** Place the second list beside an entry of the first, all of it within the window. */
function placeBeside(entry: HTMLElement, top: HTMLElement, below: HTMLElement, el: HTMLElement) {
  const room = { width: el.offsetWidth, height: el.offsetHeight };
  const left = Math.min(
    top.offsetLeft + top.offsetWidth - 2,
    room.width - below.offsetWidth - EDGE,
  );
  const least = Math.max(EDGE, Math.min(top.offsetTop + entry.offsetTop - 5, room.height - EDGE));
  const highest = Math.max(EDGE, room.height - below.offsetHeight - EDGE);
  below.style.left = `${Math.max(EDGE, left)}px`;
  below.style.top = `${Math.min(least, highest)}px`;
}
