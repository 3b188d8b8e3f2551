/** The commands of the window itself: files, pictures, docks, undo, and pages that words find. */
import type { ReadonlySignal } from "@preact/signals-core";
import { type CommandItem, type Commands, commandsOf, hasWords } from "../commands";
import {
  SESSION_COMMANDS,
  VIEWER_COMMANDS,
  type ViewerIntent,
  type ViewerState,
} from "../contract";
import type { Panel } from "../panel";
import type { Area, Docks } from "./docks";
import type { FileDialog } from "./file-dialog";
import type { Pages } from "./pages";
import type { Screenshots } from "./screenshot";

/** What the commands act on. */
export interface WindowParts {
  frame: HTMLElement;
  pages: Pages;
  docks: Docks;
  /** Whether the window is too narrow for docks at its sides. */
  narrow: ReadonlySignal<boolean>;
  dialog: FileDialog;
  pictures: Screenshots;
  openPalette(): void;
  openShortcuts(): void;
}

/** Say how the commands are carried out. */
export function windowCommands(
  parts: WindowParts,
  panel: Panel<ViewerState, ViewerIntent>,
): Commands<keyof typeof SESSION_COMMANDS | keyof typeof VIEWER_COMMANDS> {
  const { wire } = panel;
  const { frame, docks, narrow, dialog, pictures } = parts;
  const [training, n_cells, task] = [
    wire.read("training"),
    wire.read("n_cells"),
    wire.read("task"),
  ];
  const access = wire.read("access").peek(); // what the server allows pages to ask for
  const isIdle = () => training.value === "untrained" || training.value === "trained";
  const isOpen = () => n_cells.value > 0;
  const fold = (area: Area) => ({
    enabled: () => !narrow.value && docks.has(area),
    run: () => docks.fold(area),
  });
  const history = (id: "undo" | "redo") => ({
    enabled: () => wire.read(`${id}_label`).value !== "",
    run: () => wire.ask({ intent: id }),
  });
  const saving = (kind: Parameters<FileDialog["open"]>[0], enabled = () => true) => ({
    offered: () => access.saving,
    enabled,
    run: () => dialog.open(kind),
  });
  return commandsOf(
    panel,
    { ...SESSION_COMMANDS, ...VIEWER_COMMANDS },
    {
      palette: { run: parts.openPalette },
      shortcuts: { run: parts.openShortcuts },
      open_session: {
        offered: () => access.opening,
        enabled: isIdle,
        run: () => dialog.open("open"),
      },
      save_session: saving("session", isOpen),
      save_page: saving("page", isOpen),
      save_script: saving("script"),
      save_notebook: saving("notebook"),
      save_picture: {
        enabled: pictures.enabled,
        run: () => pictures.save(true),
        browserOnly: true,
      },
      save_window_picture: { run: () => pictures.save(false), browserOnly: true },
      fullscreen: {
        enabled: () => document.fullscreenEnabled,
        run: () => toggleFullscreen(frame),
      },
      halt: { enabled: () => task.value.can_halt, run: () => wire.ask({ intent: "halt" }) },
      fold_left: fold("left"),
      fold_right: fold("right"),
      fold_bottom: fold("bottom"),
      undo: history("undo"),
      redo: history("redo"),
    },
    (words) => pageItems(parts, words),
  );
}

/** Commands that show a page or close a docked one, as far as words find them. */
export function pageItems(
  { pages, docks }: Pick<WindowParts, "pages" | "docks">,
  words: readonly string[] = [],
): CommandItem[] {
  const shown = pages.all.value.flatMap((one) => one.holds ?? [one]);
  const shows = shown.map(({ value, label }) => ({
    id: `show ${value}`,
    title: `Show ${label}`,
    enabled: true,
    run: () => docks.reveal(value),
  }));
  const closes = pages.docked.value.map(({ value }) => ({
    id: `close ${value}`,
    title: `Close ${value}`,
    python: `viewer.window.remove_dock_widget(${JSON.stringify(value)})`,
    enabled: true,
    run: () => pages.closeDock(value),
  }));
  return [...shows, ...closes].filter(({ title }) => hasWords(title, words));
}

function toggleFullscreen(frame: HTMLElement) {
  const { fullscreenElement } = frame.getRootNode() as Document | ShadowRoot;
  if (fullscreenElement === frame) void document.exitFullscreen();
  else void frame.requestFullscreen();
}
