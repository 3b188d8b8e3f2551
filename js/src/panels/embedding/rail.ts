/** Beside the picture: the groups, what colors the cells, the legend, and clusters. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { EmbeddingIntent, EmbeddingState } from "../../contract";
import { modifierOperation } from "../../draw/scatter/combine";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import type { Actions } from "./actions";
import { colorSections } from "./color-by";
import type { CommandContext, EmbeddingCommands } from "./embedding-commands";
import { groupsSection } from "./groups";

/** Why no clusters can be found now; empty when they can. */
export function missingForClusters({
  wire,
}: Panel<EmbeddingState, EmbeddingIntent>): ReadonlySignal<string> {
  const [training, embedding_state] = [wire.read("training"), wire.read("embedding_state")];
  return computed(() => {
    if (training.value !== "trained") return "Train first: clusters are found by the model.";
    if (embedding_state.value !== "current") return "Embed first: clusters need the neighbors.";
    return "";
  });
}

/** Make the rail. */
export function embeddingRail(
  { tools, requests, scatter, isThere, sizes }: CommandContext,
  actions: Actions,
  commands: EmbeddingCommands,
  { clusters, named }: { clusters: HTMLElement; named: HTMLElement },
  panel: Panel<EmbeddingState, EmbeddingIntent>,
): HTMLElement {
  const { wire, watch } = panel;
  const [n_cells, color_by, columns] = [
    wire.read("n_cells"),
    wire.read("color_by"),
    wire.read("obs_columns"),
  ];
  const groups = groupsSection(
    {
      ...{ n_cells, drawable: isThere, sizes, columns, color_by },
      undo_label: wire.read("undo_label"),
      names: wire.read("group_names"),
      nameEach: (column) => requests.ask({ intent: "groups_from", column }),
      by: (column, group1, group2) => requests.ask({ intent: "groups_by", column, group1, group2 }),
    },
    commands,
    panel,
  );
  const colors = colorSections(
    {
      ...{ color_by, columns, n_cells },
      colors: wire.read("colors"),
      layers: wire.read("layer_rows"),
      colorBy: (name) => wire.write("color_by", name),
      point: (highlight) => scatter.show({ highlight }),
      pick: (code, event) =>
        actions.pick(code, (event && modifierOperation(event)) ?? tools.operation.value),
    },
    panel,
    clusters,
  );
  const rail = h("div", { class: "pv-rail" }, groups, named, ...colors);
  watch(() => {
    rail.hidden = n_cells.value === 0;
  });
  return rail;
}
