/** The window: puts each panel and each docked widget in its place, and brings commands together. */
import type { AnyModel, Host, RenderProps } from "@anywidget/types";
import { computed, signal } from "@preact/signals-core";
import { type CommandItem, commandItemsIn, commandsOf, hasWords, isTyping, use } from "./commands";
import {
  type Layout,
  PANELS,
  type PanelRow,
  SESSION_COMMANDS,
  VIEWER_COMMANDS,
  type ViewerIntent,
  type ViewerState,
} from "./contract";
import { definePanel, type Panel } from "./panel";
import { h } from "./ui/dom";
import { nameOf } from "./ui/keys";
import { notices } from "./ui/notices";
import { banner, NEWER } from "./viewer/banner";
import { stack } from "./viewer/column";
import { palette } from "./viewer/command-palette";
import { dockedPages } from "./viewer/docked";
import { type Area, docks, type Page } from "./viewer/docks";
import { fileDialog } from "./viewer/file-dialog";
import { head } from "./viewer/header";
import { kernelOf } from "./viewer/kernel";
import { inMenus, menuButton } from "./viewer/menu";
import { put } from "./viewer/mount";
import { hideSavedOutput } from "./viewer/saved-output";
import { screenshots } from "./viewer/screenshot";
import { shortcuts } from "./viewer/shortcut-sheet";
import { statusLine } from "./viewer/status-line";

const NARROW = 700; // pixels below which everything but the canvas becomes a tab
let made = 0;

export default {
  async render(props: RenderProps<ViewerState>) {
    let docked: Promise<unknown> = Promise.resolve();
    definePanel<ViewerState, ViewerIntent>((panel) => {
      docked = draw(panel, props);
    }).render(props);
    await docked;
  },
};

