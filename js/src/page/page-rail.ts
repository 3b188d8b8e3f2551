/** Beside the cells of a page: what colors them, the legend, the groups. */
import { numbers } from "../arrays";
import { csvOf } from "../draw/grid/delimited-text";
import { createLegend } from "../draw/scatter/legend";
import type { PanelLifetime } from "../panel";
import { legendOf, regionName } from "../panels/embedding/color-by";
import { columnChoices } from "../ui/column-choices";
import { button, checkbox, h, section, select } from "../ui/dom";
import { download } from "../ui/download";
import { count } from "../ui/format";
import type { PageState } from "./page-state";

/** Make the rail. */
export function pageRail(state: PageState, lifetime: PanelLifetime): HTMLElement {
  const parts = [...colorSections(state, lifetime), groups(state, lifetime)];
  if (state.data.named.length > 0) parts.push(namedGroups(state, lifetime));
  return h("div", { class: "pv-rail" }, ...parts);
}

function colorSections(state: PageState, { watch, ended }: PanelLifetime): HTMLElement[] {
  const { data, color_by, colors, choice, pointed, labels } = state;
  const choose = (name: string) => {
    color_by.value = name;
  };
  const by = select([], choose, { ended, testid: "page-color-by", label: "color by" });
  watch(() => {
    const name = color_by.value;
    const isColumn = data.columns.some((column) => column.name === name);
    by.setChoices([
      { value: "", label: "nothing" },
      ...columnChoices(data.columns, "color"),
      ...(name && !isColumn ? [{ value: name, label: name }] : []),
    ]);
    by.value = name;
  });
  const names = checkbox(
    "names on the map",
    (isOn) => {
      labels.value = isOn;
    },
    { ended, title: "Write the names of the categories at their cells" },
  );
  watch(() => {
    names.el.hidden = colors.value.kind !== "category";
    names.input.checked = labels.value;
  });
  const legend = createLegend({
    ended,
    onHover: (code) => {
      pointed.value = code;
    },
    onPick: (code) => choice.select(cellsOf(numbers(colors.value.codes), code)),
  });
  watch(() => {
    const now = colors.value;
    const settings = now.color_by === data.color_by ? (data.settings ?? undefined) : undefined;
    legend.show(legendOf(now, settings, data.columns));
  });
  const title = h("div", { class: "pv-title" }, h("h3", { class: "pv-title" }, "Color by"), by);
  const place = placeField(state, { watch, ended });
  const parts = [title, ...place, names.el];
  return [h("section", { class: "pv-section", "aria-label": "Color" }, ...parts), legend.el];
}

const MOST_OFFERED = 20;

/** A field for a region or a gene to color by; nothing where the page has no counts. */
function placeField(state: PageState, { watch, ended }: PanelLifetime): HTMLElement[] {
  const { data, open, color_by } = state;
  const list = h("datalist", { id: "peakvi-places" });
  const field = h("input", {
    ...{ class: "pv-field", type: "text", spellcheck: "false", autocomplete: "off" },
    ...{ placeholder: "chr7:1000-1500 or MS4A1", list: "peakvi-places" },
    ...{ "aria-label": "region or gene to color by", "data-testid": "page-place" },
  });
  const said = h("p", { class: "pv-text pv-dim", role: "status" });
  const hint = "A click on a row of the table colors the cells by that region.";
  said.textContent = hint;
  const names = data.genes?.names ?? [];
  const offer = () => {
    const begin = field.value.trim().toLowerCase();
    const found = begin ? names.filter((name) => name.toLowerCase().startsWith(begin)) : [];
    const some = found.slice(0, MOST_OFFERED);
    list.replaceChildren(...some.map((name) => h("option", { value: name })));
  };
  const take = () => {
    const text = field.value.trim();
    const region = regionName(text);
    const gene = names.find((name) => name.toLowerCase() === text.toLowerCase());
    const name = data.regions.includes(region) ? region : gene;
    if (name !== undefined) color_by.value = name;
    said.textContent = name || !text ? hint : "No region or gene of that name is in this page.";
  };
  field.addEventListener("input", offer, { signal: ended });
  field.addEventListener("change", take, { signal: ended });
  const row = h("label", { class: "pv-row" }, h("span", {}, "or by"), field, list);
  watch(() => {
    const name = color_by.value;
    const isColumn = data.columns.some((column) => column.name === name);
    field.value = isColumn ? "" : name; // what colors the cells now
    said.textContent = hint;
  });
  watch(() => {
    row.hidden = said.hidden = open.value === undefined;
  });
  return [row, said];
}

