/** The embedding: cells to look at, to color, to cluster and to lasso into two groups. */
import { computed, signal, untracked } from "@preact/signals-core";
import { numbers } from "../arrays";
import { type CommandItem, commandsOf, hasWords } from "../commands";
import {
  EMBEDDING_COMMANDS,
  type EmbeddingIntent,
  type EmbeddingState,
  SESSION_COMMANDS,
} from "../contract";
import { cellsInside, rectangle } from "../draw/polygon";
import { toData } from "../draw/scatter/camera";
import {
  combined,
  createLasso,
  type Drawn,
  held,
  type Operation,
  type Tool,
} from "../draw/scatter/lasso";
import { createScatter } from "../draw/scatter/scatter";
import { definePanel } from "../panel";
import { button, h, say } from "../ui/dom";
import { notices } from "../ui/notices";
import { asking } from "../ui/pending-request";
import { basisMenu, remarkOn } from "./embedding/basis-menu";
import { cellCard } from "./embedding/cell-card";
import { cellCursor } from "./embedding/cell-cursor";
import { clusterRow } from "./embedding/cluster-row";
import { colorSections } from "./embedding/color-by";
import { groupsSection } from "./embedding/groups";
import { awaitedCover } from "./embedding/placeholder";
import { follow } from "./embedding/scene";
import { heard } from "./embedding/screen-reader";
import { chosenOf } from "./embedding/selection";
import { pendingCard } from "./embedding/selection-card";
import { withTestAttributes } from "./embedding/test-attributes";
import { BRUSH, toolRow } from "./embedding/toolbar";

const INSET = { top: 46, right: 16, bottom: 48, left: 16 }; // the tools stand above, the card below
const ZOOM_STEP = 1.5; // of a button

