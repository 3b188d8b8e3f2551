/** The data panel: open counts, see their quality, filter, name the batches, keep the model. */
import { signal } from "@preact/signals-core";
import { callText, commandsOf } from "../commands";
import { DATA_COMMANDS, type DataIntent, type DataState, SESSION_COMMANDS } from "../contract";
import { definePanel } from "../panel";
import { columnChoices, whyNot } from "../ui/column-choices";
import { button, h, row, say, select } from "../ui/dom";
import { keepFocus } from "../ui/focus";
import { count } from "../ui/format";
import { notices } from "../ui/notices";
import { asking } from "../ui/pending-request";
import { progressBar } from "../ui/progress";
import { keeping } from "./data/model-file";
import { opening } from "./data/open-form";
import { quality } from "./data/quality";

/** The work that this panel asks for and shows; all other work is shown elsewhere. */
const OURS = ["opening", "filtering", "setting up", "saving", "loading a model"];

/** What Undo may stand for here; over groups one goes back where they are drawn. */
const UNDONE_HERE = ["filter", "batches"];

export default definePanel<DataState, DataIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const source = wire.read("source");
  const task = wire.read("task");
  const notice = wire.read("notice");
  const training = wire.read("training");
  const n_cells = wire.read("n_cells");
  const n_regions = wire.read("n_regions");
  const n_cells_opened = wire.read("n_cells_opened");
  const undo_label = wire.read("undo_label");
  const directory = wire.read("directory");
  const may = wire.read("access").peek(); // what the server allows pages to ask for
  const isOpen = () => n_cells_opened.value > 0;
  const isIdle = () => training.value === "untrained" || training.value === "trained";

  // A wish is taken up when work of that kind begins, or when Python answers it with a notice.
  const asked = asking<"opens" | "filters">(ended);
  const wish = (what: "opens" | "filters", intent: DataIntent) => {
    asked.ask(what);
    wire.ask(intent);
  };
  watch(() => {
    if (task.value.name !== "") asked.settle();
  });
  let heard = notice.value.number;
  watch(() => {
    if (notice.value.number !== heard) asked.settle();
    heard = notice.value.number;
  });

  const section = h("section", {
    class: "pv-panel pv-section",
    tabindex: -1,
    "aria-label": "Data",
    "data-testid": "data-panel",
  });

  // opening: all there is to see at first, later behind a button
  const choosing = signal(!isOpen());
  const opens = opening(
    {
      directory,
      entries: wire.read("entries"),
      variables: wire.read("variables"),
      datasets: wire.read("datasets"),
      access: may,
      busy: () => task.value.name === "opening" || asked.now.value?.wish === "opens",
      browse: (path) => wire.ask({ intent: "browse", path }),
      refresh: () => wire.ask({ intent: "refresh" }),
      open(from, name) {
        if (from === "path") wish("opens", { intent: "open_path", path: name });
        else if (from === "variable") wish("opens", { intent: "open_variable", name });
        else wish("opens", { intent: "open_dataset", name });
      },
    },
    panel,
  );
  const regions_per_cell = wire.read("regions_per_cell");
  let opened = regions_per_cell.value;
  watch(() => {
    if (regions_per_cell.value !== opened) choosing.value = false; // other counts came
    opened = regions_per_cell.value;
  });

  const canFilter = () => part.changed() && isIdle() && !isFiltering();
  const isFiltering = () => task.value.name === "filtering" || asked.now.value?.wish === "filters";
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
        run: () => wish("filters", { intent: "filter", ...part.settings() }),
        python: () => callText("session.filter", part.settings()),
      },
      undo: { enabled: () => undo_label.value !== "", run: () => wire.ask({ intent: "undo" }) },
      redo: {
        enabled: () => wire.read("redo_label").value !== "",
        run: () => wire.ask({ intent: "redo" }),
      },
    },
  );
  const other = commands.button("open_another", {
    label: "",
    kind: "ghost",
    testid: "open-another",
  });
  const name = h("b", { class: "pv-source", "data-testid": "source" });
  const size = h("span", { class: "pv-dim", "data-testid": "size" });
  const about = h("div", { class: "pv-about" }, name, size);
  const loss = h("p", { class: "pv-text pv-dim" }, "The model is forgotten then; save it first.");
  watch(() => {
    opens.hidden = !choosing.value;
    other.hidden = about.hidden = !isOpen();
    other.textContent = choosing.value ? "keep these" : "open another";
    loss.hidden = !choosing.value || training.value !== "trained";
    name.textContent = lastPart(source.value);
    name.title = source.value;
    size.textContent = `${count(n_cells.value)} cells × ${count(n_regions.value)} regions`;
  });

  // an autosaved training of the same counts, after a dead kernel
  const recoverable = wire.read("recoverable");
  const found = h("span", {});
  const recovers = button("Bring it back", () => wish("opens", { intent: "recover" }), {
    ended,
    testid: "recover",
    title: "session.recover()",
  });
  const recovery = h(
    "p",
    { class: "pv-notice", "data-kind": "info", role: "status", "data-testid": "recovery" },
    found,
    " ",
    recovers,
  );
  watch(() => {
    recovery.hidden = recoverable.value === "";
    found.textContent = recoverable.value;
    recovers.disabled = !isIdle() || task.value.name === "opening";
  });

  // what runs
  const bar = progressBar("Work on the data");
  bar.el.toggleAttribute("data-live", true);
  const said = h("p", { class: "pv-text", role: "status", "data-testid": "data-said" });
  watch(() => {
    const { name, text, progress } = task.value;
    const runs = OURS.includes(name);
    const late = asked.now.value?.late ? asked.now.value.wish : undefined;
    bar.el.hidden = !runs && !asked.now.value;
    bar.share = runs ? progress : -1;
    said.setAttribute("aria-live", runs ? "off" : "polite"); // how far it is, only the eye wants
    const busy = `The kernel is busy with a cell; it ${late} the data when that ends.`;
    say(said, runs ? text || name : late ? busy : "");
    said.toggleAttribute("data-warn", late !== undefined);
  });

  // quality and filter
  const filter_settings = wire.read("filter_settings");
  const filter_warning = wire.read("filter_warning");
  const part = quality(
    {
      regions_per_cell,
      cells_per_region: wire.read("cells_per_region"),
      filter_settings,
      n_cells,
      n_regions,
      n_cells_opened,
      n_regions_opened: wire.read("n_regions_opened"),
    },
    panel,
  );
  const apply = commands.button("filter", {
    label: "Apply",
    kind: "primary",
    testid: "apply-filter",
  });
  const undo = commands.button("undo", { testid: "undo" });
  const hint = h("p", { class: "pv-text pv-dim" });
  const warning = h("p", {
    class: "pv-notice",
    "data-kind": "warning",
    "data-testid": "filter-warning",
  });
  watch(() => keepFocus(section, update));
  function update() {
    const [changed, idle] = [part.changed(), isIdle()];
    apply.classList.toggle("pv-primary", training.value === "untrained");
    apply.disabled = !canFilter();
    undo.hidden = !UNDONE_HERE.includes(undo_label.value);
    undo.textContent = `Undo ${undo_label.value}`;
    hint.textContent = !idle
      ? "Training is running; stop it before you change the data."
      : changed && training.value === "trained"
        ? "Applying sets the trained model aside; Undo brings it back."
        : "";
  }
  watch(() => {
    warning.textContent = filter_warning.value;
  });

  // batches
  const obs_columns = wire.read("obs_columns");
  const batch_key = wire.read("batch_key");
  const setUp = (column: string) => wire.ask({ intent: "setup", batch_key: column || null });
  const batches = select([], setUp, { ended, testid: "batch-key" });
  const batchRow = row(
    "batches",
    batches,
    "The column that says which cells were measured together",
  );
  watch(() => {
    const columns = obs_columns.value;
    batches.setChoices([
      { value: "", label: "all cells are one" },
      ...columnChoices(columns, "categories"),
    ]);
    batches.value = batch_key.value ?? "";
    batches.disabled = !isIdle();
    batchRow.hidden = columns.every((column) => whyNot(column, "categories"));
  });

  const rest = h(
    "div",
    { class: "pv-quality", "data-testid": "quality" },
    ...part.el,
    h("div", { class: "pv-actions" }, apply, undo),
    hint,
    warning,
    batchRow,
    keeping(
      {
        training,
        directory,
        access: may,
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
    h("h3", { class: "pv-title" }, "Data", other),
    about,
    recovery,
    loss,
    opens,
    said,
    bar.el,
    rest,
  );
  el.append(section, notices(panel));
});

/** The name that a person knows a path by. */
const lastPart = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
