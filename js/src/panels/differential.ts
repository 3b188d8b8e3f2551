/** Differential accessibility: settings and state of a comparison, every region in a grid, exports. */
import { computed } from "@preact/signals-core";
import type { DifferentialIntent, DifferentialState } from "../contract";
import { columnMenu } from "../draw/grid/column-menu";
import { rowMenu } from "../draw/grid/row-menu";
import { definePanel } from "../panel";
import { button, h } from "../ui/dom";
import { notices } from "../ui/notices";
import { progressBar } from "../ui/progress";
import { checkLine } from "./comparison/check-line";
import { otherDifferences } from "./comparison/differences";
import { donorLine, donorStrip } from "./comparison/donors";
import { groupWarnings } from "./comparison/group-warnings";
import { regionGenes } from "./comparison/region-genes";
import { tableOf } from "./comparison/region-table";
import { settingsForm } from "./comparison/settings-form";
import { stabilityLine } from "./comparison/stability-line";
import { stateLabel } from "./comparison/state-label";
import { wordsOf } from "./comparison/words";
import { differentialButtons, differentialCommands, staleBar } from "./differential/actions";
import { drawnList } from "./differential/drawn-list";
import { tableExport } from "./differential/export";
import { observedList } from "./differential/observed-list";
import { regionGrid } from "./differential/region-grid";
import { regionSets, setsColumn } from "./differential/region-sets";
import { rowCount } from "./differential/row-count";
import { summaryLine } from "./differential/summary";

const BUSY = ["waiting", "running", "estimate"];

export default definePanel<DifferentialState, DifferentialIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const [regions, da_columns] = [wire.read("regions"), wire.read("da_columns")];
  const [state, progress] = [wire.read("da_state"), wire.read("da_progress")];
  const words = wordsOf(wire);
  const genes = regionGenes(wire);
  const inSets = setsColumn(wire);
  const table = computed(() => tableOf(regions.value, da_columns.value, genes.value, inSets.value));
  const isBusy = computed(() => BUSY.includes(state.value));

  const label = stateLabel("da-state", words, state, panel);
  watch(() => {
    label.toggleAttribute("data-live", isBusy.value);
  });
  const bar = progressBar("Comparison", "da-progress");
  bar.el.toggleAttribute("data-live", true);
  watch(() => {
    bar.el.hidden = !isBusy.value;
    bar.share = state.value === "waiting" ? -1 : progress.value;
  });

  const grid = regionGrid(table, words, openMenu, panel);
  function openMenu(row: number, at: { clientX: number; clientY: number }) {
    menu.open(at, [...exports.entries(row), ...sets.entries(row)]);
  }
  const observed = observedList(
    () => table.value !== undefined,
    (region) => wire.write("color_by", region),
    panel,
  );
  const body = h("div", { class: "pv-da-body" }, grid.rows.el, observed, grid.empty);
  const menu = rowMenu(body, grid.rows.el, ended);
  const drawn = drawnList(grid.link.color, panel);
  const exports = tableExport(table, grid, body, panel);
  const sets = regionSets(table, grid, panel);
  const choose = button("Columns", () => {}, { ended, testid: "da-columns" });
  const covered = { ...exports, enabled: () => !drawn.isShown.value && exports.enabled() };
  const commands = differentialCommands({ isBusy, words, genes }, grid, covered, panel);
  const form = settingsForm(panel);
  const head = h(
    "div",
    { class: "pv-panel-head" },
    drawn.title,
    summaryLine(table, panel),
    label,
    h("span", { class: "pv-grow" }),
    h(
      "span",
      { class: "pv-da-tools" },
      exports.status,
      ...rowCount(table, grid, panel),
      choose,
      sets.opener,
    ),
    differentialButtons({ isBusy, words }, commands, form, panel),
  );
  const attributes = {
    class: "pv-panel pv-fill pv-da",
    "aria-label": "Differential accessibility",
    "data-testid": "da-panel",
  };
  const stale = staleBar(words, commands, panel);
  const check = checkLine(wire.read("da_check"), state, panel);
  const donors = donorLine(wire.read("da_donors"), state, panel);
  const dots = donorStrip(panel);
  const stable = stabilityLine(wire.read("da_stability"), state, panel);
  const weak = groupWarnings(wire.read("da_warnings"), state, panel);
  const others = otherDifferences(wire.read("da_differences"), state, panel);
  const sentences = notices(panel);
  const parts = [check, donors, stable, weak, others, stale, form, sets.el, body, dots, sentences];
  const section = h("section", attributes, head, bar.el, ...parts, drawn.el, drawn.status);
  watch(() => {
    const isDrawn = drawn.isShown.value;
    head.style.minHeight = isDrawn ? `${head.offsetHeight}px` : ""; // the table keeps its size
    drawn.title.hidden = !isDrawn;
    section.toggleAttribute("data-drawn", isDrawn);
    for (const part of parts) part.toggleAttribute("inert", isDrawn && part !== sentences);
    if (isDrawn) drawn.el.style.top = `${head.offsetTop + head.offsetHeight}px`;
  });
  const columns = columnMenu(section, choose, grid.columns, ended);
  watch(() => {
    choose.hidden = !table.value;
    void grid.columns.shown.value;
    columns.refresh();
  });
  el.append(section);
});
