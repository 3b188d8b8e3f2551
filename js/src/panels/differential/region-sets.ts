/** Sets of regions: starred, kept under a name, from a BED file, combined; shown and downloaded. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import { type Columns, numbers } from "../../arrays";
import type { DifferentialIntent, DifferentialState } from "../../contract";
import type { MenuEntry } from "../../draw/grid/row-menu";
import type { Panel } from "../../panel";
import { button, h, select } from "../../ui/dom";
import { download } from "../../ui/download";
import { count } from "../../ui/format";
import { bedOf } from "../comparison/bed";
import type { RegionGrid } from "./region-grid";

const STARRED = "starred"; // as in session/region_sets.py
const MAX_CHARACTERS = 20_000_000; // of a BED file
const SIGNS = [
  { value: "&", label: "and", title: "regions that are in both" },
  { value: "|", label: "or", title: "regions that are in either" },
  { value: "-", label: "without", title: "regions that are in the first and not in the second" },
];

type DifferentialPanel = Panel<DifferentialState, DifferentialIntent>;
type RowsOfSet = DifferentialState["set_rows"][number];

const rowsOf = ({ rows }: RowsOfSet): Uint32Array => numbers(rows) as Uint32Array;

/** The names of the sets of each region; `undefined` while there are no sets. */
export function setsColumn({
  read,
}: DifferentialPanel["wire"]): ReadonlySignal<readonly string[] | undefined> {
  const [sets, regions] = [read("set_rows"), read("regions")];
  return computed(() => {
    if (sets.value.length === 0) return undefined;
    const names: string[] = Array.from({ length: regions.value.length }, () => "");
    for (const one of sets.value) {
      for (const row of rowsOf(one)) names[row] += names[row] ? `;${one.name}` : one.name;
    }
    return names;
  });
}

/** The sets, with the button that shows them. */
export interface RegionSets {
  el: HTMLElement;
  opener: HTMLButtonElement;
  /** What can be done with a row, or with the selected ones. */
  entries(row: number): readonly MenuEntry[];
}

