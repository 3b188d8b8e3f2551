/** The named groups: their list, what can be done with each, and a form for one more. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { EmbeddingIntent, NamedGroup, Notice } from "../../contract";
import { modifierOperation } from "../../draw/scatter/combine";
import type { PanelLifetime } from "../../panel";
import { button, h, row, section } from "../../ui/dom";
import { count } from "../../ui/format";
import { askedName, renameField } from "../../ui/rename-field";

/** What the section shows, and how it asks for something. */
export interface NamedGroupsState {
  groups: ReadonlySignal<NamedGroup[]>;
  /** The names of group 1 and group 2, where these are named groups. */
  compared: ReadonlySignal<readonly string[]>;
  /** How many cells are selected. */
  nSelected: ReadonlySignal<number>;
  notice: ReadonlySignal<Notice>;
  ask(intent: EmbeddingIntent): void;
}

type Part = "name" | "1" | "2" | "update" | "remove";

/** Make the section; `start` lets a name be typed. */
export function namedGroups(
  state: NamedGroupsState,
  panel: PanelLifetime,
): { el: HTMLElement; start(): void } {
  const { groups, ask } = state;
  const { watch, ended } = panel;
  const form = newGroup(state, panel);
  const save = button("save to obs", () => ask({ intent: "groups_to_obs" }), {
    ...{ ended, asks: true, testid: "groups-to-obs" },
    title: "Write the groups into adata.obs['groups_peakvi'] and color the cells by them",
  });
  const actions = h("div", { class: "pv-actions" }, save);
  watch(() => {
    actions.hidden = groups.value.length === 0;
  });
  const el = section("Named groups", "", groupList(state, panel), actions, form.el);
  return { el, start: form.start };
}

