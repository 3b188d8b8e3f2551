/** Marker regions: each category of a column against all other cells, in one table. */
import { computed, signal } from "@preact/signals-core";
import { commandsOf } from "../commands";
import { MARKERS_COMMANDS, type MarkersIntent, type MarkersState } from "../contract";
import { definePanel } from "../panel";
import { columnChoices, whyNot } from "../ui/column-choices";
import { h, select } from "../ui/dom";
import { download } from "../ui/download";
import { notices } from "../ui/notices";
import { progressBar } from "../ui/progress";
import { markerGrid } from "./markers/marker-grid";
import { markerTable, markerText } from "./markers/marker-table";
import { emptyText, stateText } from "./markers/words";

export default definePanel<MarkersState, MarkersIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const [work, columns] = [wire.read("markers_work"), wire.read("obs_columns")];
  const [training, groups] = [wire.read("training"), wire.read("shown_groups")];
  const [regions, genes] = [wire.read("marker_regions"), wire.read("marker_genes")];
  const numbers = wire.read("marker_columns");
  const [n_cells, color_by] = [wire.read("n_cells"), wire.read("color_by")];
  const table = computed(() =>
    markerTable(groups.value, regions.value, genes.value, numbers.value),
  );
  const isRunning = computed(() => work.value.state === "running");
  const usable = computed(() => columns.value.filter((column) => !whyNot(column, "groups")));
  const selected = signal("");

  const column = select([], () => {}, {
    ...{ ended, testid: "markers-column", label: "Column", title: "Column of the categories" },
  });
  watch(() => {
    const names = usable.value.map(({ name }) => name);
    const before = column.value;
    column.setChoices(columnChoices(columns.value, "groups"));
    const wanted = [before, color_by.peek(), ...names].find((name) => names.includes(name));
    column.value = wanted ?? "";
    column.disabled = names.length === 0;
  });
  const grid = markerGrid(table, selected, panel);
  const canFind = () =>
    n_cells.value > 0 &&
    training.value === "trained" &&
    usable.value.length > 0 &&
    !isRunning.value;
  const commands = commandsOf(panel, MARKERS_COMMANDS, {
    find_markers: {
      enabled: canFind,
      run: () => wire.ask({ intent: "find_markers", column: column.value }),
      python: () => `session.find_markers(${JSON.stringify(column.value)})`,
    },
    cancel_markers: {
      enabled: () => isRunning.value,
      run: () => wire.ask({ intent: "cancel_markers" }),
    },
    compare_category: {
      enabled: () => selected.value !== "",
      run: () =>
        wire.ask({
          intent: "compare_category",
          column: work.value.column,
          category: selected.value,
        }),
    },
    save_markers: {
      enabled: () => table.value !== undefined,
      browserOnly: true,
      run: () => {
        if (!table.value) return;
        const text = markerText(table.value, grid.view);
        download(text, `markers_${work.value.column}.csv`, "text/csv;charset=utf-8");
      },
    },
  });
  const buttons = {
    find_markers: commands.button("find_markers", {
      ...{ label: "Find markers", testid: "find-markers", kind: "primary" },
    }),
    cancel_markers: commands.button("cancel_markers", {
      ...{ label: "Cancel", testid: "cancel-markers" },
    }),
    compare_category: commands.button("compare_category", {
      ...{ label: "1 vs rest", testid: "compare-category" },
    }),
    save_markers: commands.button("save_markers", { label: "CSV", testid: "save-markers" }),
  };
  watch(() => {
    for (const [id, one] of Object.entries(buttons)) {
      one.disabled = !commands.enabled(id as keyof typeof buttons);
    }
    buttons.find_markers.hidden = isRunning.value;
    buttons.cancel_markers.hidden = !isRunning.value;
  });
  const state = h("output", { class: "pv-summary", "data-testid": "markers-state" });
  const bar = progressBar("Finding markers", "markers-progress");
  bar.el.toggleAttribute("data-live", true);
  const empty = h("div", { class: "pv-empty", "data-testid": "markers-empty" });
  watch(() => {
    state.value = stateText(work.value, groups.value);
    state.toggleAttribute("data-stale", work.value.state === "stale");
    bar.el.hidden = !isRunning.value;
    bar.share = work.value.progress;
    empty.textContent = emptyText(n_cells.value, training.value, usable.value.length > 0);
    empty.hidden = table.value !== undefined;
    grid.el.hidden = table.value === undefined;
  });
  el.append(
    h(
      "section",
      {
        class: "pv-panel pv-fill pv-da",
        "aria-label": "Markers",
        tabindex: -1,
        "data-testid": "markers-panel",
      },
      h(
        "div",
        { class: "pv-panel-head" },
        h("span", { class: "pv-markers-column" }, column),
        buttons.find_markers,
        buttons.cancel_markers,
        state,
        h("span", { class: "pv-grow" }),
        buttons.compare_category,
        buttons.save_markers,
      ),
      bar.el,
      h("div", { class: "pv-da-body" }, grid.el, empty),
      notices(panel),
    ),
  );
});
