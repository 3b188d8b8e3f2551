/** The shortcut sheet: every command with its keys and its Python, by who carries it out. */
import type { CommandItem } from "../commands";
import { button, h } from "../ui/dom";
import { keyText } from "../ui/keys";
import { overlay } from "../ui/modal";

/** Commands under one heading. */
export interface ShortcutTable {
  title: string;
  items: readonly CommandItem[];
}

/** A sheet. */
export interface Shortcuts {
  el: HTMLElement;
  open(): void;
}

/** Make the sheet, closed. */
export function shortcuts(chapters: () => readonly ShortcutTable[], ended: AbortSignal): Shortcuts {
  const about = { label: "Keyboard shortcuts", testid: "shortcuts" };
  const { el, sheet, open, close } = overlay(about, ended);
  const shut = button("Close", close, { ended, kind: "ghost", icon: "×", iconOnly: true });
  const body = h("div", { class: "pv-shortcuts", tabindex: 0 });
  const hint = h(
    "p",
    { class: "pv-text pv-dim" },
    "Keys act while the viewer has the focus. Add your own with viewer.bind_key.",
  );
  const head = h("div", { class: "pv-sheet-head" }, h("h3", {}, "Keyboard shortcuts"), shut);
  sheet.append(head, hint, body);
  return {
    el,
    open() {
      body.replaceChildren(...chapters().map(table));
      open(body);
    },
  };
}

function table({ title, items }: ShortcutTable): HTMLElement {
  const rows = items.map((item) =>
    h(
      "tr",
      { "data-testid": `shortcut-${item.id}` },
      h("td", {}, ...(item.keys ?? []).map((key) => h("kbd", {}, keyText(key)))),
      h("td", { title: item.help }, item.title),
      h("td", {}, h("code", { title: item.python }, item.python ?? "")),
    ),
  );
  return h(
    "table",
    {},
    h("caption", {}, title),
    h("colgroup", {}, ...["keys", "title", "python"].map((of) => h("col", { "data-of": of }))),
    h(
      "thead",
      { class: "pv-sr" },
      h("tr", {}, ...["key", "command", "Python"].map((name) => h("th", { scope: "col" }, name))),
    ),
    h("tbody", {}, ...rows),
  );
}