/** The cells of one category. */
function cellsOf(codes: ArrayLike<number>, code: number): Uint32Array {
  const found: number[] = [];
  for (let cell = 0; cell < codes.length; cell++) if (codes[cell] === code) found.push(cell);
  return Uint32Array.from(found);
}

function groups(state: PageState, { watch, ended }: PanelLifetime): HTMLElement {
  const { choice, data } = state;
  const line = (group: 1 | 2) => {
    const cells = h("em", { "data-testid": `page-group-${group}-count` });
    const clear = () => choice.clearGroup(group);
    const gone = button(`Clear group ${group}`, clear, {
      ...{ ended, kind: "ghost", icon: "×", iconOnly: true },
    } as const);
    const name = h("b", {}, `group ${group}`);
    const item = h("li", { "data-group": group }, h("span", { class: "pv-swatch" }), name, cells);
    item.append(gone);
    watch(() => {
      const n = choice.now.value[`group${group}`].cells.length;
      cells.textContent = count(n);
      gone.hidden = n === 0;
    });
    return item;
  };
  const undo = button("undo", choice.undo, { ended, kind: "ghost", title: "Undo (Ctrl+Z)" });
  const save = button("Save cells as CSV", () => saveCells(state), {
    ended,
    testid: "page-save-cells",
    title: `Names of the cells in both groups: a mask for Python, as in session.set_groups`,
  });
  const hint = h("p", { class: "pv-text pv-dim" }, "Draw around cells, then press 1 or 2.");
  const actions = h("div", { class: "pv-actions" }, save, undo);
  watch(() => {
    const { group1, group2 } = choice.now.value;
    const n = group1.cells.length + group2.cells.length;
    save.hidden = n === 0 || data.cells.length === 0;
    hint.hidden = n > 0;
    undo.hidden = !choice.canUndo;
  });
  return section("Groups", "", h("ul", { class: "pv-list" }, line(1), line(2)), hint, actions);
}

/** The named groups: a click selects the cells of one, and 1 or 2 compares them. */
function namedGroups({ data, choice }: PageState, { ended }: PanelLifetime): HTMLElement {
  const entries = data.named.map(({ name, color, cells }) => {
    const members = numbers(cells);
    const swatch = h("span", { class: "pv-swatch", style: `background: ${color}` });
    const label = h("span", { class: "pv-legend-name" }, name);
    const title = `Select ${name}: ${count(members.length)} cells`;
    const entry = h(
      "button",
      { type: "button", class: "pv-legend-entry", title, "data-testid": "page-named" },
      ...[swatch, label, h("em", {}, count(members.length))],
    );
    entry.addEventListener("click", () => choice.select(members), { signal: ended });
    return h("li", {}, entry);
  });
  return section("Named groups", "", h("ul", { class: "pv-list pv-legend-list" }, ...entries));
}

/** Save the names of the cells in both groups, and the number of their group. */
function saveCells({ choice, data }: PageState) {
  const { group1, group2 } = choice.now.peek();
  const chosen = [...group1.cells, ...group2.cells];
  const cell = chosen.map((at) => data.cells[at] ?? "");
  const group = Uint8Array.from(chosen, (_, at) => (at < group1.cells.length ? 1 : 2));
  const rows = Uint32Array.from(chosen, (_, at) => at);
  const text = csvOf({ cell, group }, ["cell", "group"], rows);
  download(text, "groups.csv", "text/csv;charset=utf-8");
}