function draw(
  panel: Panel<ViewerState, ViewerIntent>,
  from: { host: Host; model: AnyModel },
): Promise<unknown> {
  const { el, wire, watch, ended } = panel;
  const superseded = wire.read("superseded");
  if (superseded.peek()) {
    el.append(
      h("p", { class: "pv-banner", "data-kind": "superseded" }, superseded.peek(), " ", NEWER),
    );
    return Promise.resolve(); // its panels are closed
  }
  hideSavedOutput(wire.read("saved_output").peek(), el.ownerDocument, ended);
  const id = `pv-viewer-${++made}`;
  const frame = h("div", { class: "pv-viewer", tabindex: -1, "data-testid": "viewer" });

  // what stands where
  const drawn: Promise<unknown>[] = [];
  const homes = new Map<HTMLElement, Page>(); // who may be asked for commands
  const fill = (page: Page, ref: string, signal: AbortSignal) => {
    const into = h("div");
    page.el.append(into);
    homes.set(into, page);
    if (signal !== ended)
      signal.addEventListener("abort", () => homes.delete(into), { once: true });
    drawn.push(put(from, ref, into, signal));
  };
  let pages_made = 0;
  const page = (value: string, label: string, area: Area): Page => {
    const controls = `${id}-${++pages_made}`;
    const slot = h("div", { class: "pv-slot", id: controls, "data-slot": value });
    return { value, label, area, el: slot, controls };
  };
  const pagesOf = (dock: PanelRow["dock"]): Page[] =>
    PANELS.filter((row) => row.dock === dock).map(({ name, label }) => {
      const own = page(name, label, dock === "bottom" ? "bottom" : "left");
      fill(own, wire.read(name).peek(), ended);
      return own;
    });
  const canvas = pagesOf("canvas").map(({ el }) => el);
  const holds = pagesOf("left"); // one below the other
  const column = stack(
    holds.map((part) => part.el),
    ended,
  );
  const panels: Page = { ...page("panels", "Panels", "left"), el: column.el, holds };
  column.el.id = panels.controls;
  const below = pagesOf("bottom");
  const closeDock = (name: string) => wire.ask({ intent: "close_dock", name });
  const own = dockedPages(
    wire.read("docked"),
    ({ name, area }) => ({ ...page(name, name, area), close: () => closeDock(name) }),
    fill,
    panel,
  );
  const pages = computed(() => [panels, ...below, ...own.value]);

  // how it is left and found again
  const layout = wire.read("window_layout");
  const keep = (changes: Partial<Layout>) => {
    const now = layout.peek();
    const next = { ...now, ...changes };
    const names = Object.keys(changes) as (keyof Layout)[];
    if (names.some((name) => next[name] !== now[name])) wire.write("window_layout", next);
  };
  const narrow = signal(false);
  const first = () => (wire.read("n_cells").peek() === 0 ? "data" : "differential");
  const window_docks = docks({ frame, pages, layout, narrow, first, keep }, panel);
  const observer = new ResizeObserver((entries) => {
    const width = entries.at(-1)?.contentRect.width ?? 0;
    if (width > 0) narrow.value = width < NARROW; // none while the notebook has it detached
  });
  observer.observe(frame);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });

  // what can be done
  const training = wire.read("training");
  const isIdle = () => training.value === "untrained" || training.value === "trained";
  const folds = (area: Area) => ({
    enabled: () => !narrow.value && window_docks.has(area),
    run: () => window_docks.fold(area),
  });
  const dialog = fileDialog(panel);
  const isOpen = () => wire.read("n_cells").value > 0;
  const may = wire.read("access").peek(); // what the server allows pages to ask for
  const pictures = screenshots(frame, () => Promise.all(drawn), panel);
  const commands = commandsOf(
    panel,
    { ...SESSION_COMMANDS, ...VIEWER_COMMANDS },
    {
      palette: { run: () => finder.open() },
      shortcuts: { run: () => sheet.open() },
      open_session: { offered: () => may.opening, enabled: isIdle, run: () => dialog.open("open") },
      save_session: {
        offered: () => may.saving,
        enabled: isOpen,
        run: () => dialog.open("session"),
      },
      save_script: { offered: () => may.saving, run: () => dialog.open("script") },
      save_notebook: { offered: () => may.saving, run: () => dialog.open("notebook") },
      save_picture: {
        enabled: pictures.enabled,
        run: () => pictures.save(true),
        browserOnly: true,
      },
      save_window_picture: { run: () => pictures.save(false), browserOnly: true },
      fullscreen: { enabled: () => document.fullscreenEnabled, run: () => whole(frame) },
      halt: {
        enabled: () => wire.read("task").value.can_halt,
        run: () => wire.ask({ intent: "halt" }),
      },
      fold_left: folds("left"),
      fold_right: folds("right"),
      fold_bottom: folds("bottom"),
      undo: {
        enabled: () => wire.read("undo_label").value !== "",
        run: () => wire.ask({ intent: "undo" }),
      },
      redo: {
        enabled: () => wire.read("redo_label").value !== "",
        run: () => wire.ask({ intent: "redo" }),
      },
    },
    pagesFound,
  );
  function pagesFound(words: readonly string[]): CommandItem[] {
    const shown = pages.value.flatMap((one) => one.holds ?? [one]);
    const shows = shown.map(({ value, label }) => ({
      id: `show ${value}`,
      title: `Show ${label}`,
      enabled: true,
      run: () => window_docks.reveal(value),
    }));
    const closes = own.value.map(({ value }) => ({
      id: `close ${value}`,
      title: `Close ${value}`,
      python: `viewer.window.remove_dock_widget(${JSON.stringify(value)})`,
      enabled: true,
      run: () => closeDock(value),
    }));
    return [...shows, ...closes].filter(({ title }) => hasWords(title, words));
  }
  const bound = (): CommandItem[] =>
    wire.read("bindings").value.map(({ key, title }) => ({
      id: `key ${key}`,
      title,
      keys: [key],
      enabled: true,
      asks: true,
      run: () => wire.ask({ intent: "press_key", key }),
    }));
  const isFrozen = () => band.frozen.peek() !== "";
  const thawed = (item: CommandItem) => ({
    ...item,
    enabled: item.enabled && !(item.asks && isFrozen()),
  });
  const items = (words: readonly string[] = []) =>
    [...bound(), ...commandItemsIn([...homes.keys(), el], words)].map(thawed);
  const found = (words: readonly string[]) => items(words).filter(({ id }) => id !== "palette");
  const finder = palette({ items: found, ended });
  const chapters = () => {
    const told = new Set<string>(); // each command under the first that has it
    const parts = [...homes].map(([home, { label }]) => ({
      title: label,
      items: commandItemsIn([home]),
    }));
    return [
      { title: "Bound by you", items: bound() },
      { title: "Window", items: commandItemsIn([el]) },
      ...parts,
    ]
      .map(({ title, items }) => ({
        title,
        items: items.filter(({ id }) => !told.has(id) && told.add(id)),
      }))
      .filter(({ items }) => items.length > 0);
  };
  const sheet = shortcuts(chapters, ended);

  const press = (event: KeyboardEvent, some: readonly CommandItem[]) => {
    const isOver = event.target instanceof Element && event.target.closest(".pv-overlay");
    if (event.defaultPrevented || isTyping(event) || isOver) return;
    const key = nameOf(event);
    const enabled = some.filter((item) => item.enabled && !item.local && item.keys?.includes(key));
    if (enabled.some((item) => item.run() !== false)) use(event);
  };
  const early = { signal: ended, capture: true }; // a key that a person bound is taken from ours
  el.addEventListener("keydown", (event) => press(event, bound()), early);
  el.addEventListener("keydown", (event) => press(event, items()), { signal: ended });

  // a training begins: its curves are what to look at
  const monitor = holds.find(({ value }) => value === "training_monitor");
  let wasIdle = true;
  watch(() => {
    if (wasIdle && !isIdle() && monitor) column.stayWith(monitor.el);
    wasIdle = isIdle();
  });

  const menu = menuButton(
    () => inMenus(items(), { View: [pagesFound([])], Yours: [bound()] }),
    ended,
  );
  const kernel = kernelOf(panel, from.model, isFrozen);
  const band = banner(kernel.state, superseded, frame, panel);
  const toasts = notices(panel);
  toasts.classList.add("pv-toasts");
  frame.append(
    head(menu.button, commands, panel),
    band.el,
    h("div", { class: "pv-dock", "data-area": "canvas" }, ...canvas),
    ...window_docks.els,
    statusLine(
      {
        kernel,
        halt: commands.button("halt", { label: "Cancel", testid: "halt" }),
        openLog: () => window_docks.reveal("log_panel"),
      },
      panel,
    ),
    toasts,
    menu.el,
    dialog.el,
    finder.el,
    sheet.el,
  );
  el.append(frame);
  return Promise.all(drawn);
}

/** Take the whole screen, or give it back. */
function whole(frame: HTMLElement) {
  const { fullscreenElement } = frame.getRootNode() as Document | ShadowRoot;
  if (fullscreenElement === frame) void document.exitFullscreen();
  else void frame.requestFullscreen();
}