/** Make the list of sets and the fields that make others; hidden at first. */
export function regionSets(
  table: ReadonlySignal<Columns | undefined>,
  grid: RegionGrid,
  panel: DifferentialPanel,
): RegionSets {
  const { wire, watch, ended } = panel;
  const sets = wire.read("set_rows");
  const field = h("input", {
    class: "pv-field",
    "aria-label": "name of the new set",
    placeholder: "name",
    spellcheck: "false",
    autocomplete: "off",
    "data-testid": "set-name",
  });
  let asked = "";
  const newName = () => {
    asked = field.value.trim(); // Python names those without one
    return asked;
  };
  const n_kept = wire.read("n_kept");
  watch(() => {
    void n_kept.value;
    if (field.value.trim() === asked) field.value = ""; // the set is there; a name may be refused
  });
  const keep = () => {
    const { chosen, view } = grid.rows;
    const rows = [...(chosen.length > 0 ? chosen : view)];
    wire.ask({ intent: "name_rows", name: newName(), rows });
  };
  const kept = button("Keep regions", keep, { ended, asks: true, testid: "set-keep" });
  watch(() => {
    const { rows, selected } = grid.seen.value;
    const what = selected > 0 ? `${count(selected)} selected` : `${count(rows)} shown`;
    kept.textContent = `Keep ${what} region${(selected || rows) === 1 ? "" : "s"}`;
    kept.disabled = !table.value || (selected || rows) === 0;
  });
  field.addEventListener(
    "keydown",
    ({ key }) => {
      if (key === "Enter" && !kept.disabled) keep();
    },
    { signal: ended },
  );
  const list = setList(table, grid, panel);
  const makers = [field, kept, bedField(newName, field, panel), combiner(newName, panel)];
  const el = h(
    "section",
    { class: "pv-sets", "aria-label": "Sets of regions", "data-testid": "region-sets" },
    h("div", { class: "pv-sets-new" }, ...makers),
    list,
  );
  el.hidden = true;
  const fold = (isHidden: boolean) => {
    el.hidden = isHidden;
    opener.setAttribute("aria-expanded", String(!isHidden));
  };
  const opener = button("Sets", () => fold(!el.hidden), { ended, testid: "da-sets" });
  fold(true);
  watch(() => {
    opener.hidden = !table.value;
    if (!table.value) fold(true);
  });
  const star = (row: number) => {
    const starred = sets.peek().find(({ name }) => name === STARRED);
    const isStarred = starred !== undefined && rowsOf(starred).includes(row);
    const region = grid.regionOf(row);
    return {
      isStarred,
      run: () => wire.ask({ intent: "star_region", region, starred: !isStarred }),
    };
  };
  grid.rows.el.addEventListener(
    "keydown",
    (event) => {
      const { selected } = grid.rows;
      if (event.key !== "*" || event.target !== grid.rows.el || selected === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      star(selected).run();
    },
    { signal: ended },
  );
  return {
    el,
    opener,
    entries(row) {
      const { isStarred, run } = star(row);
      const n = grid.rows.chosen.length;
      const name = () => {
        fold(false);
        field.focus();
      };
      const keepThem = {
        label: `Keep ${count(n)} selected region${n === 1 ? "" : "s"}…`,
        run: name,
      };
      const what = isStarred ? "Remove the star" : "Star";
      return [
        { label: `${what} ${grid.regionOf(row)} (key *)`, run },
        ...(n > 0 ? [keepThem] : []),
      ];
    },
  };
}

/** The sets, each with what can be done with it. */
function setList(
  table: ReadonlySignal<Columns | undefined>,
  { rows, columns, regionOf }: RegionGrid,
  { wire, watch, ended }: DifferentialPanel,
): HTMLElement {
  const sets = wire.read("set_rows");
  const list = h("ul", { class: "pv-set-list" });
  const show = (name: string) => {
    if (!columns.shown.peek().keys.includes("sets")) columns.show("sets", true);
    rows.filter("sets", `"${name}"`);
  };
  const save = (one: RowsOfSet) => {
    const { text } = bedOf(table.peek() ?? { columns: {} }, rowsOf(one), regionOf);
    download(text, `${one.name.replaceAll(/[^\p{L}\p{N}.-]+/gu, "_")}.bed`, "text/plain");
  };
  const item = (one: RowsOfSet, signal: AbortSignal) => {
    const { name } = one;
    const small = { ended: signal, kind: "ghost" } as const;
    const shown = button(name, () => show(name), {
      ...{ ended: signal, kind: "ghost", testid: "set-show" },
      title: "Show these regions only",
    });
    const bed = button("BED", () => save(one), { ...small, title: `Download ${name} as BED` });
    const gone = button(`remove ${name}`, () => wire.ask({ intent: "remove_region_set", name }), {
      ...{ ...small, asks: true, icon: "×", iconOnly: true, testid: "set-remove" },
    });
    const n = h("span", { class: "pv-dim pv-num" }, count(rowsOf(one).length));
    return h("li", { "data-set": name }, shown, n, bed, gone);
  };
  let drawn = new AbortController();
  watch(() => {
    drawn.abort();
    drawn = new AbortController();
    const signal = AbortSignal.any([drawn.signal, ended]);
    list.replaceChildren(...sets.value.map((one) => item(one, signal)));
    list.hidden = sets.value.length === 0;
  });
  return list;
}

/** Two sets and how they are combined; there while there are two. */
function combiner(newName: () => string, { wire, watch, ended }: DifferentialPanel): HTMLElement {
  const sets = wire.read("set_rows");
  const choice = (label: string, testid: string) => select([], () => {}, { ended, label, testid });
  const [one, other] = [choice("first set", "set-first"), choice("second set", "set-second")];
  const sign = select(SIGNS, () => {}, { ended, label: "how", testid: "set-sign" });
  const combine = () => {
    const expression = `${one.value} ${sign.value} ${other.value}`;
    wire.ask({ intent: "combine_sets", name: newName(), expression });
  };
  const made = button("Combine", combine, { ended, asks: true, testid: "set-combine" });
  const el = h("span", { class: "pv-sets-combine" }, one, sign, other, made);
  watch(() => {
    const names = sets.value.map(({ name }) => name);
    const isNew = other.options.length < 2;
    one.setChoices(names);
    other.setChoices(names);
    if (isNew && names[1]) other.value = names[1];
    el.hidden = names.length < 2;
  });
  return el;
}

/** A button that reads a BED file of this computer. */
function bedField(
  newName: () => string,
  field: HTMLInputElement,
  { wire, ended }: DifferentialPanel,
): HTMLElement {
  const file = h("input", { type: "file", accept: ".bed,.txt,.tsv", "data-testid": "set-file" });
  file.hidden = true;
  const pick = button("Regions of a BED file…", () => file.click(), {
    ended,
    asks: true,
    testid: "set-bed",
    title: "Keep the regions that share at least one base with a place of the file",
  });
  const read = async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    const ownName = chosen.name.replace(/\.\w+$/, "").replaceAll(";", " ");
    const text = (await chosen.text()).slice(0, MAX_CHARACTERS + 1);
    file.value = "";
    pick.title = text.length > MAX_CHARACTERS ? "The file is too large; use Python." : pick.title;
    if (text.length > MAX_CHARACTERS) return;
    const name = field.value.trim() ? newName() : ownName;
    wire.ask({ intent: "regions_from_bed_text", text, name });
  };
  file.addEventListener("change", () => void read(), { signal: ended });
  return h("span", {}, pick, file);
}
