/** The embedding panel: cells to look at, to color, to cluster and to lasso into two groups. */
import { computed, signal, untracked } from "@preact/signals-core";
import { numbers } from "../arrays";
import type { EmbeddingIntent, EmbeddingState } from "../contract";
import { createLasso } from "../draw/scatter/lasso";
import { createScatter, type Scatter } from "../draw/scatter/scatter";
import { definePanel, type Panel } from "../panel";
import { h } from "../ui/dom";
import { notices } from "../ui/notices";
import { type Actions, initialTools, selectionActions, type Tools } from "./embedding/actions";
import { type Cursor, cellCursor } from "./embedding/cell-cursor";
import { clusterRow } from "./embedding/cluster-row";
import { type CommandContext, embeddingCommands } from "./embedding/embedding-commands";
import { namedGroups } from "./embedding/named-groups";
import { overlays } from "./embedding/overlays";
import { type Pen, penQuestions } from "./embedding/pen";
import { embeddingRail, missingForClusters } from "./embedding/rail";
import { type EmbeddingRequests, embeddingRequests } from "./embedding/requests";
import { updateScene } from "./embedding/scene";
import { type Selection, selectionOf } from "./embedding/selection";
import { withTestAttributes } from "./embedding/test-attributes";

const INSET = { top: 46, right: 16, bottom: 48, left: 16 }; // room for the toolbar and the card
const LABEL =
  "Cells. C brings the cell cursor, arrows move it, Enter selects, K grows; 1 and 2 make groups";

export default definePanel<EmbeddingState, EmbeddingIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const [embedding, idx1, idx2] = [wire.read("embedding"), wire.read("idx1"), wire.read("idx2")];
  const sizes = computed(() => [numbers(idx1.value).length, numbers(idx2.value).length] as const);
  const isThere = computed(() => embedding.value.shape[0] !== 0);
  const requests = embeddingRequests(panel);
  const selection = selectionOf(panel);
  const tools = initialTools();
  watch(() => {
    if (selection.now.value.cells.length > 0) tools.empty.value = undefined;
  });

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
  const hovered = signal(-1);
  const onHover = (cell: number) => {
    hovered.value = cell;
  };
  const scatter = withTestAttributes(
    createScatter(stage, { ended, label: LABEL, inset: INSET, onHover }),
    ended,
  );
  const view = { scatter, lasso: () => lasso };
  const actions = selectionActions(tools, selection, requests, view, panel);
  const pen = penQuestions(tools.drawing, panel);
  const lasso = lassoOf(scatter, tools, { ...actions, keep: pen.keep }, panel);
  updateScene(scatter, selection.now, panel);
  const cursor = cursorOf(scatter, selection, requests, panel);

  const missing = missingForClusters(panel);
  const cluster = (resolution: number) => requests.ask({ intent: "cluster", resolution });
  const clusters = clusterRow({ missing, busy: requests.isClustering, cluster }, panel);
  const named = namedGroups(
    {
      groups: wire.read("named_groups"),
      compared: wire.read("group_names"),
      nSelected: computed(() => selection.now.value.cells.length),
      notice: wire.read("notice"),
      ask: requests.ask,
    },
    panel,
  );
  const context: CommandContext = {
    ...{ tools, actions, selection, requests, scatter, isThere, sizes, missing },
    startCursor: cursor.start,
    startNaming: named.start,
    findClusters: clusters.find,
  };
  const commands = embeddingCommands(context, panel);
  stage.append(...overlays(context, commands, { cursor, hovered, pen }, panel));
  section.append(
    embeddingRail(context, actions, commands, { clusters: clusters.el, named: named.el }, panel),
  );
  el.append(notices(panel));
});

/** The tools on the scatter, as they are set in the toolbar. */
function lassoOf(
  scatter: Scatter,
  { tool, operation, brush, drawing, empty }: Tools,
  { draw, clear, keep }: Actions & Pick<Pen, "keep">,
  { watch, ended }: Panel<EmbeddingState, EmbeddingIntent>,
) {
  const lasso = createLasso(scatter, {
    ended,
    onDraw: (inside) => {
      drawing.value = inside;
      if (inside) empty.value = undefined;
    },
    onEnd: (drawn) => {
      draw(drawn);
      if (drawn.cells.length > 0) keep();
    },
    onClear: clear,
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
  return lasso;
}

/** The cell cursor; what it selected is sent before any other request. */
function cursorOf(
  scatter: Scatter,
  selection: Selection,
  requests: EmbeddingRequests,
  panel: Panel<EmbeddingState, EmbeddingIntent>,
): Cursor {
  const embedding = panel.wire.read("embedding");
  const cursor = cellCursor(
    scatter,
    {
      nSelected: () => selection.now.value.cells.length,
      isSelected: (cell) => selection.now.value.cells.includes(cell),
      predict: (cells, operation) => selection.predict({ cells, operation, by: "selected" }),
      select: (cells, mode) => requests.ask({ intent: "select", cells: [...cells], mode }),
    },
    panel,
  );
  requests.before = cursor.flush;
  panel.watch(() => {
    void embedding.value;
    untracked(cursor.settle);
  });
  return cursor;
}