export default definePanel<EmbeddingState, EmbeddingIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const [embedding, basis] = [wire.read("embedding"), wire.read("basis")];
  const [bases, dimensions] = [wire.read("bases"), wire.read("dimensions")];
  const [embedding_state, training] = [wire.read("embedding_state"), wire.read("training")];
  const [n_cells, task] = [wire.read("n_cells"), wire.read("task")];
  const [color_by, colors] = [wire.read("color_by"), wire.read("colors")];
  const [obs_columns, undo_label] = [wire.read("obs_columns"), wire.read("undo_label")];
  const [idx1, idx2] = [wire.read("idx1"), wire.read("idx2")];
  const [selection, outlines] = [wire.read("selection"), wire.read("outlines")];
  const [notice, looked_at] = [wire.read("notice"), wire.read("looked_at")];
  const sizes = computed(() => [numbers(idx1.value).length, numbers(idx2.value).length] as const);
  const isThere = computed(() => embedding.value.shape[0] !== 0);

  // A wish is taken up when anything comes back: what was asked for, work that begins, or a notice.
  const asked = asking<EmbeddingIntent["intent"]>(ended);
  const ask = (intent: EmbeddingIntent) => {
    if (intent.intent !== "select") cursor.flush(); // what was taken before comes first
    asked.ask(intent.intent);
    wire.ask(intent);
  };
  watch(() => {
    const answers = [selection, outlines, idx1, idx2, undo_label, colors, task, notice];
    for (const answer of [...answers, embedding, basis, dimensions, training]) void answer.value;
    asked.settle();
  });

  const chosen = chosenOf(panel);
  const nSelected = () => chosen.now.value.cells.length;
  const tool = signal<Tool>("lasso");
  const operation = signal<Operation>("new");
  const brush = signal(16); // its radius in CSS pixels
  const k = signal(15); // neighbours that a selection grows by
  const drawing = signal<{ count: number; operation: Operation } | undefined>(undefined);
  const empty = signal<Operation | undefined>(undefined); // by which the last line held no cell
  const hovered = signal(-1);

  watch(() => {
    if (chosen.now.value.cells.length > 0) empty.value = undefined; // other cells came meanwhile
  });

  const actions = {
    draw({ tool: by, operation: mode, polygon, radius, cells }: Drawn) {
      empty.value = cells.length === 0 ? mode : undefined;
      if (empty.value === "new") actions.clear();
      if (empty.value && (empty.value !== "intersect" || nSelected() === 0)) return;
      chosen.predict({ cells, operation: mode, polygon, radius, by });
      if (radius) ask({ intent: "brush", path: polygon.flat(), radius, mode });
      else ask({ intent: "lasso", polygon: polygon.flat(), mode });
    },
    selectVisible() {
      const { view } = scatter;
      if (!view) return;
      const corners = rectangle(toData(view, [0, view.height]), toData(view, [view.width, 0]));
      const cells = cellsInside(scatter.scene.points, corners);
      actions.draw({ tool: "rectangle", operation: "new", polygon: corners, radius: 0, cells });
    },
    invert() {
      const everyone = new Uint32Array(n_cells.value).map((_, cell) => cell);
      const cells = combined(everyone, chosen.now.value.cells, "subtract");
      chosen.predict({ cells, operation: "new", by: "selected" });
      ask({ intent: "invert_selection" });
    },
    pick(code: number, mode: Operation) {
      const { title: column, categories, codes } = colors.value;
      const of = numbers(codes);
      const isIn = (cell: number) => of[cell] === code;
      const cells = new Uint32Array(of.length).map((_, cell) => cell).filter(isIn);
      chosen.predict({ cells, operation: mode, by: "selected" });
      ask({ intent: "select_category", column, category: categories[code] ?? "", mode });
    },
    makeGroup(number: 1 | 2, against_rest = false) {
      ask({ intent: "make_group", number, against_rest });
      scatter.surface.focus({ preventScroll: true });
    },
    clear() {
      if (lasso.drawing) lasso.cancel();
      else if (nSelected() > 0) ask({ intent: "clear_selection" });
      scatter.surface.focus({ preventScroll: true });
    },
  };

  const isPlacing = () => task.value.name === "embedding" || asked.now.value?.wish === "embed";
  const isClustering = computed(
    () => task.value.name === "clustering" || asked.now.value?.wish === "cluster",
  );
  const [takes, selected] = [() => isThere.value, () => nSelected() > 0];
  const grouped = () => sizes.value[0] + sizes.value[1] > 0;
  const groupCells = () => [...numbers(idx1.value), ...numbers(idx2.value)];
  const take = (own: Tool) => ({
    enabled: takes,
    run: () => {
      tool.value = own;
    },
  });
  const resize = (factor: number) => ({
    enabled: () => takes() && tool.value === "brush",
    run: () => {
      const [least, most] = BRUSH;
      brush.value = Math.min(most, Math.max(least, Math.round(brush.value * factor)));
    },
  });
  const neighbours = (more: number) => ({
    enabled: () => takes() && tool.value !== "brush",
    run: () => {
      k.value = Math.min(200, Math.max(5, k.value + more));
    },
  });
  const commands = commandsOf(
    panel,
    { ...EMBEDDING_COMMANDS, ...SESSION_COMMANDS },
    {
      pan: take("pan"),
      lasso: take("lasso"),
      rectangle: take("rectangle"),
      polygon: take("polygon"),
      brush: take("brush"),
      brush_smaller: resize(0.8),
      brush_larger: resize(1.25),
      fewer_neighbours: neighbours(-5),
      more_neighbours: neighbours(5),
      select_visible: { enabled: takes, run: actions.selectVisible },
      invert_selection: { enabled: takes, run: actions.invert },
      grow_selection: {
        enabled: selected,
        python: () => `session.grow_selection(k=${k.value})`,
        run: () => ask({ intent: "grow_selection", k: k.value }),
      },
      cell_cursor: { enabled: takes, run: () => cursor.start() },
      fit: { enabled: takes, run: () => scatter.fit() },
      fit_selection: {
        enabled: () => takes() && (selected() || grouped()),
        run: () => scatter.fit(selected() ? chosen.now.value.cells : groupCells()),
      },
      zoom_in: { enabled: takes, run: () => scatter.zoom(ZOOM_STEP) },
      zoom_out: { enabled: takes, run: () => scatter.zoom(1 / ZOOM_STEP) },
      make_group_1: { enabled: selected, run: () => actions.makeGroup(1) },
      make_group_2: { enabled: selected, run: () => actions.makeGroup(2) },
      make_group_1_against_rest: { enabled: selected, run: () => actions.makeGroup(1, true) },
      against_rest: {
        enabled: () => sizes.value[0] > 0,
        run: () => ask({ intent: "against_rest" }),
      },
      swap_groups: { enabled: grouped, run: () => ask({ intent: "swap_groups" }) },
      clear_groups: { enabled: grouped, run: () => ask({ intent: "clear_groups" }) },
      clear_selection: {
        enabled: () => selected() || drawing.value !== undefined,
        run: actions.clear,
      },
      embed: {
        enabled: () => training.value === "trained" && !isPlacing(),
        run: () => ask({ intent: "embed" }),
      },
      cluster: {
        enabled: () => missing.value === "" && !isClustering.value,
        run: () => clusters.find(),
      },
      undo: { enabled: () => undo_label.value !== "", run: () => ask({ intent: "undo" }) },
      redo: {
        enabled: () => wire.read("redo_label").value !== "",
        run: () => ask({ intent: "redo" }),
      },
    },
    columnsFound,
  );
  function columnsFound(words: readonly string[]): CommandItem[] {
    return obs_columns.value
      .filter(({ name }) => hasWords(`color by ${name}`, words))
      .map((column) => ({
        id: `column ${column.name}`,
        title: `Color by ${column.name}`,
        python: `session.color_by = ${JSON.stringify(column.name)}`,
        enabled: column.kind !== "none",
        needs: column.reason && `another column: ${column.reason}`,
        run: () => wire.write("color_by", column.name),
      }));
  }

  // the picture
  const stage = h("div", { class: "pv-stage" });
  const section = h(
    "section",
    {
      class: "pv-panel pv-embedding",
      tabindex: -1,
      "aria-label": "Embedding",
      "data-testid": "embedding-panel",
    },
    stage,
  );
  el.append(section);
  const onHover = (cell: number) => {
    hovered.value = cell;
  };
  const label =
    "Cells. C brings the cell cursor, arrows move it, Enter selects, K grows; 1 and 2 make groups";
  const scatter = withTestAttributes(
    createScatter(stage, { ended, label, inset: INSET, onHover }),
    ended,
  );
  const lasso = createLasso(scatter, {
    ended,
    onDraw: (inside) => {
      drawing.value = inside;
      if (inside) empty.value = undefined;
    },
    onEnd: actions.draw,
    onClear: actions.clear,
  });
  watch(() => {
    lasso.tool = tool.value;
  });
  watch(() => {
    lasso.operation = operation.value;
  });
  watch(() => {
    lasso.brush = brush.value;
  });
  follow(scatter, chosen.now, panel);
  const cursor = cellCursor(
    scatter,
    {
      nSelected,
      isSelected: (cell) => chosen.now.value.cells.includes(cell),
      predict: (list, operation) => chosen.predict({ cells: list, operation, by: "selected" }),
      select: (list, mode) => ask({ intent: "select", cells: [...list], mode }),
    },
    panel,
  );
  watch(() => {
    void embedding.value;
    untracked(cursor.settle);
  });

  // over the picture
  const tools = toolRow({ tool, operation, brush, drawing }, commands, panel);
  const toPicture = ({ detail }: MouseEvent) => {
    if (detail > 0) scatter.surface.focus({ preventScroll: true }); // by mouse: keys go on there
  };
  tools.addEventListener("click", toPicture, { signal: ended });
  const card = pendingCard({ selected: chosen.now, drawing, k }, commands, panel);
  const where = basisMenu(
    {
      commands,
      ...{ bases, basis, dimensions },
      remark: computed(() => remarkOn(embedding.value, training.value)),
      show: (name, pair) => ask({ intent: "show_basis", basis: name, dimensions: pair }),
    },
    panel,
  );
  watch(() => {
    where.hidden = !isThere.value;
  });
  const groups = [idx1, idx2] as const;
  const lookedAt = cellCard(
    {
      ...{ hovered, cursor: cursor.cell, looked_at, colors, groups },
      lookAt: (cell) => wire.ask({ intent: "look_at", cell }),
    },
    scatter,
    panel,
  );
  const reader = heard({ cursor, looked_at, colors, selected: chosen.now }, panel);
  const said = h("p", { class: "pv-said", role: "status", "data-testid": "embedding-said" });
  watch(() => {
    const late = asked.now.value?.late;
    const brushed = tool.value === "brush";
    const none = brushed ? "The brush touched no cell." : "There is no cell inside that line.";
    const busy = "The kernel is busy with a cell; this counts when that ends.";
    const isKept = nSelected() > 0 && empty.value !== "new";
    const stays = isKept ? " The selection stays as it was." : "";
    say(said, late ? busy : empty.value ? none + stays : "");
    said.toggleAttribute("data-warn", late ?? false);
  });
  const embed = (label: string, testid: string, kind: "plain" | "primary") =>
    commands.button("embed", { label, testid, kind });
  const again = embed("embed again", "embed-again", "plain");
  const staleText = h("span", {});
  const stale = h("div", { class: "pv-stale", "data-testid": "stale" }, staleText, again);
  watch(() => {
    stale.hidden = embedding_state.value !== "stale" || !isThere.value;
    again.hidden = isPlacing();
    staleText.toggleAttribute("data-live", isPlacing());
    staleText.textContent = isPlacing()
      ? task.value.text || "placing the cells again …"
      : "the model has changed since";
  });
  const train = button("Train", () => ask({ intent: "train" }), {
    asks: true,
    ...{ ended, kind: "primary", testid: "train-here" },
    title: "Train as the training panel says, then place the cells",
  });
  const awaited = awaitedCover(
    {
      now: computed(() => ({
        n_cells: n_cells.value,
        training: training.value,
        task: task.value,
      })),
      isThere,
      isAsked: () => isPlacing() || asked.now.value?.wish === "train",
      buttons: { train, embed: embed("Embed", "embed", "primary") },
    },
    panel,
  );
  watch(() => {
    tools.hidden = !isThere.value;
    scatter.surface.inert = !isThere.value;
  });
  stage.append(tools, stale, where, said, card, lookedAt, reader, awaited);

  // beside the picture
  const missing = computed(() => {
    if (training.value !== "trained") return "Train first: clusters are found by the model.";
    if (embedding_state.value !== "current") return "Embed first: clusters need the neighbours.";
    return "";
  });
  const clusters = clusterRow(
    {
      missing,
      busy: isClustering,
      cluster: (resolution) => ask({ intent: "cluster", resolution }),
    },
    panel,
  );
  const rail = h(
    "div",
    { class: "pv-rail" },
    groupsSection(
      {
        n_cells,
        drawable: isThere,
        sizes,
        columns: obs_columns,
        color_by,
        undo_label,
        by: (column, group1, group2) => ask({ intent: "groups_by", column, group1, group2 }),
      },
      commands,
      panel,
    ),
    ...colorSections(
      {
        color_by,
        colors,
        layers: wire.read("layer_rows"),
        columns: obs_columns,
        n_cells,
        colorBy: (name) => wire.write("color_by", name),
        point: (highlight) => scatter.show({ highlight }),
        pick: (code, event) => actions.pick(code, (event && held(event)) ?? operation.value),
      },
      panel,
      clusters.el,
    ),
  );
  watch(() => {
    rail.hidden = n_cells.value === 0;
  });
  section.append(rail);
  el.append(notices(panel));
});
