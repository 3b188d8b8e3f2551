/** The two groups: how many cells each has, and what can be done with both. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Commands } from "../../commands";
import type { ObsColumn } from "../../contract";
import type { PanelLifetime } from "../../panel";
import { columnChoices, whyNot } from "../../ui/column-choices";
import { button, h, row, section, select } from "../../ui/dom";
import { count } from "../../ui/format";

/** What the section shows and offers. */
export interface GroupsState {
  n_cells: ReadonlySignal<number>;
  /** Whether there is a picture to draw on. */
  drawable: ReadonlySignal<boolean>;
  /** Cells of group 1 and of group 2. */
  sizes: ReadonlySignal<readonly [number, number]>;
  columns: ReadonlySignal<ObsColumn[]>;
  /** The column that the cells are colored by: the first to be offered. */
  color_by: ReadonlySignal<string>;
  /** The names of group 1 and group 2, where they are named groups. */
  names: ReadonlySignal<readonly string[]>;
  undo_label: ReadonlySignal<string>;
  /** Make a named group of each category of a column. */
  nameEach(column: string): void;
  by(column: string, group1: string, group2: string | null): void;
}

/** Make the section. */
export function groupsSection(
  state: GroupsState,
  commands: Commands<"swap_groups" | "against_rest" | "clear_groups" | "undo">,
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const counts = [1, 2].map((n) => h("em", { "data-testid": `group-${n}-count` }));
  const names = [1, 2].map((n) => h("span", { "data-testid": `group-${n}-name` }));
  const rest = h("em", { "data-testid": "rest-count" });
  const list = h(
    "ul",
    { class: "pv-list pv-groups" },
    ...counts.map((cells, i) =>
      h(
        "li",
        { "data-group": i + 1 },
        h("span", { class: "pv-swatch" }),
        h("b", {}, `group ${i + 1}`),
        ...names.slice(i, i + 1),
        cells,
      ),
    ),
    h("li", {}, h("span", { class: "pv-swatch" }), h("span", { class: "pv-dim" }, "rest"), rest),
  );
  const swap = commands.button("swap_groups", { label: "swap", testid: "swap" });
  const against = commands.button("against_rest", { label: "1 vs rest", testid: "against-rest" });
  const clear = commands.button("clear_groups", { label: "clear", testid: "clear-groups" });
  const undo = commands.button("undo", { label: "", kind: "ghost", testid: "undo-selection" });
  const actions = h("div", { class: "pv-actions" }, swap, against, clear);
  const hint = h("p", { class: "pv-text pv-dim" }, "Draw around cells, then press 1 or 2.");
  watch(() => {
    const [one, two] = state.sizes.value;
    counts.forEach((cells, i) => {
      cells.textContent = count(i ? two : one);
    });
    names.forEach((name, i) => {
      name.textContent = state.names.value[i] ?? "";
    });
    rest.textContent = count(Math.max(0, state.n_cells.value - one - two));
    actions.hidden = one + two === 0;
    hint.hidden = !actions.hidden || !state.drawable.value;
    against.hidden = one === 0 || one + two === state.n_cells.value;
  });
  watch(() => {
    const label = state.undo_label.value;
    undo.hidden = label === "";
    undo.textContent = `undo ${label}`;
  });
  const el = section("Groups", "", list, actions, hint, byColumn(state, { watch, ended }));
  el.querySelector(".pv-title")?.lastElementChild?.replaceWith(undo);
  return el;
}

/** A small form: one or two categories of a column become the groups, as in the tutorial. */
function byColumn(
  { columns, color_by, by, nameEach }: GroupsState,
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const grouping = () => columns.value.filter((column) => !whyNot(column, "groups"));
  const chosen = () => grouping().find(({ name }) => name === column.value);
  const column = select([], () => showCategories(true), { ended, testid: "groups-by-column" });
  const first = select([], () => showCategories(), { ended, testid: "groups-by-1" });
  const second = select([], () => {}, { ended, testid: "groups-by-2" });
  const set = () => {
    if (column.value && first.value) by(column.value, first.value, categoryOf(second.value));
  };
  const details = h(
    "details",
    { class: "pv-details", "data-testid": "groups-by" },
    h("summary", {}, "groups from a column"),
    row("column", column),
    row("group 1", first),
    row("group 2", second),
    h(
      "div",
      { class: "pv-actions" },
      button("Set groups", set, { ended, asks: true, testid: "groups-set" }),
      button("Name each", () => column.value && nameEach(column.value), {
        ...{ ended, asks: true, testid: "groups-name-each" },
        title: "Make a named group of each category of the column",
      }),
    ),
  );
  watch(() => {
    const names = grouping().map(({ name }) => name);
    details.hidden = names.length === 0;
    const before = column.value;
    column.setChoices(columnChoices(columns.value, "groups"));
    if (!names.includes(before)) {
      column.value = names.includes(color_by.value) ? color_by.value : (names[0] ?? "");
    }
    showCategories(column.value !== before);
  });

  function showCategories(reset = false) {
    const { categories = [], counts = [] } = chosen() ?? {};
    const entries = categories.map((value, i) => ({
      value,
      label: `${value} (${count(counts[i] ?? 0)})`,
    }));
    first.setChoices(entries);
    if (reset) first.value = categories[0] ?? "";
    const others = entries.filter(({ value }) => value !== first.value);
    second.setChoices([
      { value: "", label: "all others" },
      ...others.map(({ value, label }) => ({ value: `=${value}`, label })),
    ]);
    if (reset) second.value = "";
  }
  return details;
}

/** A category may have any name, so those on offer begin with a sign that "all others" has not. */
const categoryOf = (value: string): string | null => (value === "" ? null : value.slice(1));