function groupList(
  { groups, compared, notice, ask }: NamedGroupsState,
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const el = h("ul", { class: "pv-list pv-named", "data-testid": "named-groups" });
  let field: HTMLInputElement | undefined; // while a name is typed the list is not redrawn
  const rowOf = (name: string) =>
    [...el.children].find((item) => (item as HTMLElement).dataset.name === name);
  const focus = (name: string, part: string) =>
    rowOf(name)?.querySelector<HTMLElement>(`[data-part="${part}"]`)?.focus();
  const draw = () => {
    const { activeElement } = el.getRootNode() as Document | ShadowRoot;
    const at = activeElement && el.contains(activeElement) ? activeElement : null;
    const [name, part] = [nameOf(at), partOf(at)];
    const index = [...el.children].findIndex((item) => item.contains(at));
    el.replaceChildren(...groups.value.map((group) => entry(group, compared.value)));
    if (!at) return;
    if (rowOf(name)) focus(name, part);
    else focus((groups.value[index] ?? groups.value.at(-1))?.name ?? "", "name"); // it is gone
  };
  const rename = (name: string, refused?: string) => {
    const label = rowOf(name)?.querySelector<HTMLElement>('[data-part="name"]');
    if (!label || field) return;
    field = renameField(label, {
      ...{ text: name, refused, ended, testid: "named-group-rename" },
      end(text) {
        field = undefined;
        if (text) {
          asked.ask(name, text);
          ask({ intent: "rename_group", name, new_name: text });
        }
        draw();
        focus(name, "name");
      },
    });
  };
  const asked = askedName(notice, rename, { watch });
  watch(() => {
    void groups.value;
    asked.settle();
  });
  watch(() => {
    void [groups.value, compared.value];
    if (!field) draw();
  });
  const run = (name: string, part: string, event: MouseEvent) => {
    if (part === "name") {
      ask({ intent: "select_group", name, mode: modifierOperation(event) ?? "new" });
    }
    if (part === "1") ask({ intent: "compare_group", name, number: 1 });
    if (part === "2") ask({ intent: "compare_group", name, number: 2 });
    if (part === "update") ask({ intent: "update_group", name });
    if (part === "remove") ask({ intent: "remove_group", name });
  };
  const on = <E extends Event>(type: string, handle: (event: E) => void) =>
    el.addEventListener(type, handle as EventListener, { signal: ended });
  on<MouseEvent>("click", (event) => run(nameOf(event.target), partOf(event.target), event));
  on<MouseEvent>("dblclick", ({ target }) => {
    if (partOf(target) === "name") rename(nameOf(target));
  });
  on("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== "color") return;
    ask({ intent: "color_group", name: nameOf(target), color: target.value });
  });
  on<KeyboardEvent>("keydown", (event) => {
    const name = nameOf(event.target);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const keys: Record<string, () => void> = {
      F2: () => rename(name),
      Delete: () => ask({ intent: "remove_group", name }),
      "1": () => ask({ intent: "compare_group", name, number: 1 }),
      "2": () => ask({ intent: "compare_group", name, number: 2 }),
    };
    const at = groups.value.findIndex((group) => group.name === name);
    const next = step ? groups.value[at + step] : undefined;
    if (next) focus(next.name, "name");
    else if (keys[event.key] && partOf(event.target)) keys[event.key]?.();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return el;
}

function entry({ name, color, n_cells, query }: NamedGroup, compared: readonly string[]) {
  const cells = `${count(n_cells)} ${n_cells === 1 ? "cell" : "cells"}`;
  const made = query ? `, by ${query}` : "";
  const part = (id: Part, text: string, more: Record<string, string>) =>
    h("button", { type: "button", "data-part": id, "data-asks": true, ...more }, text);
  const number = (n: 1 | 2) =>
    part(`${n}`, `${n}`, {
      class: `pv-button pv-ghost pv-group${n}`,
      title: `Make ${name} group ${n} (${n})`,
      "aria-label": `Make ${name} group ${n}`,
      "aria-pressed": String(compared[n - 1] === name),
    });
  const sign = (id: Part, text: string, title: string) =>
    part(id, text, { class: "pv-button pv-ghost", title, "aria-label": title });
  return h(
    "li",
    { "data-name": name },
    h("input", {
      ...{ type: "color", class: "pv-color", value: color, "data-asks": true },
      "aria-label": `Color of ${name}`,
      title: `Color of ${name}`,
    }),
    part("name", name, {
      class: "pv-named-name",
      title: `Select ${cells}${made}; Shift adds, Alt subtracts; F2 renames, Delete removes`,
    }),
    h("em", {}, count(n_cells)),
    ...(query ? [sign("update", "↻", `Look again for ${query}`)] : []),
    number(1),
    number(2),
    sign("remove", "×", `Remove ${name}`),
  );
}

const nameOf = (target: EventTarget | null): string =>
  (target as Element | null)?.closest<HTMLElement>("[data-name]")?.dataset.name ?? "";

const partOf = (target: EventTarget | null): string =>
  (target as HTMLElement | null)?.dataset?.part ?? "";

/** A small form: a name, and a query where it is not for the selected cells. */
function newGroup({ groups, nSelected, ask }: NamedGroupsState, { watch, ended }: PanelLifetime) {
  const field = (testid: string, title: string) =>
    h("input", {
      ...{ class: "pv-field", type: "text", spellcheck: "false", autocomplete: "off" },
      ...{ title, "data-testid": testid },
    });
  const name = field("group-name", "Name of the group");
  const query = field(
    "group-query",
    "Empty for the selected cells; or a query on obs and groups: n_counts > 2000, A & B, A | B, ~A, A - B",
  );
  let asked = "";
  const give = () => {
    const hasCells = query.value.trim() !== "" || nSelected.peek() > 0;
    if (name.value.trim() === "") return name.focus();
    if (!hasCells) return query.focus();
    asked = name.value.trim();
    ask({ intent: "name_group", name: asked, query: query.value });
  };
  const file = h("input", {
    ...{ type: "file", accept: ".txt,.tsv,.csv", hidden: true, "data-testid": "barcodes-file" },
    "aria-label": "File of barcodes",
  });
  const read = async () => {
    const text = await file.files?.[0]?.text();
    file.value = ""; // the same file may be chosen again
    const barcodes = barcodesIn(text ?? "");
    if (barcodes.length > 0) ask({ intent: "select_barcodes", barcodes, mode: "new" });
  };
  file.addEventListener("change", () => void read(), { signal: ended });
  const choose = button("Select by file…", () => file.click(), {
    ...{ ended, asks: true, testid: "barcodes" },
    title: "Select the cells listed in a text file, one barcode at the start of each line",
  });
  const go = button("Name", give, { ended, asks: true, testid: "group-name-set" });
  const el = h(
    "details",
    { class: "pv-details", "data-testid": "group-new" },
    h("summary", {}, "name cells"),
    row("name", name),
    row("cells", query),
    h("div", { class: "pv-actions" }, go, choose, file),
  );
  el.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && event.target instanceof HTMLInputElement) give();
    },
    { signal: ended },
  );
  watch(() => {
    const n = nSelected.value;
    query.placeholder = n > 0 ? `the ${count(n)} selected` : "select cells, or B & n_counts > 2000";
  });
  watch(() => {
    if (!groups.value.some((group) => group.name === asked)) return;
    asked = name.value = query.value = ""; // it is there now
  });
  const start = () => {
    el.open = true;
    name.focus();
  };
  return { el, start };
}

/** The first word of each line. */
export const barcodesIn = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.split(/[,;\s]/, 1)[0]?.replace(/^["']|["']$/g, "") ?? "")
    .filter((word) => word !== "");
