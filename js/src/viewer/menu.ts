/** The menus: one button, under it the chapters, beside each its commands. By the ARIA menu pattern. */
import type { CommandItem } from "../commands";
import { MENUS } from "../contract";
import { h, s } from "../ui/dom";
import { keyText, spokenKeys } from "../ui/keys";

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

/** Put offers where the registry has them; `more` goes at the end of a menu, or makes one. */
export function inMenus(offers: readonly CommandItem[], more: More = {}): Chapter[] {
  const byId = new Map(offers.map((offer) => [offer.id, offer]));
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

const EDGE = 6; // pixels that a menu keeps from the edge of the window
let made = 0;

/** Make the button and the menus, closed; what can be done is asked each time they open. */
export function menuButton(chapters: () => readonly Chapter[], ended: AbortSignal): MenuButton {
  const id = `pv-menu-${++made}`;
  const lines = { d: "M1.5 3h9M1.5 6h9M1.5 9h9", stroke: "currentColor", "stroke-width": 1.4 };
  const button = h(
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
  const menu = { class: "pv-menu", role: "menu" };
  const top = h("div", { ...menu, id, "aria-label": "Menu", "data-testid": "menus" });
  const below = h("div", { ...menu, hidden: true, "data-testid": "submenu" });
  const el = h("div", { class: "pv-menus", hidden: true }, top, below);
  const runs = new WeakMap<Element, CommandItem>();
  let shown: readonly Chapter[] = [];

  const itemsOf = (list: Element) => [...list.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const open = () => {
    shown = chapters();
    top.replaceChildren(...shown.map(({ title }) => chapter(title)));
    el.hidden = false;
    button.setAttribute("aria-expanded", "true");
  };
  const close = (andBack = true) => {
    if (el.hidden) return;
    fold();
    if (andBack) button.focus({ preventScroll: true });
    el.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  function chapter(title: string): HTMLElement {
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
  function command(offer: CommandItem): HTMLElement {
    const { title, keys = [], enabled, needs, help, python } = offer;
    const item = h(
      "div",
      {
        class: "pv-menu-item",
        role: "menuitem",
        tabindex: -1,
        "aria-disabled": !enabled && "true",
        "aria-keyshortcuts": keys.length > 0 && spokenKeys(keys),
        title: !enabled && needs ? `needs ${needs}` : (help ?? python),
        "data-testid": `menu-${offer.id}`,
      },
      h("span", {}, title),
      ...keys.slice(0, 1).map((key) => h("kbd", { "aria-hidden": "true" }, keyText(key))),
    );
    runs.set(item, offer);
    return item;
  }
  /** Show the commands of a chapter beside it, all of them within the window. */
  function unfold(item: HTMLElement) {
    const at = itemsOf(top).indexOf(item);
    const { title, groups } = shown[at] as Chapter;
    fold();
    item.setAttribute("aria-expanded", "true");
    below.setAttribute("aria-label", title);
    const parts = groups.flatMap((group, i) => [
      ...(i > 0 ? [h("div", { class: "pv-menu-line", role: "separator" })] : []),
      ...group.map(command),
    ]);
    below.replaceChildren(...parts);
    below.hidden = false;
    below.scrollTop = 0;
    const room = { width: el.offsetWidth, height: el.offsetHeight };
    const left = Math.min(
      top.offsetLeft + top.offsetWidth - 2,
      room.width - below.offsetWidth - EDGE,
    );
    const least = Math.max(EDGE, Math.min(top.offsetTop + item.offsetTop - 5, room.height - EDGE));
    const highest = Math.max(EDGE, room.height - below.offsetHeight - EDGE);
    below.style.left = `${Math.max(EDGE, left)}px`;
    below.style.top = `${Math.min(least, highest)}px`;
  }
  function fold() {
    for (const item of itemsOf(top)) item.setAttribute("aria-expanded", "false");
    below.hidden = true;
  }
  const parent = () => top.querySelector<HTMLElement>("[aria-expanded=true]");

  function choose(item: HTMLElement, byKey: boolean) {
    const offer = runs.get(item);
    if (item.parentElement === top) {
      unfold(item);
      if (byKey) itemsOf(below)[0]?.focus({ preventScroll: true });
    } else if (offer?.enabled) {
      close();
      offer.run();
    }
  }
  const press = (event: KeyboardEvent) => {
    const item = (event.target as Element).closest<HTMLElement>("[role^=menuitem]");
    const list = item?.parentElement;
    if (!item || !list) return;
    if (event.key === "Tab") return close(); // on from the button
    const all = itemsOf(list);
    const at = all.indexOf(item);
    const isBelow = list === below;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    const letter = event.key.length === 1 && event.key !== " " && event.key.toLowerCase();
    if (to !== undefined) all.at(to === all.length ? 0 : to)?.focus();
    else if (event.key === "Enter" || event.key === " ") choose(item, true);
    else if (event.key === "ArrowRight" && !isBelow) choose(item, true);
    else if (isBelow && (event.key === "ArrowLeft" || event.key === "Escape")) {
      parent()?.focus();
      fold();
    } else if (event.key === "Escape") close();
    else if (letter && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const begins = ({ textContent }: Element) => textContent?.toLowerCase().startsWith(letter);
      [...all.slice(at + 1), ...all.slice(0, at)].find(begins)?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const on = { signal: ended };
  button.addEventListener(
    "click",
    ({ detail }) => {
      if (!el.hidden) return close();
      open();
      const [first] = itemsOf(top);
      first?.focus({ preventScroll: true, focusVisible: detail === 0 } as FocusOptions);
    },
    on,
  );
  button.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      event.stopPropagation();
      open();
      itemsOf(top)
        .at(event.key === "ArrowDown" ? 0 : -1)
        ?.focus({ preventScroll: true });
    },
    on,
  );
  el.addEventListener("keydown", press, on);
  const itemAt = ({ target }: Event) => (target as Element).closest<HTMLElement>(".pv-menu-item");
  el.addEventListener(
    "pointerover",
    (event) => {
      const item = itemAt(event);
      if (!item) return;
      item.focus({ preventScroll: true, focusVisible: false } as FocusOptions);
      if (item.parentElement === top && parent() !== item) unfold(item);
    },
    on,
  );
  el.addEventListener(
    "click",
    (event) => {
      const item = itemAt(event);
      if (item) choose(item, false);
    },
    on,
  );
  const leave = ({ relatedTarget }: FocusEvent) => {
    const to = relatedTarget as Node | null;
    if (to && (el.contains(to) || button.contains(to))) return;
    close(false);
  };
  el.addEventListener("focusout", leave, on);
  return { button, el };
}
