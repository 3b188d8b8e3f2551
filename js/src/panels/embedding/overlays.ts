/** What lies over the picture: the toolbar, cards, the basis menu, and what covers it before it is there. */
import { computed, type Signal } from "@preact/signals-core";
import type { EmbeddingIntent, EmbeddingState } from "../../contract";
import type { Panel } from "../../panel";
import { button } from "../../ui/dom";
import { basisMenu, remarkOn } from "./basis-menu";
import { cellCard } from "./cell-card";
import type { Cursor } from "./cell-cursor";
import { drawingStatus } from "./drawing-status";
import type { CommandContext, EmbeddingCommands } from "./embedding-commands";
import { insideCard } from "./inside-card";
import type { Pen } from "./pen";
import { embeddingPlaceholder } from "./placeholder";
import { screenReaderText } from "./screen-reader";
import { selectionCard } from "./selection-card";
import { staleBar } from "./stale-bar";
import { toolRow } from "./toolbar";

/** Make them, in the order in which they lie over each other. */
export function overlays(
  context: CommandContext,
  commands: EmbeddingCommands,
  { cursor, hovered, pen }: { cursor: Cursor; hovered: Signal<number>; pen: Pen },
  panel: Panel<EmbeddingState, EmbeddingIntent>,
): HTMLElement[] {
  const { tools, requests, selection, scatter, isThere } = context;
  const { wire, watch, ended } = panel;
  const [colors, cell_details] = [wire.read("colors"), wire.read("cell_details")];
  const toolbar = toolRow(tools, commands, panel);
  const focusPicture = ({ detail }: MouseEvent) => {
    if (detail > 0) scatter.surface.focus({ preventScroll: true }); // by mouse: keys go on there
  };
  toolbar.addEventListener("click", focusPicture, { signal: ended });
  const card = selectionCard(
    {
      ...{ selected: selection.now, drawing: tools.drawing, k: tools.k },
      found: wire.read("selection_sentence"),
      isChecking: () => requests.pending.now.value?.request === "check_selection",
    },
    commands,
    panel,
  );
  const inside = insideCard(
    { drawing: tools.drawing, pen, selected: selection.now, below: card },
    scatter,
    panel,
  );
  const bases = basisMenuOf(context, commands, panel);
  const groups = [wire.read("idx1"), wire.read("idx2")] as const;
  const showDetails = (cell: number) => wire.ask({ intent: "show_cell_details", cell });
  const details = cellCard(
    { hovered, cursor: cursor.cell, cell_details, colors, groups, showDetails },
    scatter,
    panel,
  );
  const reader = screenReaderText({ cursor, cell_details, colors, selected: selection.now }, panel);
  const status = drawingStatus(tools, requests, selection, panel);
  const again = commands.button("embed", {
    ...{ label: "embed again", testid: "embed-again", kind: "plain" },
  });
  const stale = staleBar(again, { isThere, isPlacing: requests.isPlacing }, panel);
  const placeholder = placeholderOf(context, commands, panel);
  watch(() => {
    toolbar.hidden = !isThere.value;
    scatter.surface.inert = !isThere.value;
  });
  return [toolbar, stale, bases, status, card, inside, details, reader, placeholder];
}

function basisMenuOf(
  { requests, isThere }: CommandContext,
  commands: EmbeddingCommands,
  panel: Panel<EmbeddingState, EmbeddingIntent>,
): HTMLElement {
  const { wire, watch } = panel;
  const [embedding, training] = [wire.read("embedding"), wire.read("training")];
  const [basis, preview_sentence] = [wire.read("basis"), wire.read("preview_sentence")];
  const el = basisMenu(
    {
      commands,
      ...{ bases: wire.read("bases"), basis },
      dimensions: wire.read("shown_dimensions"),
      remark: computed(() =>
        remarkOn(embedding.value, {
          basis: basis.value,
          training: training.value,
          preview_sentence: preview_sentence.value,
        }),
      ),
      show: (basis, dimensions) => requests.ask({ intent: "show_basis", basis, dimensions }),
    },
    panel,
  );
  watch(() => {
    el.hidden = !isThere.value;
  });
  return el;
}

function placeholderOf(
  { requests, isThere }: CommandContext,
  commands: EmbeddingCommands,
  panel: Panel<EmbeddingState, EmbeddingIntent>,
): HTMLElement {
  const { wire, ended } = panel;
  const [n_cells, training] = [wire.read("n_cells"), wire.read("training")];
  const [task, previewing] = [wire.read("task"), wire.read("previewing")];
  const train = button("Train", () => requests.ask({ intent: "train" }), {
    asks: true,
    ...{ ended, kind: "primary", testid: "train-here" },
    title: "Train with the settings of the training panel, then place the cells",
  });
  const embed = commands.button("embed", { label: "Embed", testid: "embed", kind: "primary" });
  return embeddingPlaceholder(
    {
      now: computed(() => ({
        n_cells: n_cells.value,
        training: training.value,
        task: task.value,
        previewing: previewing.value,
      })),
      isThere,
      isAsked: () => requests.isPlacing() || requests.pending.now.value?.request === "train",
      buttons: { train, embed },
    },
    panel,
  );
}
