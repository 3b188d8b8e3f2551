/** The data panel: open counts, see their quality, filter, name the batches, save the model. */
import { signal } from "@preact/signals-core";
import { callText, commandsOf } from "../commands";
import { DATA_COMMANDS, type DataIntent, type DataState, SESSION_COMMANDS } from "../contract";
import { definePanel, type Panel } from "../panel";
import { h } from "../ui/dom";
import { keepFocus } from "../ui/focus";
import { notices } from "../ui/notices";
import { filterActions } from "./data/filter-actions";
import { modelFile } from "./data/model-file";
import { openForm } from "./data/open-form";
import { type QualityPart, quality } from "./data/quality";
import { realDimensions } from "./data/real-dimensions";
import { recoveryOffer } from "./data/recovery";
import { type DataRequests, dataRequests } from "./data/requests";
import { setupRows } from "./data/setup-rows";
import { sourceHead } from "./data/source-head";
import { workStatus } from "./data/work";

export default definePanel<DataState, DataIntent>((panel) => {
  const { el, wire, watch } = panel;
  const [n_cells_opened, undo_label] = [wire.read("n_cells_opened"), wire.read("undo_label")];
  const isOpen = () => n_cells_opened.value > 0;
  const requests = dataRequests(panel);
  const section = h("section", {
    class: "pv-panel pv-section",
    tabindex: -1,
    "aria-label": "Data",
    "data-testid": "data-panel",
  });

  // opening: the only thing to see at first, later behind a button
  const choosing = signal(!isOpen());
  const form = formFor(requests, panel);
  const regions_per_cell = wire.read("regions_per_cell");
  let opened = regions_per_cell.value;
  watch(() => {
    if (regions_per_cell.value !== opened) choosing.value = false; // other counts came
    opened = regions_per_cell.value;
  });

  const part = qualityOf(panel);
  const canFilter = () => part.changed() && requests.isIdle() && !requests.isFiltering();
  const commands = commandsOf(
    panel,
    { ...DATA_COMMANDS, ...SESSION_COMMANDS },
    {
      open_another: {
        run: () => {
          choosing.value = isOpen() ? !choosing.value : true;
        },
      },
      filter: {
        enabled: canFilter,
        run: () => requests.send("filters", { intent: "filter", ...part.settings() }),
        python: () => callText("session.filter", part.settings()),
      },
      undo: { enabled: () => undo_label.value !== "", run: () => wire.ask({ intent: "undo" }) },
      redo: {
        enabled: () => wire.read("redo_label").value !== "",
        run: () => wire.ask({ intent: "redo" }),
      },
    },
  );
  const head = sourceHead(choosing, commands, panel);
  watch(() => {
    form.hidden = !choosing.value;
  });
  const rest = h(
    "div",
    { class: "pv-quality", "data-testid": "quality" },
    realDimensions(panel),
    ...part.el,
    ...filterActions({ ...part, canFilter, isIdle: requests.isIdle }, section, commands, panel),
    ...setupRows(requests.isIdle, panel),
    modelFile(
      {
        training: wire.read("training"),
        directory: wire.read("directory"),
        access: wire.read("access").peek(),
        save: (path, overwrite) => wire.ask({ intent: "save_model", path, overwrite }),
        load: (path) => wire.ask({ intent: "load_model", path }),
      },
      panel,
    ),
  );
  watch(() => {
    keepFocus(section, () => {
      rest.hidden = !isOpen() || choosing.value;
    });
  });
  section.append(
    h("h3", { class: "pv-title" }, "Data", head.other),
    head.about,
    recoveryOffer(requests, panel),
    head.warning,
    form,
    ...workStatus(requests, panel),
    rest,
  );
  el.append(section, notices(panel));
});

function formFor(requests: DataRequests, panel: Panel<DataState, DataIntent>): HTMLElement {
  const { wire } = panel;
  return openForm(
    {
      directory: wire.read("directory"),
      entries: wire.read("entries"),
      variables: wire.read("variables"),
      datasets: wire.read("datasets"),
      access: wire.read("access").peek(), // what the server allows pages to ask for
      busy: requests.isOpening,
      browse: (path) => wire.ask({ intent: "browse", path }),
      refresh: () => wire.ask({ intent: "refresh" }),
      open(from, name) {
        if (from === "path") requests.send("opens", { intent: "open_path", path: name });
        else if (from === "variable") requests.send("opens", { intent: "open_variable", name });
        else requests.send("opens", { intent: "open_dataset", name });
      },
    },
    panel,
  );
}

function qualityOf(panel: Panel<DataState, DataIntent>): QualityPart {
  const { wire } = panel;
  return quality(
    {
      regions_per_cell: wire.read("regions_per_cell"),
      cells_per_region: wire.read("cells_per_region"),
      filter_settings: wire.read("filter_settings"),
      n_cells: wire.read("n_cells"),
      n_regions: wire.read("n_regions"),
      n_cells_opened: wire.read("n_cells_opened"),
      n_regions_opened: wire.read("n_regions_opened"),
    },
    panel,
  );
}
