/** The commands of the embedding: tools, the selection, groups, and from where the cells are seen. */
import type { ReadonlySignal } from "@preact/signals-core";
import { numbers } from "../../arrays";
import {
  type CommandHandler,
  type CommandItem,
  type Commands,
  commandsOf,
  hasWords,
} from "../../commands";
import {
  EMBEDDING_COMMANDS,
  type EmbeddingIntent,
  type EmbeddingState,
  SESSION_COMMANDS,
} from "../../contract";
import type { Tool } from "../../draw/scatter/lasso";
import type { Scatter } from "../../draw/scatter/scatter";
import type { Panel } from "../../panel";
import type { Actions, Tools } from "./actions";
import type { EmbeddingRequests } from "./requests";
import type { Selection } from "./selection";
import { BRUSH } from "./toolbar";

const ZOOM_STEP = 1.5; // of a button
const K = [5, 200] as const; // neighbors by which a selection may grow

type Handlers<Id extends string> = Record<Id, CommandHandler>;
type EmbeddingPanel = Panel<EmbeddingState, EmbeddingIntent>;
/** The commands of the panel and of the session. */
export type EmbeddingCommands = Commands<
  keyof typeof EMBEDDING_COMMANDS | keyof typeof SESSION_COMMANDS
>;

/** What the commands act on. */
export interface CommandContext {
  tools: Tools;
  actions: Actions;
  selection: Selection;
  requests: EmbeddingRequests;
  scatter: Scatter;
  /** Whether there are cells to draw on. */
  isThere: ReadonlySignal<boolean>;
  sizes: ReadonlySignal<readonly [number, number]>;
  startCursor(): void;
  /** Let a name for cells be typed. */
  startNaming(): void;
  /** Why no clusters can be found now; empty when they can. */
  missing: ReadonlySignal<string>;
  findClusters(): void;
}

/** Say how the commands are carried out. */
export function embeddingCommands(context: CommandContext, panel: EmbeddingPanel) {
  const commands: EmbeddingCommands = commandsOf(
    panel,
    { ...EMBEDDING_COMMANDS, ...SESSION_COMMANDS },
    {
      ...toolHandlers(context),
      ...selectionHandlers(context),
      ...viewHandlers(context, panel),
      ...groupHandlers(context, panel),
      ...modelHandlers(context, panel),
    },
    (words) => [...columnsFound(panel, words), ...groupsFound(context, panel, words)],
  );
  return commands;
}

function toolHandlers({ tools, isThere }: CommandContext) {
  const { tool, brush, k } = tools;
  const use = (own: Tool): CommandHandler => ({
    enabled: () => isThere.value,
    run: () => {
      tool.value = own;
    },
  });
  const resize = (factor: number): CommandHandler => ({
    enabled: () => isThere.value && tool.value === "brush",
    run: () => {
      brush.value = clamped(Math.round(brush.value * factor), BRUSH);
    },
  });
  const neighbors = (more: number): CommandHandler => ({
    enabled: () => isThere.value && tool.value !== "brush",
    run: () => {
      k.value = clamped(k.value + more, K);
    },
  });
  return {
    pan: use("pan"),
    lasso: use("lasso"),
    rectangle: use("rectangle"),
    polygon: use("polygon"),
    brush: use("brush"),
    brush_smaller: resize(0.8),
    brush_larger: resize(1.25),
    fewer_neighbors: neighbors(-5),
    more_neighbors: neighbors(5),
  };
}

const clamped = (value: number, [least, most]: readonly [number, number]) =>
  Math.min(most, Math.max(least, value));

function selectionHandlers(context: CommandContext) {
  const { tools, actions, requests, isThere, selection, startCursor } = context;
  const isSelected = () => selection.now.value.cells.length > 0;
  const enabled = () => isThere.value;
  return {
    select_visible: { enabled, run: actions.selectVisible },
    invert_selection: { enabled, run: actions.invert },
    grow_selection: {
      enabled: isSelected,
      python: () => `session.grow_selection(k=${tools.k.value})`,
      run: () => requests.ask({ intent: "grow_selection", k: tools.k.value }),
    },
    check_selection: {
      enabled: isSelected,
      run: () => requests.ask({ intent: "check_selection" }),
    },
    cell_cursor: { enabled, run: startCursor },
    clear_selection: {
      enabled: () => isSelected() || tools.drawing.value !== undefined,
      run: actions.clear,
    },
  };
}

