/** Differential accessibility: what is compared and how far, every region in a grid, one file to take away. */
import { computed, signal } from "@preact/signals-core";
import { type CommandItem, commandsOf, hasWords } from "../commands";
import {
  DIFFERENTIAL_COMMANDS,
  type DifferentialIntent,
  type DifferentialState,
} from "../contract";
import { type Grid, grid } from "../draw/grid/grid";
import { rowMenu } from "../draw/grid/row-menu";
import { definePanel } from "../panel";
import { copyText } from "../ui/clipboard";
import { button, checkbox, h } from "../ui/dom";
import { download } from "../ui/download";
import { count, short } from "../ui/format";
import { notices } from "../ui/notices";
import { progressBar } from "../ui/progress";
import { whenShown } from "../ui/when-visible";
import { linked } from "./comparison/region-link";
import {
  columnsOf,
  csvText,
  fileName,
  reachOf,
  tableOf,
  tsvText,
  upAndDown,
} from "./comparison/region-table";
import { inShort, questionForm } from "./comparison/settings-form";
import { wordsOf } from "./comparison/words";

const BUSY = ["waiting", "running", "estimate"];
const COPIED = 4000; // ms that it is said
const MOST_FOUND = 12; // regions that a search shows

export default definePanel<DifferentialState, DifferentialIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const [regions, da_columns, state] = [
    wire.read("regions"),
    wire.read("da_columns"),
    wire.read("da_state"),
  ];
  const [title, settings, progress, live] = [
    wire.read("da_title"),
    wire.read("da_settings"),
    wire.read("da_progress"),
    wire.read("live"),
  ];
  const words = wordsOf(wire);
  const table = computed(() => tableOf(regions.value, da_columns.value));
  const n_called = computed(() => {
    const { up, down } = table.value ? upAndDown(table.value) : { up: 0, down: 0 };
    return up + down;
  });
  const isBusy = computed(() => BUSY.includes(state.value));
  const compare = () => wire.ask({ intent: "compare" });

  // one line: what, how, how much of it, how far
  const summary = h("output", { class: "pv-summary", "data-testid": "da-title" });
  watch(() => {
    const here = table.value;
    const by = settings.value; // those that the table on show was made with
    const called = `${count(n_called.value)} of ${count(here?.n_rows ?? 0)}`;
    const found = by ? `${called} at FDR ${short(by.fdr_target)}` : "";
    const said = here ? [title.value, by ? inShort(by) : "", found] : [];
    summary.value = said.filter(Boolean).join(" · ") || "Differential accessibility";
  });
  const label = h("output", { class: "pv-da-state", "data-testid": "da-state" });
  watch(() => {
    // how far it is, only the eye wants
    label.setAttribute("aria-live", words.state.value.includes("%") ? "off" : "polite");
    label.value = words.state.value;
    label.toggleAttribute("data-live", isBusy.value);
    label.dataset.state = state.value;
  });
  const bar = progressBar("Comparison", "da-progress");
  bar.el.toggleAttribute("data-live", true);
  watch(() => {
    bar.el.hidden = !isBusy.value;
    bar.share = state.value === "waiting" ? -1 : progress.value;
  });

  // the rows
  let reach = 1;
  const seen = signal({ rows: 0, of: 0 });
  const rows = grid({
    columns: columnsOf(() => reach),
    rowKey: "region",
    label: "Regions",
    sort: { key: "prob_da", descending: true },
    testid: "da-grid",
    rowTestid: "da-row",
    viewed: (some, all) => {
      seen.value = { rows: some, of: all };
    },
    select: (row) => choose(row),
    copied: (row) => (table.value ? tsvText(table.value, Uint32Array.of(row)) : ""),
    menu: (row, at) => copies.open(at, copyEntries(row)),
    ended,
  });
  const empty = h("div", { class: "pv-empty", "data-testid": "da-empty" });
  watch(() => {
    empty.textContent = words.empty.value;
  });
  let names: readonly string[] = [];
  let unseen = false; // whether a hidden tab has missed something
  const mark = (region: string) => {
    const row = names.indexOf(region);
    unseen ||= rows.el.clientHeight === 0;
    rows.selected = row < 0 ? undefined : row;
  };
  const link = linked(panel, mark);
  const choose = (row: number | undefined) => {
    const region = row === undefined ? undefined : names[row];
    if (region !== undefined) link.color(region);
  };
  const color_by = wire.read("color_by");
  watch(() => {
    const here = table.value;
    rows.el.hidden = !here;
    empty.hidden = !!here;
    if (!here) return;
    reach = reachOf((here.columns.effect_size ?? []) as ArrayLike<number>);
    names = here.columns.region as readonly string[];
    rows.show(here);
    nameHeads(rows.el);
    mark(color_by.peek());
  });
  whenShown(rows.el, ended, () => {
    if (!unseen || !table.value) return;
    unseen = false;
    rows.show(table.value); // its head can be measured only now
    rows.selected = undefined;
    mark(color_by.peek()); // and the row be scrolled to
  });

  const body = h("div", { class: "pv-da-body" }, rows.el, empty);
  const copies = rowMenu(body, rows.el, ended);

  // how many of them
  const shown = h("output", { class: "pv-dim", "data-testid": "da-shown" });
  const copied = signal("");
  const copyWords = h("span", { class: "pv-dim", role: "status", "data-testid": "da-copied" });
  watch(() => {
    copyWords.textContent = copied.value;
    const timer = setTimeout(() => {
      copied.value = "";
    }, COPIED);
    return () => clearTimeout(timer);
  });
  const clear = button("clear filters", () => clearFilters(rows), {
    ended,
    kind: "ghost",
    testid: "da-clear-filters",
  });
  watch(() => {
    const { rows: some, of: all } = seen.value;
    shown.hidden = !table.value;
    clear.hidden = !table.value || some === all;
    shown.value = some === all ? `${count(all)} rows` : `${count(some)} of ${count(all)} rows`;
  });

  // what a person may do
  const canSave = () => table.value !== undefined && seen.value.rows > 0;
  const commands = commandsOf(
    panel,
    DIFFERENTIAL_COMMANDS,
    {
      compare: { enabled: () => words.canCompare.value && !isBusy.value, run: compare },
      cancel: { enabled: () => isBusy.value, run: () => wire.ask({ intent: "cancel" }) },
      live: {
        run: () => wire.write("live", !live.value),
        python: () => `session.live = ${live.value ? "False" : "True"}`,
      },
      csv: { enabled: canSave, run: save, browserOnly: true },
      copy_rows: { enabled: canSave, run: () => copyRows(rows.view), browserOnly: true },
      copy_regions: { enabled: canSave, run: () => copyRegions(rows.view), browserOnly: true },
    },
    regionsFound,
  );
  function regionsFound(sought: readonly string[]): CommandItem[] {
    const found: CommandItem[] = [];
    const named = sought.filter((word) => !"color by".includes(word));
    for (const region of named.length > 0 ? regions.value : []) {
      if (found.length === MOST_FOUND) break;
      if (!hasWords(region, named)) continue;
      found.push({
        id: `region ${region}`,
        title: `Color by ${region}`,
        python: `session.color_by = "${region}"`,
        enabled: true,
        run: () => link.color(region),
      });
    }
    return found;
  }
  const cancel = commands.button("cancel", { label: "Cancel", testid: "da-cancel" });
  const again = commands.button("compare", { kind: "primary", testid: "da-compare" });
  watch(() => {
    cancel.hidden = !isBusy.value;
    again.hidden = isBusy.value || state.value === "final" || state.value === "stale";
    again.hidden ||= !words.canCompare.value;
    again.textContent = state.value === "none" ? "Compare" : "Compare again";
  });
  const byItself = checkbox("live", (on) => wire.write("live", on), {
    ended,
    testid: "da-live",
    title: DIFFERENTIAL_COMMANDS.live.help ?? "",
  });
  watch(() => {
    byItself.input.checked = live.value;
  });
  const csv = commands.button("csv", { label: "CSV", testid: "da-csv" });
  watch(() => {
    csv.disabled = !canSave();
  });
  function save() {
    if (!table.value) return;
    const text = csvText(table.value, rows.view);
    download(text, fileName(title.value, state.value), "text/csv;charset=utf-8");
  }
  const take = async (text: string, what: string) => {
    const isDone = await copyText(text, body);
    copied.value = isDone ? `Copied ${what}.` : "The browser did not allow copying.";
  };
  const number = (n: number, one: string) => `${count(n)} ${one}${n === 1 ? "" : "s"}`;
  function copyRows(some: Uint32Array) {
    if (table.value) void take(tsvText(table.value, some), number(some.length, "row"));
  }
  function copyRegions(some: Uint32Array) {
    const text = Array.from(some, (row) => names[row]).join("\n");
    void take(text, number(some.length, "region"));
  }
  const copyEntries = (row: number) => {
    const [one, all] = [Uint32Array.of(row), rows.view];
    return [
      { label: `Copy ${names[row]}`, run: () => copyRegions(one) },
      { label: "Copy this row", run: () => copyRows(one) },
      { label: `Copy ${number(all.length, "region")}`, run: () => copyRegions(all) },
      { label: `Copy ${number(all.length, "row")}`, run: () => copyRows(all) },
    ];
  };
  const form = questionForm(panel);
  form.hidden = true;
  const unfold = button("Settings", () => fold(), { ended, testid: "da-settings" });
  const fold = () => {
    form.hidden = !form.hidden;
    unfold.setAttribute("aria-expanded", String(!form.hidden));
  };
  unfold.setAttribute("aria-expanded", "false");

  // a table that no longer answers what is asked
  const recompute = commands.button("compare", {
    label: "Recompute",
    kind: "primary",
    testid: "da-recompute",
  });
  const stale = h(
    "div",
    { class: "pv-stale", role: "status", "data-testid": "da-stale" },
    "groups or settings changed: this table is from before",
    recompute,
  );
  watch(() => {
    stale.hidden = state.value !== "stale";
    recompute.hidden = !words.canCompare.value;
  });

  el.append(
    h(
      "section",
      {
        class: "pv-panel pv-fill pv-da",
        "aria-label": "Differential accessibility",
        "data-testid": "da-panel",
      },
      h(
        "div",
        { class: "pv-panel-head" },
        summary,
        label,
        h("span", { class: "pv-grow" }),
        h("span", { class: "pv-da-tools" }, copyWords, shown, clear),
        h("span", { class: "pv-da-tools" }, byItself.el, again, cancel, unfold, csv),
      ),
      bar.el,
      stale,
      form,
      body,
      notices(panel),
    ),
  );
});

/** Give the heads and their filters a name that a test can find. */
function nameHeads(el: HTMLElement) {
  for (const head of el.querySelectorAll<HTMLElement>("[role=columnheader][data-key]")) {
    head.dataset.testid = `da-header-${head.dataset.key}`;
    const field = head.querySelector("input");
    if (field) field.dataset.testid = `da-filter-${head.dataset.key}`;
  }
}

/** Empty every filter that holds something. */
function clearFilters(rows: Grid) {
  for (const field of rows.el.querySelectorAll<HTMLInputElement>("[role=columnheader] input")) {
    if (field.value) rows.filter(field.dataset.key ?? "", "");
  }
}
