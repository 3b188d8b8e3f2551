/** The command palette: find by words what can be done, see its key and its Python, and do it. */
import type { CommandItem } from "../commands";
import { hasWords } from "../commands";
import { h, READ_ONLY_CONTROL } from "../ui/dom";
import { keyText } from "../ui/keys";
import { overlay } from "../ui/modal";

/** What the palette shows. */
export interface PaletteOptions {
  /** All that can be done, with what these words find besides. */
  items(words: readonly string[]): CommandItem[];
  ended: AbortSignal;
}

/** A palette. */
export interface Palette {
  el: HTMLElement;
  open(): void;
}

let made = 0;

/** Make the palette, closed. */
export function palette({ items, ended }: PaletteOptions): Palette {
  const id = `pv-palette-${++made}`;
  const { el, sheet, open, close } = overlay({ label: "Commands", testid: "palette" }, ended);
  const field = h("input", {
    class: "pv-field pv-palette-field",
    ...READ_ONLY_CONTROL,
    type: "text",
    role: "combobox",
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "Search commands, regions, genes, columns",
    "aria-label": "Search commands, regions, genes and columns",
    "aria-expanded": "true",
    "aria-controls": id,
    "aria-autocomplete": "list",
    "data-testid": "palette-field",
  });
  const list = h("div", { class: "pv-palette-list", role: "listbox", id, "aria-label": "Found" });
  const none = h("p", { class: "pv-text pv-dim", role: "status" });
  sheet.append(field, list, none);
  let found: CommandItem[] = [];
  let at = 0;

  const words = () => field.value.toLowerCase().split(/\s+/).filter(Boolean);
  function search() {
    found = ordered(items(words()), words());
    at = 0;
    list.replaceChildren(...found.map(row));
    none.textContent = found.length > 0 ? "" : "No results.";
    mark();
  }
  function row(item: CommandItem, index: number): HTMLElement {
    return h(
      "div",
      {
        class: "pv-palette-row",
        role: "option",
        id: `${id}-${index}`,
        "aria-disabled": !item.enabled && "true",
        title: item.help,
        "data-testid": "palette-row",
      },
      h("span", { class: "pv-palette-title" }, item.title),
      h("code", {}, item.enabled || !item.needs ? (item.python ?? "") : `needs ${item.needs}`),
      h("span", {}, ...(item.keys ?? []).slice(0, 1).map((key) => h("kbd", {}, keyText(key)))),
    );
  }
  function mark() {
    [...list.children].forEach((row, index) => {
      row.setAttribute("aria-selected", String(index === at));
    });
    list.children[at]?.scrollIntoView?.({ block: "nearest" });
    if (found.length > 0) field.setAttribute("aria-activedescendant", `${id}-${at}`);
    else field.removeAttribute("aria-activedescendant");
  }
  function choose(item: CommandItem | undefined) {
    if (!item?.enabled) return;
    close();
    item.run();
  }

  const click = ({ target }: MouseEvent) => {
    const row = target instanceof Element ? target.closest(".pv-palette-row") : null;
    if (row) choose(found[[...list.children].indexOf(row)]);
  };
  list.addEventListener("click", click, { signal: ended });
  field.addEventListener("input", search, { signal: ended });
  field.addEventListener(
    "keydown",
    (event) => {
      const step: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
      const by = step[event.key];
      if (by !== undefined && found.length > 0) {
        const turns = Math.abs(by) === 1; // one step past an end goes to the other
        at = turns
          ? (at + by + found.length) % found.length
          : Math.max(0, Math.min(found.length - 1, at + by));
        mark();
      } else if (event.key === "Enter") choose(found[at]);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    { signal: ended },
  );
  return {
    el,
    open() {
      field.value = "";
      search();
      open(field);
    },
  };
}

/** What can be done first; then by where the words are: in the title, or only beside it. */
function ordered(items: readonly CommandItem[], words: readonly string[]): CommandItem[] {
  const rank = ({ enabled, title }: CommandItem) => {
    const small = title.toLowerCase();
    const isNamed = words.length > 0 && hasWords(title, words);
    const begins = words.length > 0 && small.startsWith(words[0] as string);
    return (enabled ? 0 : 4) + (begins ? 0 : isNamed ? 1 : 2);
  };
  return items
    .filter(({ title, help = "", python = "" }) => hasWords(`${title} ${help} ${python}`, words))
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