function viewHandlers(
  { scatter, selection, sizes, isThere }: CommandContext,
  { wire }: EmbeddingPanel,
) {
  const [idx1, idx2] = [wire.read("idx1"), wire.read("idx2")];
  const isSelected = () => selection.now.value.cells.length > 0;
  const hasGroups = () => sizes.value[0] + sizes.value[1] > 0;
  const groupCells = () => [...numbers(idx1.value), ...numbers(idx2.value)];
  const enabled = () => isThere.value;
  return {
    fit: { enabled, run: () => scatter.fit() },
    fit_selection: {
      enabled: () => isThere.value && (isSelected() || hasGroups()),
      run: () => scatter.fit(isSelected() ? selection.now.value.cells : groupCells()),
    },
    zoom_in: { enabled, run: () => scatter.zoom(ZOOM_STEP) },
    zoom_out: { enabled, run: () => scatter.zoom(1 / ZOOM_STEP) },
  };
}

function groupHandlers(
  { actions, requests, selection, sizes, startNaming }: CommandContext,
  { wire }: EmbeddingPanel,
) {
  const n_cells = wire.read("n_cells");
  const isSelected = () => selection.now.value.cells.length > 0;
  const hasGroups = () => sizes.value[0] + sizes.value[1] > 0;
  return {
    make_group_1: { enabled: isSelected, run: () => actions.makeGroup(1) },
    make_group_2: { enabled: isSelected, run: () => actions.makeGroup(2) },
    make_group_1_against_rest: { enabled: isSelected, run: () => actions.makeGroup(1, true) },
    name_group: { enabled: () => n_cells.value > 0, run: startNaming },
    against_rest: {
      enabled: () => sizes.value[0] > 0,
      run: () => requests.ask({ intent: "against_rest" }),
    },
    swap_groups: { enabled: hasGroups, run: () => requests.ask({ intent: "swap_groups" }) },
    clear_groups: { enabled: hasGroups, run: () => requests.ask({ intent: "clear_groups" }) },
  };
}

function modelHandlers(
  { requests, missing, findClusters }: CommandContext,
  { wire }: EmbeddingPanel,
): Handlers<"preview" | "embed" | "cluster" | "undo" | "redo"> {
  const [training, n_cells] = [wire.read("training"), wire.read("n_cells")];
  const [undo_label, redo_label] = [wire.read("undo_label"), wire.read("redo_label")];
  return {
    preview: {
      enabled: () => n_cells.value > 0 && !requests.isMapping(),
      run: () => requests.ask({ intent: "preview" }),
    },
    embed: {
      enabled: () => training.value === "trained" && !requests.isPlacing(),
      run: () => requests.ask({ intent: "embed" }),
    },
    cluster: {
      enabled: () => missing.value === "" && !requests.isClustering.value,
      run: findClusters,
    },
    undo: {
      enabled: () => undo_label.value !== "",
      run: () => requests.ask({ intent: "undo" }),
    },
    redo: {
      enabled: () => redo_label.value !== "",
      run: () => requests.ask({ intent: "redo" }),
    },
  };
}

const columnsFound = ({ wire }: EmbeddingPanel, words: readonly string[]): CommandItem[] =>
  wire
    .read("obs_columns")
    .value.filter(({ name }) => hasWords(`color by ${name}`, words))
    .map((column) => ({
      id: `column ${column.name}`,
      title: `Color by ${column.name}`,
      python: `session.color_by = ${JSON.stringify(column.name)}`,
      enabled: column.kind !== "none",
      needs: column.reason && `another column: ${column.reason}`,
      run: () => wire.write("color_by", column.name),
    }));

const groupsFound = (
  { requests }: CommandContext,
  { wire }: EmbeddingPanel,
  words: readonly string[],
): CommandItem[] =>
  wire
    .read("named_groups")
    .value.filter(({ name }) => hasWords(`select group ${name}`, words))
    .map(({ name }) => ({
      id: `group ${name}`,
      title: `Select group ${name}`,
      python: `session.select(${JSON.stringify(`\`${name}\``)})`,
      enabled: true,
      asks: true,
      run: () => requests.ask({ intent: "select_group", name, mode: "new" }),
    }));
