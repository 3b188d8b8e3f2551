/** Three ways to counts: a file on the server, an AnnData of the notebook, a built-in set. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { Access, Choice, Entry } from "../../contract";
import type { PanelLifetime } from "../../panel";
import { button, h, segmented } from "../../ui/dom";
import { keepFocus } from "../../ui/focus";

/** What there is to open, and what a person may do. */
export interface OpenFormState {
  directory: ReadonlySignal<string>;
  entries: ReadonlySignal<Entry[]>;
  variables: ReadonlySignal<Choice[]>;
  datasets: ReadonlySignal<Choice[]>;
  /** What the server allows pages to open. */
  access: Access;
  /** Whether something is being opened just now. */
  busy(): boolean;
  browse(path: string): void;
  refresh(): void;
  open(from: "path" | "variable" | "dataset", name: string): void;
}

const WAYS = [
  { value: "file", label: "File", title: "A file or folder on the server" },
  { value: "notebook", label: "Notebook", title: "An AnnData of this notebook" },
  { value: "example", label: "Example", title: "A data set to try things on" },
] as const;

/** Make the part. */
export function openForm(state: OpenFormState, { watch, ended }: PanelLifetime): HTMLElement {
  const { opening: files, variables } = state.access;
  const allowed = { file: files, notebook: variables, example: true };
  const open_ways = WAYS.filter(({ value }) => allowed[value]);
  const first = state.variables.peek().length > 0 ? "notebook" : (open_ways[0]?.value ?? "example");
  const way = signal<(typeof WAYS)[number]["value"]>(first);
  const ways = segmented(
    open_ways,
    (next) => {
      way.value = next;
      if (next === "notebook") state.refresh();
    },
    { ended, label: "open from", value: way.peek(), testid: "open-from" },
  );

  const path = h("input", {
    class: "pv-field",
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "path of a file or folder",
    "aria-label": "path of a file or folder on the server",
    "data-testid": "open-path",
  });
  const take = () => path.value.trim() && state.open("path", path.value.trim());
  path.addEventListener("keydown", (event) => event.key === "Enter" && take(), { signal: ended });
  const opener = button("Open", take, { ended, asks: true, kind: "primary", testid: "open" });
  const up = button("Parent folder", () => state.browse(parent(state.directory.value)), {
    ended,
    asks: true,
    kind: "ghost",
    icon: "↑",
    iconOnly: true,
    testid: "browse-up",
  });
  const where = h("span", { class: "pv-where" }, h("bdi", {}));
  const again = button("Refresh", state.refresh, {
    ended,
    asks: true,
    kind: "ghost",
    icon: "↻",
    iconOnly: true,
    testid: "refresh",
  });
  const list = h("ul", { class: "pv-list pv-choices", "aria-label": "what can be opened" });
  const actions = new WeakMap<Element, () => void>();
  const press = ({ target }: Event) => {
    const pressed = target instanceof Element ? target.closest(".pv-choice") : null;
    if (pressed) actions.get(pressed)?.();
  };
  list.addEventListener("click", press, { signal: ended });
  const fileHead = h(
    "div",
    {},
    h("div", { class: "pv-line" }, path, opener),
    h("div", { class: "pv-line" }, up, where, again),
  );
  const notebookHead = h(
    "div",
    { class: "pv-line" },
    h("span", { class: "pv-grow pv-dim" }, "AnnData of this notebook"),
    button("Refresh", state.refresh, {
      ended,
      asks: true,
      kind: "ghost",
      icon: "↻",
      iconOnly: true,
      testid: "refresh-variables",
    }),
  );

  const attributes = { class: "pv-opening", tabindex: -1 };
  const el = h("div", attributes, ways.el, fileHead, notebookHead, list);
  watch(() => {
    fileHead.hidden = way.value !== "file";
    notebookHead.hidden = way.value !== "notebook";
    where.title = state.directory.value;
    where.firstElementChild?.replaceChildren(state.directory.value);
    const rows = items().map((item) => h("li", {}, item));
    keepFocus(el, () => list.replaceChildren(...rows));
  });
  watch(() => {
    const busy = state.busy();
    keepFocus(el, () => {
      for (const control of [path, opener]) control.disabled = busy;
      list.toggleAttribute("inert", busy);
    });
  });

  function items(): HTMLElement[] {
    const { variables, datasets, entries } = state;
    if (way.value === "file") {
      return orElse(entries.value.map(file), "Nothing here can be opened.");
    }
    if (way.value === "notebook") {
      const none = "No AnnData yet. Make one in a cell, then refresh.";
      return orElse(
        variables.value.map((one) => choice("variable", one)),
        none,
      );
    }
    return datasets.value.map((one) => choice("dataset", one));
  }
  function orElse(found: HTMLElement[], none: string): HTMLElement[] {
    return found.length > 0 ? found : [h("span", { class: "pv-dim" }, none)];
  }

  function file({ name, path, kind, size }: Entry): HTMLElement {
    const isFolder = kind === "folder";
    const go = () => (isFolder ? state.browse(path) : state.open("path", path));
    const detail = isFolder ? "" : size > 0 ? bytes(size) : "counts";
    return entry(`entry-${name}`, isFolder ? `${name}/` : name, detail, go, !isFolder);
  }
  function choice(from: "variable" | "dataset", { name, text }: Choice): HTMLElement {
    const made = entry(`${from}-${name}`, name, "", () => state.open(from, name), true);
    made.append(h("small", {}, text));
    return made;
  }

  function entry(testid: string, name: string, detail: string, go: () => void, opens: boolean) {
    const made = h(
      "button",
      { type: "button", class: "pv-choice", "data-asks": true, title: name, "data-testid": testid },
      h("span", { "data-opens": opens }, name),
      h("em", {}, detail),
    );
    actions.set(made, go);
    return made;
  }

  return el;
}

/** The folder that holds a folder; of a root, the root. */
export function parent(path: string): string {
  const separator = path.includes("\\") && !path.includes("/") ? "\\" : "/";
  const cut = path.replace(/[\\/]+$/, "").lastIndexOf(separator);
  if (cut < 0) return path;
  const above = path.slice(0, cut);
  return above === "" || above.endsWith(":") ? above + separator : above;
}

/** 34,100,000 bytes as "34 MB". */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3));
  const value = size / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
